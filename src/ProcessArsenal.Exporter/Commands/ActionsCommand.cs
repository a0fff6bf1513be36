using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>actions</c>: what was done and refused, as the ledger has it.</summary>
internal static class ActionsCommand
{
    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var list = new ListOptions();
        var server = new ServerOptions(context);
        var id = new Argument<long?>("id") { Arity = ArgumentArity.ZeroOrOne, Description = "Number of one action. All, if it is not given." };
        Option<string> outcome = Options.Choice("--outcome", ["all", "succeeded", "failed", "refused", "not_done", "cancelled", "interrupted", "open"], "Only those with this outcome; open: with none yet.");
        var target = new Option<string>("--target") { HelpName = "who", Description = "Only those on whoever is called that: an identity, a pid, a group, a unit, a container, a supervised child, the name of a process." };
        Option<DateTimeOffset?> since = WhenOption.Of("--since", "Only what was recorded then or later: 03:12 (the last time that it was), 2026-01-02 03:12, a time by RFC 3339, or how long ago, such as 2h.");
        Option<DateTimeOffset?> until = WhenOption.Of("--until", "Only what was recorded before then.");
        var policy = new Option<string>("--policy") { HelpName = "name", Description = "Only those by this policy." };
        var incident = new Option<string>("--incident") { HelpName = "id", Description = "Only those by the alert of this incident." };
        var alert = new Option<string>("--alert") { HelpName = "alertname", Description = "Only those by alerts of this name." };
        var isLong = new Option<bool>("--long", "-l") { Description = "Each in full: why, by which alert, which guard said no, what came of it, what is left." };
        Option<int?> limit = Options.Number("--limit", 1, "How many. [default: 30]", "number", "-n");
        var command = new Command("actions", "Show what was done to processes, and what was refused, newest first.") { id, target, since, until, policy, alert, incident, outcome, limit, isLong, list.Output };
        server.AddTo(command);
        settings.AddTo(command);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal actions                              the last 30
              process-arsenal actions --target orders --since 03:00 --until 03:30 --long
                                                                   what happened to orders at 03:12, and why
              process-arsenal actions --outcome refused            what guards said no to, and why
              process-arsenal actions 17                           one in full
            """);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return CommandLine.Failed;
            using ApiClient client = server.Connect(result, configuration);
            TextWriter output = result.InvocationConfiguration.Output;
            ActionListView view;
            if (result.GetValue(id) is { } one)
            {
                view = new ActionListView([await client.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/api/v1/actions/{one}"), ViewJson.Default.ActionView, cancellation).ConfigureAwait(false)]);
            }
            else
            {
                string query = string.Create(CultureInfo.InvariantCulture, $"/api/v1/actions?limit={result.GetValue(limit) ?? 30}");
                if (result.GetValue(outcome) is { } wanted and not "all") query += $"&outcome={wanted}";
                query += Also("target", result.GetValue(target)) + Also("policy", result.GetValue(policy)) + Also("incident", result.GetValue(incident)) + Also("alert", result.GetValue(alert))
                    + Also("since", result.GetValue(since) is { } from ? WhenOption.Text(from) : null) + Also("until", result.GetValue(until) is { } to ? WhenOption.Text(to) : null);
                view = await client.GetAsync(query, ViewJson.Default.ActionListView, cancellation).ConfigureAwait(false);
            }
            if (list.IsJson(result)) output.WriteLine(JsonSerializer.Serialize(view, ViewJson.Default.ActionListView));
            else if (result.GetValue(isLong) || result.GetValue(id) is not null) foreach (ActionView action in view.Actions) ActionText.Write(action, output);
            else Print(view, output, result.InvocationConfiguration.Error);
            return CommandLine.Done;
        });
        return command;
    }

    private static string Also(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";

    private static void Print(ActionListView view, TextWriter output, TextWriter error)
    {
        if (view.Actions.Count == 0)
        {
            error.WriteLine("There are none.");
            return;
        }
        List<string[]> rows = [["ID", "TIME", "ACTION", "TARGET", "NAME", "BY", "OUTCOME", "WHAT HAPPENED", "WHY"]];
        rows.AddRange(view.Actions.Select(static action => (string[])
        [
            action.Id.ToString(CultureInfo.InvariantCulture), action.Requested.ToLocalTime().ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture), action.Action, action.Target,
            Terminal.Printable(action.Details is { } details && details.TryGetProperty("name", out JsonElement name) ? name.GetString() ?? "" : "", 16),
            Terminal.Printable(action.Policy ?? $"{action.Caller} ({action.Trigger})", 40),
            ActionText.Outcome(action), Terminal.Printable(action.Reason ?? "", 120), Terminal.Printable(action.Request ?? "", 100),
        ]));
        Terminal.Write(output, Terminal.Table(rows, rightAligned: 1), colours: Terminal.HasColours);
    }
}
