using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessArsenal.Control.Policies.Running;
using ProcessArsenal.Exporter.Api;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>explain</c>: what policies would do, and why. Nothing is done.</summary>
internal static class ExplainCommand
{
    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var list = new ListOptions();
        var server = new ServerOptions(context);
        var policy = new Argument<string>("policy") { Arity = ArgumentArity.ZeroOrOne, Description = "One policy. All, if it is not given." };
        var labels = new Option<string[]>("--label") { HelpName = "name=value", Description = "A label of an alert, as it would be delivered; several times for several." };
        var file = new Option<string>("--payload") { HelpName = "file", Description = "A message of Alertmanager, as JSON; - for standard input." };
        var action = new Option<long?>("--action") { HelpName = "number", Description = "An entry of the ledger (process-arsenal actions): what its policy, and the guards, would say to the same now." };
        var delivery = new Option<long?>("--delivery") { HelpName = "number", Description = "A delivery of Alertmanager: what policies would do about its alerts now." };
        var command = new Command("explain", "Say what policies would do about an alert, or by their conditions, with what each limit and each guard says. Nothing is done.") { policy, labels, file, action, delivery, list.Output };
        server.AddTo(command);
        settings.AddTo(command);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal explain                                                              by conditions alone
              process-arsenal explain --label alertname=ProcessMemoryGrowing --label severity=critical --label group=orders
              process-arsenal explain memory_leak_recovery --payload message.json
              process-arsenal explain --action 17                                                  the same again, by today's rules
            """);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return ServerOptions.WithoutFile(result);
            TextWriter error = result.InvocationConfiguration.Error;
            var body = new JsonObject();
            if (result.GetValue(policy) is { } one) body["policy"] = one;
            if (result.GetValue(action) is { } number) body["action"] = number;
            if (result.GetValue(delivery) is { } came) body["delivery"] = came;
            if (result.GetValue(labels) is { Length: > 0 } given)
            {
                var named = new JsonObject();
                foreach (string label in given)
                {
                    int at = label.IndexOf('=', StringComparison.Ordinal);
                    if (at <= 0)
                    {
                        error.WriteLine($"process-arsenal: --label must be name=value, not '{Terminal.Printable(label, 100)}'.");
                        return CommandLine.Usage;
                    }
                    named[label[..at]] = label[(at + 1)..];
                }
                body["labels"] = named;
            }
            if (result.GetValue(file) is { } path)
            {
                if (await ReadAsync(path, error, cancellation).ConfigureAwait(false) is not { } payload) return CommandLine.Failed;
                body["payload"] = payload;
            }
            using ApiClient client = server.Connect(result, configuration);
            ExplainView view = await client.PostAsync("/api/v1/explain", body, ViewJson.Default.ExplainView, cancellation).ConfigureAwait(false);
            TextWriter output = result.InvocationConfiguration.Output;
            if (list.IsJson(result)) output.WriteLine(JsonSerializer.Serialize(view, ViewJson.Default.ExplainView));
            else Print(view, output);
            return CommandLine.Done;
        });
        return command;
    }

    private static async Task<JsonObject?> ReadAsync(string path, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            string text = path == "-" ? await Console.In.ReadToEndAsync(cancellation).ConfigureAwait(false) : new FileInfo(path).Length <= RequestBody.Most ? await File.ReadAllTextAsync(path, cancellation).ConfigureAwait(false) : throw new IOException("it is too large");
            if (JsonNode.Parse(text) is JsonObject message) return message;
            error.WriteLine($"process-arsenal: {Terminal.Printable(path, 200)} is no message of Alertmanager: it is no JSON object.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            error.WriteLine($"process-arsenal: {Terminal.Printable(path, 200)} can't be read: {Terminal.Printable(e.Message, 300)}");
        }
        return null;
    }

    private static void Print(ExplainView view, TextWriter output)
    {
        if (view.Entry is { } entry)
        {
            ActionText.Write(entry, output);
            output.WriteLine("By today's rules:");
        }
        foreach (string note in view.Notes) output.WriteLine(Terminal.Printable(note, 1000));
        if (view.Replay is { } replay)
        {
            output.WriteLine($"{replay.Action} of {Terminal.Printable(replay.Target, 200)}: {Terminal.Printable(replay.Said, 1000)}");
            Print(replay.Verdicts, output, "  ");
        }
        foreach (ExplainedAlertView alert in view.Alerts)
        {
            if (alert.Labels is { } labels) output.WriteLine($"alert {string.Join(", ", labels.Select(static label => $"{Terminal.Printable(label.Key, 60)}={Terminal.Printable(label.Value, 100)}"))}");
            if (alert.Nothing is { } nothing) output.WriteLine($"Delivered like that nothing is begun for it: {Terminal.Printable(nothing, 500)}. Otherwise:");
            foreach (ExplainedPolicyView policy in alert.Policies)
            {
                output.WriteLine($"{policy.Policy} ({policy.Mode}): {Terminal.Printable(policy.Verdict, 1000)}");
                foreach (string limit in policy.Limits) output.WriteLine($"  limit: {Terminal.Printable(limit, 500)}");
                foreach (TargetExplanation target in policy.Targets)
                {
                    output.WriteLine($"  {Terminal.Printable(target.Key, 100)} ({target.Identity}){(target.LetBe is { } why ? $": let be: {Terminal.Printable(why, 300)}" : "")}");
                    foreach (string guard in target.Guards)
                    {
                        output.WriteLine($"    {Terminal.Printable(guard, 500)}");
                        Print([.. target.Verdicts.Where(one => guard.StartsWith($"{one.Step}: ", StringComparison.Ordinal)).Select(static one => new Control.GuardVerdict(one.Guard, one.Objection))], output, "      ");
                    }
                }
            }
        }
    }

    /// <summary>Those that are against it with their reasons, the others by their names.</summary>
    private static void Print(IReadOnlyList<Control.GuardVerdict> verdicts, TextWriter output, string indent)
    {
        foreach (Control.GuardVerdict against in verdicts.Where(static one => one.Objection is not null)) output.WriteLine($"{indent}{against.Guard}: {Terminal.Printable(against.Objection!, 500)}");
        string[] others = [.. verdicts.Where(static one => one.Objection is null).Select(static one => one.Guard)];
        if (others.Length > 0) output.WriteLine($"{indent}nothing against it: {string.Join(", ", others)}");
    }
}
