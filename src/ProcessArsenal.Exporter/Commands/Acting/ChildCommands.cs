using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessArsenal.Control.Actions.Children;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Commands.Acting;

/// <summary><c>start</c> and <c>message</c>: what only supervised children know.</summary>
internal static class ChildCommands
{
    private static readonly TimeSpan Working = TimeSpan.FromMinutes(2);

    public static Command CreateStart(CommandContext context, SettingsOptions settings)
    {
        var list = new ListOptions();
        var server = new ServerOptions(context);
        var children = new Argument<string[]>("child") { Arity = ArgumentArity.OneOrMore, Description = "Supervised children, as SUPERVISOR/CHILD." };
        var reset = new Option<bool>("--reset") { Description = "Also take the latch off their supervisor, forget its failures, and start all others that were given up." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be done." };
        Option<string> reason = Reason();
        var command = new Command("start", "Start supervised children that were stopped, have ended, or were given up.") { children, reset, dryRun, reason, list.Output };
        server.AddTo(command);
        settings.AddTo(command);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal start shop/orders                     it is supervised again, too
              process-arsenal start shop/orders --reset             its supervisor had given it up: begin anew
              process-arsenal supervisors                           which there are, and how they are

            To stop one: process-arsenal stop SUPERVISOR/CHILD. Which children there are the configuration says ('supervisors').
            """);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return CommandLine.Failed;
            string[] names = [.. result.GetValue(children)!.Distinct()];
            if (!AreNames(names, result)) return CommandLine.Usage;
            var body = new JsonObject { ["action"] = "start", ["children"] = new JsonArray([.. names.Select(static name => (JsonNode)name)]), ["confirm"] = !result.GetValue(dryRun), ["max_targets"] = names.Length };
            if (result.GetValue(reset)) body["reset"] = true;
            if (result.GetValue(reason) is { } why) body["reason"] = why;
            using ApiClient client = server.Connect(result, configuration, Working);
            BatchView done = await client.PostAsync("/api/v1/batch", body, ViewJson.Default.BatchView, cancellation).ConfigureAwait(false);
            if (list.IsJson(result)) result.InvocationConfiguration.Output.WriteLine(JsonSerializer.Serialize(done, ViewJson.Default.BatchView));
            else ActionTable.Print(done.Successful.Concat(done.Failed), result.InvocationConfiguration.Output);
            return done.Failed.Count > 0 ? CommandLine.Failed : CommandLine.Done;
        });
        return command;
    }

    public static Command CreateMessage(CommandContext context, SettingsOptions settings)
    {
        var list = new ListOptions();
        var server = new ServerOptions(context);
        var child = new Argument<string>("child") { Description = "A supervised child, as SUPERVISOR/CHILD." };
        var line = new Argument<string>("line") { Description = $"What to put into its standard input: one line of at most {MessageAction.MostBytes} bytes." };
        var force = new Option<bool>("--force") { Description = "Overrule the guards that an administrator may overrule." };
        Option<string> reason = Reason();
        var command = new Command("message", "Put a line into a supervised child's standard input.") { child, line, reason, force, list.Output };
        server.AddTo(command);
        settings.AddTo(command);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal message shop/orders reload
              process-arsenal message shop/orders "level debug" --reason "see ticket 17"

            It is put there as a whole or not at all; whether the child reads it can't be known. The ledger keeps the line, without what looks like a secret.
            """);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return CommandLine.Failed;
            string name = result.GetValue(child)!, text = result.GetValue(line)!;
            if (!AreNames([name], result)) return CommandLine.Usage;
            if (MessageAction.Error(text) is { } wrong)
            {
                result.InvocationConfiguration.Error.WriteLine($"process-arsenal: {wrong}.");
                return CommandLine.Usage;
            }
            var body = new JsonObject { ["line"] = text };
            if (result.GetValue(reason) is { } why) body["reason"] = why;
            if (result.GetValue(force)) body["force"] = true;
            ChildName meant = ChildName.Parse(name)!;
            using ApiClient client = server.Connect(result, configuration, Working);
            ActionResultView done = await client.PostAsync($"/api/v1/supervisors/{meant.Supervisor}/children/{meant.Child}/message", body, ViewJson.Default.ActionResultView, cancellation).ConfigureAwait(false);
            if (list.IsJson(result)) result.InvocationConfiguration.Output.WriteLine(JsonSerializer.Serialize(done, ViewJson.Default.ActionResultView));
            else ActionTable.Print([done], result.InvocationConfiguration.Output);
            return done.Outcome == OutcomeKind.Succeeded ? CommandLine.Done : CommandLine.Failed;
        });
        return command;
    }

    /// <returns>False, with the error printed, if one is no name of a child.</returns>
    private static bool AreNames(string[] names, ParseResult result)
    {
        if (Array.Find(names, static name => ChildName.Parse(name) is null) is not { } wrong) return true;
        result.InvocationConfiguration.Error.WriteLine($"process-arsenal: '{Quoting.Cap(wrong)}' is no SUPERVISOR/CHILD such as shop/orders. To see which there are: process-arsenal supervisors");
        return false;
    }

    private static Option<string> Reason() => new("--reason") { HelpName = "text", Description = "Why; kept in the ledger." };
}
