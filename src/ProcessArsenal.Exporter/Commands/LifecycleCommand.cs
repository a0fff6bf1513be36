using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Commands.Server;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>lifecycle</c>: what began and ended, and how.</summary>
internal static class LifecycleCommand
{
    private const int MostExitsShown = 30;

    private static readonly TimeSpan LocalInterval = TimeSpan.FromSeconds(1);

    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var list = new ListOptions();
        var server = new ServerOptions(context);
        var window = new Option<string>("--window") { HelpName = "duration", Description = "How far back. [default: 10m]" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Print starts and exits as they happen, until Ctrl-C; of the kernel here unless --server is given." };
        var group = new Option<string>("--group") { HelpName = "name", Description = "Only processes that are counted in this group." };
        var command = new Command("lifecycle", "Show which processes began and ended, how, and after how long.") { window, group, follow, list.Output };
        server.AddTo(command);
        settings.AddTo(command);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal lifecycle                          of the last 10 minutes, as the daemon here remembers
              process-arsenal lifecycle --window 1h --output json
              process-arsenal lifecycle --group nginx            of one group alone
              process-arsenal lifecycle --follow                 from now on; works without a running daemon
              process-arsenal lifecycle --follow --output json   a line of JSON each

            With CAP_NET_ADMIN every process is seen, however short its life; without, those that a look once a second finds.
            """);
        command.SetAction(async (result, cancellation) =>
        {
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return CommandLine.Failed;
            TextWriter output = result.InvocationConfiguration.Output;
            if (result.GetValue(follow))
            {
                string? wanted = result.GetValue(group);
                Action<LifecycleEventView> print = list.IsJson(result)
                    ? happened => output.WriteLine(JsonSerializer.Serialize(happened, ViewJson.OneLine.LifecycleEventView)) : happened => output.WriteLine(Line(happened));
                return server.IsGiven(result)
                    ? await FollowAsync(server.Connect(result, configuration), $"/api/v1/events{Query('?', wanted)}", print, result.InvocationConfiguration.Error, cancellation).ConfigureAwait(false)
                    : await FollowHereAsync(configuration, wanted, print, cancellation).ConfigureAwait(false);
            }
            string length = result.GetValue(window) ?? "10m";
            if (!Durations.TryParse(length, out _))
            {
                result.InvocationConfiguration.Error.WriteLine($"process-arsenal: --window takes a duration such as 10m, not '{Quoting.Cap(length)}'.");
                return CommandLine.Usage;
            }
            using ApiClient client = server.Connect(result, configuration);
            LifecycleView view = await client.GetAsync($"/api/v1/lifecycle?window={length}{Query('&', result.GetValue(group))}", ViewJson.Default.LifecycleView, cancellation).ConfigureAwait(false);
            if (list.IsJson(result)) output.WriteLine(JsonSerializer.Serialize(view, ViewJson.Default.LifecycleView));
            else Print(view, output);
            return CommandLine.Done;
        });
        return command;
    }

    private static async Task<int> FollowAsync(ApiClient connected, string path, Action<LifecycleEventView> print, TextWriter error, CancellationToken cancellation)
    {
        using ApiClient client = connected;
        try
        {
            await client.FollowAsync(path, Read, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // By Ctrl-C, which is how it ends.
        }
        return CommandLine.Done;

        bool Read(string name, string data)
        {
            if (name == "lost") error.WriteLine($"process-arsenal: some were missed: {Terminal.Printable(data, 100)}");
            else if (JsonSerializer.Deserialize(data, ViewJson.Default.LifecycleEventView) is { } happened) print(happened);
            return true;
        }
    }

    private static async Task<int> FollowHereAsync(ExporterConfiguration configuration, string? group, Action<LifecycleEventView> print, CancellationToken cancellation)
    {
        using ProcFs proc = ProcRoot.Open(configuration.Procfs);
        SamplingOptions options = configuration.ToSamplingOptions() with { SmapsBudget = TimeSpan.Zero, Dotnet = null };
        using var sampler = new Sampler(proc, new SnapshotStore(), options, TimeProvider.System);
        using var timer = new PeriodicTimer(LocalInterval, TimeProvider.System);
        var events = new List<LifecycleEvent>();
        long last = 0;
        try
        {
            do
            {
                sampler.Tick();
                events.Clear();
                sampler.Lifecycle.Read(last, events, LifecycleLog.Most);
                foreach (LifecycleEvent happened in events)
                {
                    if (group is null || happened.Group == group) print(LifecycleEventView.Of(happened));
                }
                last = sampler.Lifecycle.Last;
            }
            while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // By Ctrl-C, which is how it ends.
        }
        return CommandLine.Done;
    }

    private static string Query(char before, string? group) => group is null ? "" : $"{before}group={Uri.EscapeDataString(group)}";

    private static void Print(LifecycleView view, TextWriter output)
    {
        double seconds = Math.Max(1, (view.To - view.From).TotalSeconds);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Terminal.Age(seconds)} since {view.From.ToLocalTime():yyyy-MM-dd HH:mm:ss}: {view.Starts} started ({view.Starts / seconds * 60:0.#} a minute), {view.Exits} ended{Ends(view.Outcomes)}"));
        if (view.MedianLifetime is { } median) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"half of those that ended lived no longer than {Short(median)}; {view.ShortLived} lived less than a second"));
        if (view.Groups.Count > 0)
        {
            List<string[]> rows = [["STARTS", "EXITS", "FAILED", "SIGNAL", "OOM", "GROUP"]];
            rows.AddRange(view.Groups.Take(MostExitsShown).Select(static group => (string[])[Number(group.Starts), Number(group.Exits), Number(group.Outcomes.Failure), Number(group.Outcomes.Signal), Number(group.Outcomes.OomKill), Terminal.Printable(group.Group)]));
            output.WriteLine();
            Terminal.Write(output, Terminal.Table(rows, rightAligned: 5), colours: Terminal.HasColours);
        }
        LifecycleEventView[] notable = [.. view.Recent.Where(static exit => exit.Outcome != "success").Take(MostExitsShown)];
        if (notable.Length == 0) return;
        output.WriteLine();
        output.WriteLine("Ended otherwise than by success, the latest first:");
        foreach (LifecycleEventView exit in notable) output.WriteLine(Line(exit));
    }

    private static string Line(LifecycleEventView happened)
    {
        string what = happened.Type == "start" ? "started" : happened.Outcome switch
        {
            "success" => "ended",
            "failure" => string.Create(CultureInfo.InvariantCulture, $"failed with {happened.ExitCode}"),
            "signal" => string.Create(CultureInfo.InvariantCulture, $"killed by signal {happened.Signal}"),
            "oom_kill" => "killed as memory ran out",
            _ => "ended, how is not known",
        };
        string age = happened.Lifetime is { } lifetime ? $" after {Short(lifetime)}" : "";
        string cpu = happened.CpuTime is { } used ? string.Create(CultureInfo.InvariantCulture, $", CPU {used:0.###} s") : "";
        string group = happened.Group == happened.Name ? "" : $" [{Terminal.Printable(happened.Group, 48)}]";
        return string.Create(CultureInfo.InvariantCulture, $"{happened.Time.ToLocalTime():HH:mm:ss.fff} {happened.Pid,7} {Terminal.Printable(happened.Name, 16)}{group} {what}{age}{cpu}");
    }

    private static string Ends(OutcomeCounts ends)
    {
        (int Count, string What)[] all = [(ends.Failure, "failed"), (ends.Signal, "by signals"), (ends.OomKill, "as memory ran out"), (ends.Unknown, "how is not known")];
        string[] said = [.. all.Where(static end => end.Count > 0).Select(static end => $"{end.Count} {end.What}")];
        return said.Length == 0 ? "" : $" ({string.Join(", ", said)})";
    }

    private static string Short(double seconds) => seconds < 10 ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.###} s") : Terminal.Age(seconds);

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);
}
