using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Linting;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>lint rules</c>: whether alerts could be acted upon; works without a running daemon, and on any host.</summary>
internal static class LintCommand
{
    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var command = new Command("lint", "Check files of others that have to do with us.") { Rules(context) };
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal lint rules my-rules.yml    alerts that could not be acted upon
            """);
        return command;
    }

    private static Command Rules(CommandContext context)
    {
        var files = new Argument<string[]>("file") { Description = "Files of Prometheus rules, or PrometheusRule objects of Kubernetes.", Arity = ArgumentArity.OneOrMore };
        var only = new Option<string[]>("--only") { HelpName = "label=value", Description = "Only alerts to which their rule gives this label, such as those that Alertmanager sends to us. May be given several times: all must hold." };
        var host = new Option<string[]>("--host-label") { HelpName = "label", Description = "A label that says which host an alert is about. May be given several times: one is enough. [default: instance]" };
        Option<string> output = Options.Choice("--output", ["table", "json"], "How to print.", "-o");
        var command = new Command("rules", "Find alerts that no action could come of, since their labels name no target or no host.") { files, only, host, output };
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal lint rules my-rules.yml
              process-arsenal lint rules --only process_arsenal=act my-rules.yml    of those alone that Alertmanager sends to us
              process-arsenal lint rules -o json my-rules.yml | jq -r '.findings[].message'

            An alert is acted upon by the labels of its series: one of identity, group, unit or container says who, and instance says where.
              sum by (job) (process_group_memory_usage_bytes) > 1e9                 keeps job alone: nobody could say whose memory it is
              sum by (instance, group) (process_group_memory_usage_bytes) > 1e9     can be acted upon
              absent(process_group_processes{group="orders"})                       does not say on which host: process_group_processes == 0 does

            It follows labels through aggregations, joins and functions. What it can't tell it says as a note: which labels metrics of others and
            recorded series have. What it does not understand is a warning, and is not checked. Whether a rule is right, 'promtool check rules' says.

            Exit codes:
              0 nothing found but notes, 1 errors or warnings, 2 wrong usage, or a file that can't be read.
            """);
        command.SetAction(result =>
        {
            TextWriter text = result.InvocationConfiguration.Output, error = result.InvocationConfiguration.Error;
            var wanted = new List<(string Label, string Value)>();
            foreach (string pair in result.GetValue(only) ?? [])
            {
                int at = pair.IndexOf('=', StringComparison.Ordinal);
                if (at <= 0)
                {
                    error.WriteLine($"process-arsenal: --only takes label=value, not '{Telemetry.Text.Quoting.Cap(pair)}'.");
                    return CommandLine.Usage;
                }
                wanted.Add((pair[..at], pair[(at + 1)..]));
            }
            var errors = new ErrorList();
            string[] hosts = result.GetValue(host) is { Length: > 0 } named ? named : ["instance"];
            var linter = new RuleLinter(hosts);
            var findings = new List<LintFinding>();
            string[] paths = result.GetRequiredValue(files);
            int alerts = 0;
            foreach (string path in paths)
            {
                if (RuleFile.Read(Path.Combine(context.WorkingDirectory, path), errors) is not { } file) continue;
                RuleFile chosen = file with { Path = path, Alerts = [.. file.Alerts.Where(alert => wanted.TrueForAll(pair => alert.Labels.GetValueOrDefault(pair.Label) == pair.Value))] };
                alerts += chosen.Alerts.Count;
                findings.AddRange(linter.Check(chosen));
            }
            foreach (ConfigurationError wrong in errors.ToList()) error.WriteLine(wrong.ToString());
            var report = new LintReport(paths.Length, alerts, findings);
            if (result.GetValue(output) == "json") text.WriteLine(JsonSerializer.Serialize(report, ViewJson.Default.LintReport));
            else Write(report, text);
            return errors.Count > 0 ? CommandLine.Usage : report.Errors + report.Warnings > 0 ? CommandLine.Failed : CommandLine.Done;
        });
        return command;
    }

    private static void Write(LintReport report, TextWriter text)
    {
        foreach (LintFinding finding in report.Findings)
        {
            text.WriteLine(Terminal.Printable(string.Create(CultureInfo.InvariantCulture,
                $"{finding.File}:{finding.Line}:{finding.Column}: {finding.Severity.ToString().ToLowerInvariant()}: {finding.Alert}: {finding.Message} [{finding.Rule}]")));
        }
        text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Alerts} alerts in {report.Files} files: {report.Errors} errors, {report.Warnings} warnings, {report.Notes} notes"));
    }
}
