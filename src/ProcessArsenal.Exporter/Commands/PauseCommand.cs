using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>pause</c>: the kill switch.</summary>
internal static class PauseCommand
{
    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var list = new ListOptions();
        var server = new ServerOptions(context);
        var reason = new Option<string>("--reason") { HelpName = "text", Description = "Pause all actions, for this reason." };
        var duration = new Option<string>("--for") { HelpName = "duration", Description = "For how long. [default: until --end]" };
        var end = new Option<bool>("--end") { Description = "Let actions go on." };
        var command = new Command("pause", "Say whether actions are paused, pause them, or let them go on. Seeing goes on all the while.") { reason, duration, end, list.Output };
        server.AddTo(command);
        settings.AddTo(command);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal pause                                  are they?
              process-arsenal pause --reason "migration" --for 2h
              process-arsenal pause --end
            """);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return ServerOptions.WithoutFile(result);
            string? why = result.GetValue(reason);
            if ((result.GetValue(end) && why is not null) || (why is null && result.GetValue(duration) is not null))
            {
                result.InvocationConfiguration.Error.WriteLine("process-arsenal: to pause takes --reason, with --for or without; to go on takes --end alone.");
                return CommandLine.Usage;
            }
            using ApiClient client = server.Connect(result, configuration);
            PauseView view;
            if (result.GetValue(end))
            {
                view = await client.DeleteAsync("/api/v1/pause", ViewJson.Default.PauseView, cancellation).ConfigureAwait(false);
            }
            else if (why is not null)
            {
                var body = new JsonObject { ["reason"] = why };
                if (result.GetValue(duration) is { } length) body["duration"] = length;
                view = await client.PostAsync("/api/v1/pause", body, ViewJson.Default.PauseView, cancellation).ConfigureAwait(false);
            }
            else
            {
                view = await client.GetAsync("/api/v1/pause", ViewJson.Default.PauseView, cancellation).ConfigureAwait(false);
            }
            TextWriter output = result.InvocationConfiguration.Output;
            if (list.IsJson(result)) output.WriteLine(JsonSerializer.Serialize(view, ViewJson.Default.PauseView));
            else if (!view.Paused) output.WriteLine("Actions are not paused.");
            else output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Actions are paused since {view.Since?.ToLocalTime():yyyy-MM-dd HH:mm:ss}{(view.Until is { } until ? $" until {until.ToLocalTime():yyyy-MM-dd HH:mm:ss}" : "")}, by {Terminal.Printable(view.By ?? "")}: {Terminal.Printable(view.Reason ?? "", 1000)}"));
            return CommandLine.Done;
        });
        return command;
    }
}
