using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>approve</c>: decides on a run of a policy that waits for an operator.</summary>
internal static class ApproveCommand
{
    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var list = new ListOptions();
        var server = new ServerOptions(context);
        var id = new Argument<string>("id") { Description = "Of the run, as 'process-arsenal policies NAME' shows it." };
        var reject = new Option<bool>("--reject") { Description = "Say no: the target is let be for an hour." };
        var reason = new Option<string>("--reason") { HelpName = "text", Description = "Why; kept in the ledger." };
        var command = new Command("approve", "Approve what a policy (of mode approve) would do, or reject it.") { id, reject, reason, list.Output };
        server.AddTo(command);
        settings.AddTo(command);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal approve memory_leak_recovery-7
              process-arsenal approve memory_leak_recovery-7 --reject

            It is about the steps of that run and its escalation, and is worth nothing once its time is over. Guards are asked all the same, immediately before the harm.
            """);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return ServerOptions.WithoutFile(result);
            using ApiClient client = server.Connect(result, configuration);
            string path = $"/api/v1/approvals/{Uri.EscapeDataString(result.GetValue(id)!)}/{(result.GetValue(reject) ? "reject" : "approve")}";
            var body = new JsonObject();
            if (result.GetValue(reason) is { } why) body["reason"] = why;
            ApprovalView view = await client.PostAsync(path, body, ViewJson.Default.ApprovalView, cancellation).ConfigureAwait(false);
            TextWriter output = result.InvocationConfiguration.Output;
            if (list.IsJson(result)) output.WriteLine(JsonSerializer.Serialize(view, ViewJson.Default.ApprovalView));
            else output.WriteLine($"{Terminal.Printable(view.Id)} is {view.Decision}.");
            return CommandLine.Done;
        });
        return command;
    }
}
