using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Control.Policies.Running;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>policies</c>: how they stand, and how far they go.</summary>
internal static class PoliciesCommand
{
    private const string Configured = "configured";

    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var list = new ListOptions();
        var server = new ServerOptions(context);
        var name = new Argument<string>("name") { Arity = ArgumentArity.ZeroOrOne, Description = "One policy, in full. All, if it is not given." };
        var mode = new Option<string>("--mode") { HelpName = string.Join('|', [.. PolicyModes.Words.Select(static word => word.Word), Configured]), Description = "Set how far it goes, until the configuration says something else of it; configured: as the configuration says. Takes an administrator's token." };
        mode.CompletionSources.Add([.. PolicyModes.Words.Select(static word => word.Word), Configured]);
        var command = new Command("policies", "Show what is done by itself: which policies there are, how far they go, what they are at work on, and how often they have helped.") { name, mode, list.Output };
        server.AddTo(command);
        settings.AddTo(command);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal policies
              process-arsenal policies memory_leak_recovery
              process-arsenal policies memory_leak_recovery --mode dry_run     say what would be done, with what the guards say
              process-arsenal policies memory_leak_recovery --mode enforce     act; also takes its latch off
              process-arsenal actions --output json | jq '.actions[] | select(.policy == "memory_leak_recovery")'

            A policy is written in the configuration ('policies'), tried with mode observe and dry_run, and then enforced; examples are in deploy/policies.
            """);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return ServerOptions.WithoutFile(result);
            TextWriter output = result.InvocationConfiguration.Output, error = result.InvocationConfiguration.Error;
            string? one = result.GetValue(name), wanted = result.GetValue(mode);
            if (wanted is not null && one is null)
            {
                error.WriteLine("process-arsenal: --mode takes the name of a policy.");
                return CommandLine.Usage;
            }
            using ApiClient client = server.Connect(result, configuration);
            if (one is null)
            {
                PolicyListView all = await client.GetAsync("/api/v1/policies", ViewJson.Default.PolicyListView, cancellation).ConfigureAwait(false);
                if (list.IsJson(result)) output.WriteLine(JsonSerializer.Serialize(all, ViewJson.Default.PolicyListView));
                else Print(all, output, error);
                return CommandLine.Done;
            }
            string path = $"/api/v1/policies/{Uri.EscapeDataString(one)}";
            PolicyView view = wanted is null ? await client.GetAsync(path, ViewJson.Default.PolicyView, cancellation).ConfigureAwait(false)
                : await client.PutAsync($"{path}/mode", new JsonObject { ["mode"] = wanted }, ViewJson.Default.PolicyView, cancellation).ConfigureAwait(false);
            if (list.IsJson(result)) output.WriteLine(JsonSerializer.Serialize(view, ViewJson.Default.PolicyView));
            else Print(view, output);
            return CommandLine.Done;
        });
        return command;
    }

    private static void Print(PolicyListView view, TextWriter output, TextWriter error)
    {
        if (view.Trouble is { } trouble) error.WriteLine($"process-arsenal: nothing is done by policies: {Terminal.Printable(trouble, 300)}");
        if (view.StormUntil is { } storm) error.WriteLine($"process-arsenal: too much began at once: no policy begins anything before {Time(storm)}.");
        if (view.Policies.Count == 0)
        {
            error.WriteLine("process-arsenal: there are no policies: 'policies' of the configuration names none.");
            return;
        }
        List<string[]> rows = [["POLICY", "MODE", "HOLDS", "ALERTS", "AT WORK", "WAITING", "ACTIONS/H", "CURED", "IN VAIN", "UNKNOWN", "NOTE"]];
        rows.AddRange(view.Policies.Select(static policy => (string[])
        [
            policy.Name, policy.Mode == policy.ConfiguredMode ? policy.Mode : $"{policy.Mode} (configured: {policy.ConfiguredMode})", Text(policy.Holding), Text(policy.Alerts), Text(policy.Runs.Count(static run => run.Phase != PolicyRunStatus.WaitsForApproval)),
            Text(policy.Runs.Count(static run => run.Phase == PolicyRunStatus.WaitsForApproval)), Text(policy.ActionsWithinHour), Text(policy.Cured), Text(policy.NotCured), Text(policy.Unverified), policy.LatchedWhy is { } why ? $"latched: {Terminal.Printable(why, 100)}" : "",
        ]));
        Terminal.Write(output, Terminal.Table(rows, rightAligned: 0), colours: Terminal.HasColours);
    }

    private static void Print(PolicyView policy, TextWriter output)
    {
        output.WriteLine($"{policy.Name}: {policy.Mode}{(policy.Mode == policy.ConfiguredMode ? "" : $" (configured: {policy.ConfiguredMode})")}");
        if (policy.LatchedSince is { } since) output.WriteLine($"  latched since {Time(since)}: {Terminal.Printable(policy.LatchedWhy ?? "", 500)}");
        if (policy.Alert is { } alert) output.WriteLine($"  alert   {string.Join(", ", alert.Select(static label => $"{label.Key} = {string.Join(" or ", label.Value.Select(static value => Terminal.Printable(value, 100)))}"))}");
        if (policy.When is { } when) output.WriteLine($"  when    {Terminal.Printable(when, 1000)}");
        if (policy.Target is { } target) output.WriteLine($"  target  {Terminal.Printable(target, 1000)}");
        foreach (string step in policy.Steps) output.WriteLine($"  step    {Terminal.Printable(step, 500)}");
        foreach (string escalation in policy.Escalation) output.WriteLine($"  then    {Terminal.Printable(escalation, 500)}");
        output.WriteLine($"  limits  {Terminal.Printable(policy.Limits, 500)}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  holds for {policy.Holding}, alerts {policy.Alerts}, actions within an hour {policy.ActionsWithinHour}; cured {policy.Cured}, in vain {policy.NotCured}, unknown {policy.Unverified}"));
        foreach (PolicyRunStatus run in policy.Runs)
        {
            string until = run.Until is { } end ? $" until {Time(end)}" : "", step = run.Step is { } name ? $" ({name})" : "";
            output.WriteLine($"  {run.Id}  {run.Phase}{step}{until}  {Terminal.Printable(run.Key, 100)}{(run.Phase == PolicyRunStatus.WaitsForApproval ? $"   process-arsenal approve {run.Id}" : "")}");
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
