using System.CommandLine;
using System.Text.Json;
using ProcessArsenal.Exporter.Api;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>inspect</c>: one process in full.</summary>
internal static class InspectCommand
{
    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var list = new ListOptions();
        var server = new ServerOptions(context);
        var history = new Option<bool>("--history") { Description = "Also what it was like earlier, as the daemon remembers." };
        var process = new Argument<string>("process") { Description = "An identity such as 4711-65123-ab12cd34, or a pid, which means whoever has it now." };
        var command = new Command("inspect", "Show one process in full: memory, threads, descriptors, sockets, limits, who it belongs to, and what is remarkable; works without a running daemon.")
        {
            process, history, list.Output,
        };
        server.AddTo(command);
        settings.AddTo(command);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal inspect 4711
              process-arsenal inspect "$(pidof -s nginx)" --output json | jq .sockets
              process-arsenal inspect 4711 --history             the last hours as bars, of the daemon here
              process-arsenal inspect 4711-65123-ab12cd34 --server https://web-1:9465 --token-file viewer.token

            Nothing that it reads stalls the process, and it takes two seconds at most. What may be a secret in arguments and environment is not shown. Of a
            process of another user much is told to root alone; what is missing is listed with what it takes.
            """);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return CommandLine.Failed;
            string text = result.GetValue(process)!;
            TextWriter output = result.InvocationConfiguration.Output, error = result.InvocationConfiguration.Error;
            if (ProcessName.Parse(text) is not { } name)
            {
                error.WriteLine($"process-arsenal: '{Telemetry.Text.Quoting.Cap(text)}' is no identity such as 4711-65123-ab12cd34, and no pid. To find one by its name: process-arsenal find 'name = \"...\"'");
                return CommandLine.Usage;
            }
            ProcessInspection? inspection;
            ProcessHistoryView? earlier = null;
            if (server.IsGiven(result) || result.GetValue(history))
            {
                using ApiClient client = server.Connect(result, configuration);
                if (result.GetValue(history)) earlier = await client.GetAsync($"/api/v1/processes/{name}/history", ViewJson.Default.ProcessHistoryView, cancellation).ConfigureAwait(false);
                if (earlier?.Ended is not null)
                {
                    // It can't be looked at any more; what it was like is what there is.
                    if (list.IsJson(result)) output.WriteLine(JsonSerializer.Serialize(earlier, ViewJson.Default.ProcessHistoryView));
                    else Sparkline.Write(earlier, output, Terminal.Width);
                    return CommandLine.Done;
                }
                inspection = await client.GetAsync($"/api/v1/processes/{name}", ViewJson.Default.ProcessInspection, cancellation).ConfigureAwait(false);
            }
            else inspection = await InspectHereAsync(configuration, name, cancellation).ConfigureAwait(false);
            if (inspection is null)
            {
                error.WriteLine($"process-arsenal: there is no process {name} that we can see.");
                return CommandLine.Failed;
            }
            if (list.IsJson(result)) output.WriteLine(earlier is null ? JsonSerializer.Serialize(inspection, ViewJson.Default.ProcessInspection) : JsonSerializer.Serialize(new InspectionAndHistory(inspection, earlier), ViewJson.Default.InspectionAndHistory));
            else
            {
                InspectionText.Write(inspection, output);
                if (earlier is not null) Sparkline.Write(earlier, output, Terminal.Width);
            }
            return CommandLine.Done;
        });
        return command;
    }

    private static async Task<ProcessInspection?> InspectHereAsync(ExporterConfiguration configuration, ProcessName name, CancellationToken cancellation)
    {
        InspectionSubject? subject = await LocalSnapshot.ReadAsync(configuration, snapshot => Find(snapshot, name), TimeProvider.System, cancellation).ConfigureAwait(false);
        if (subject is null) return null;
        using ProcFs proc = ProcRoot.Open(configuration.Procfs);
        return await new ProcessInspector(proc, TimeProvider.System).InspectAsync(subject, new InspectionOptions(), readSmaps: true, cancellation).ConfigureAwait(false);
    }

    private static InspectionSubject? Find(Snapshot snapshot, ProcessName name)
    {
        int index = snapshot.IndexOf(name.Pid);
        return index >= 0 && (name.Identity is null || name.Identity == snapshot.Processes[index].Sample.Identity) ? InspectionSubject.Of(snapshot, index) : null;
    }
}
