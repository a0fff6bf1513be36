using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProcessArsenal.Exporter.Api;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Flows;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>flows</c>: who sends how much to whom.</summary>
internal static class FlowsCommand
{
    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var list = new ListOptions();
        var server = new ServerOptions(context);
        var seconds = Options.Number("--seconds", 1, $"How long to watch; Ctrl-C ends it earlier. [default: {Api.Routes.FlowRoutes.UsualWindow}]", "number", "-s");
        var processes = new Argument<string[]>("process") { Arity = ArgumentArity.ZeroOrMore, Description = "Identities, or pids, which mean whoever has them now. All processes, if none is given." };
        var command = new Command("flows", "Watch who sends how much to whom: bytes by TCP, and who is connected by unix sockets and pipes; works without a running daemon.") { processes, seconds, list.Output };
        server.AddTo(command);
        settings.AddTo(command);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal flows                              everybody, for 5 seconds
              process-arsenal flows "$(pidof -s nginx)" -s 30    whom nginx talks to
              process-arsenal flows --output json | jq -r '.flows[] | [.bytes, .from.process.name, .to.process.name // .to.address] | @tsv'

            Bytes are payload that arrived, by the kernel's own counters of each connection, those that begin and end meanwhile included. Of unix sockets and
            pipes it counts none: they are listed with what waits to be read. Processes in other network namespaces (containers) are not seen from here.
            """);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return CommandLine.Failed;
            TextWriter output = result.InvocationConfiguration.Output, error = result.InvocationConfiguration.Error;
            var names = new List<ProcessName>();
            foreach (string text in result.GetValue(processes) ?? [])
            {
                if (ProcessName.Parse(text) is { } name) names.Add(name);
                else error.WriteLine($"process-arsenal: '{Quoting.Cap(text)}' is no identity such as 4711-65123-ab12cd34, and no pid. To find one by its name: process-arsenal find 'name = \"...\"'");
            }
            if (names.Count < (result.GetValue(processes)?.Length ?? 0)) return CommandLine.Usage;
            var window = TimeSpan.FromSeconds(result.GetValue(seconds) ?? Api.Routes.FlowRoutes.UsualWindow);
            if (!Console.IsErrorRedirected) error.WriteLine(FormattableString.Invariant($"Watching for {window.TotalSeconds:0} s ..."));
            FlowsView? flows = server.IsGiven(result)
                ? await AskAsync(server, result, configuration, names, window, cancellation).ConfigureAwait(false)
                : await WatchHereAsync(configuration, names, window, error, cancellation).ConfigureAwait(false);
            if (flows is null) return CommandLine.Failed;
            if (list.IsJson(result)) output.WriteLine(JsonSerializer.Serialize(flows, ViewJson.Default.FlowsView));
            else FlowsText.Write(flows, output);
            return CommandLine.Done;
        });
        return command;
    }

    private static async Task<FlowsView> AskAsync(ServerOptions server, ParseResult result, ExporterConfiguration configuration, List<ProcessName> names, TimeSpan window, CancellationToken cancellation)
    {
        using ApiClient client = server.Connect(result, configuration, working: window);
        var body = new JsonObject { ["seconds"] = (int)window.TotalSeconds, ["targets"] = new JsonArray([.. names.Select(static name => (JsonNode)name.ToString())]) };
        return await client.PostAsync("/api/v1/flows", body, ViewJson.Default.FlowsView, cancellation).ConfigureAwait(false);
    }

    /// <returns>Null if there is no such process, which is said.</returns>
    private static async Task<FlowsView?> WatchHereAsync(ExporterConfiguration configuration, List<ProcessName> names, TimeSpan window, TextWriter error, CancellationToken end)
    {
        var targets = new List<ProcessIdentity>();
        if (names.Count > 0)
        {
            ProcessName? missing = await LocalSnapshot.ReadAsync(
                configuration, snapshot => names.FirstOrDefault(name => !TryFind(snapshot, name, targets)), TimeProvider.System, end).ConfigureAwait(false);
            if (missing is not null)
            {
                error.WriteLine($"process-arsenal: there is no process {missing} that we can see.");
                return null;
            }
        }
        using ProcFs proc = ProcRoot.Open(configuration.Procfs);
        // Ctrl-C is not to lose what was seen.
        FlowReport report = await new MessageFlow(proc, TimeProvider.System).WatchAsync(targets, new FlowOptions { Window = window, End = end }, CancellationToken.None).ConfigureAwait(false);
        return FlowsView.Of(report);
    }

    private static bool TryFind(Telemetry.Snapshots.Snapshot snapshot, ProcessName name, List<ProcessIdentity> found)
    {
        int index = snapshot.IndexOf(name.Pid);
        if (index < 0 || (name.Identity is { } wanted && wanted != snapshot.Processes[index].Sample.Identity)) return false;
        found.Add(snapshot.Processes[index].Sample.Identity);
        return true;
    }
}
