using System.CommandLine;
using System.Text.Json;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Analysis.Findings;
using ProcessArsenal.Telemetry.Analysis.Reports;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>analyze</c>: all processes at once, and what is wrong.</summary>
internal static class AnalyzeCommand
{
    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var list = new ListOptions();
        var server = new ServerOptions(context);
        var command = new Command("analyze", "Say what is wrong on this host and what to do, and what its processes are and use; works without a running daemon.") { list.Output };
        server.AddTo(command);
        settings.AddTo(command);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal analyze                                       of the two samples that it takes here
              process-arsenal analyze --server http://127.0.0.1:9465        of what the daemon here remembers
              process-arsenal analyze --output json | jq -r '.findings[] | [.severity, .kind, .what] | @tsv'

            Crash loops, storms of new processes, starvation and all else that takes a while to be seen need the daemon, which remembers ten minutes.
            """);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return CommandLine.Failed;
            TextWriter output = result.InvocationConfiguration.Output;
            AnalysisReport report;
            if (server.IsGiven(result))
            {
                using ApiClient client = server.Connect(result, configuration);
                report = await client.GetAsync("/api/v1/analysis", ViewJson.Default.AnalysisReport, cancellation).ConfigureAwait(false);
            }
            else
                report = await LocalSnapshot.ReadAsync(configuration, static snapshot => Analyst.Report(new Evidence(snapshot, [], snapshot.Time), remembers: false), TimeProvider.System, cancellation).ConfigureAwait(false);
            if (list.IsJson(result)) output.WriteLine(JsonSerializer.Serialize(report, ViewJson.Default.AnalysisReport));
            else AnalysisText.Write(report, output);
            return CommandLine.Done;
        });
        return command;
    }
}
