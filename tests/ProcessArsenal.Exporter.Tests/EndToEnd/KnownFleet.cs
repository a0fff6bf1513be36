using System.Globalization;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>One group of processes with a known load, and what became of it.</summary>
internal sealed record Fleet(string Name, int Copies, string[] Load)
{
    public Workload? Workload { get; set; }

    public Truth Before { get; set; } = null!;

    public Truth After { get; set; } = null!;

    /// <summary>Starts that the exporter knew before the copies came: 1, or 0 where it saw the first process before its exec.</summary>
    public double StartsBefore { get; set; }

    public int Success { get; set; }

    public int Failure { get; set; }

    public int Signal { get; set; }
}

/// <summary>More than 300 real processes, the exporter that watches them and the Prometheus that scrapes it: made once for all questions.</summary>
public sealed class KnownFleet : IAsyncLifetime
{
    private const int Interval = 1;
    private readonly Scratch _scratch = new();
    private ExporterProcess? _exporter;

    internal PrometheusServer Prometheus { get; private set; } = null!;

    internal IReadOnlyList<Fleet> Fleets { get; } =
    [
        new("e2e-cpu", 20, ["--cpu-ms", "300"]),
        new("e2e-memory", 20, ["--rss-mib", "8"]),
        new("e2e-threads", 30, ["--threads", "6"]),
        new("e2e-descriptors", 40, ["--fds", "40"]),
        // Below the repository and not in /tmp, which may be a tmpfs: writing there is no disk IO.
        new("e2e-writer", 10, ["--write-mib", "4", "--file", Path.Combine(Repository.Root, "artifacts", "e2e-write")]),
        new("e2e-idle", 60, []),
        new("e2e-mixed", 30, ["--cpu-ms", "50", "--threads", "3", "--rss-mib", "2"]),
        new("e2e-success", 30, []) { Success = 20 },
        new("e2e-failure", 40, ["--cpu-ms", "20"]) { Failure = 40 },
        new("e2e-killed", 40, []) { Signal = 15 },
    ];

    internal DateTimeOffset Began { get; private set; }

    internal Fleet this[string name] => Fleets.Single(f => f.Name == name);

    public async ValueTask InitializeAsync()
    {
        try
        {
            await Start();
            await LiveThroughIt();
        }
        catch
        {
            await DisposeAsync(); // xunit does not dispose of what did not come to life
            throw;
        }
    }

    private async Task Start()
    {
        string configuration = Configurations.GroupsByExecutable($"{Interval}s", Fleets.Select(f => f.Name).ToArray());
        _exporter = await ExporterProcess.Start(_scratch, configuration);
        Prometheus = await PrometheusServer.Start(_scratch, _exporter.Port);
        Began = TimeProvider.System.GetUtcNow();
        foreach (Fleet fleet in Fleets)
            fleet.Workload = await Workload.Start(_scratch, fleet.Name, ["--fleet", .. fleet.Load]);
        MetricsPage before = await _exporter.PageWhere("the first process of each group", page => Fleets.All(f => Processes(page, f) == 1));
        foreach (Fleet fleet in Fleets)
            fleet.StartsBefore = before.Value("process_group_starts_total", "group=" + fleet.Name) ?? -1;
    }

    private async Task LiveThroughIt()
    {
        await Task.WhenAll(Fleets.Select(f => f.Workload!.Spawn(f.Copies)));
        foreach (Fleet fleet in Fleets)
            fleet.Before = await fleet.Workload!.Report();
        await _exporter!.PageOfLaterTick(); // whoever ends from here on has been seen
        foreach (Fleet fleet in Fleets)
        {
            await fleet.Workload!.Exit(fleet.Success, 0);
            await fleet.Workload.Exit(fleet.Failure, 3);
            await fleet.Workload.Kill(fleet.Signal, Signals.Kill);
            fleet.After = await fleet.Workload.Report();
        }

        double ticks = (await _exporter.PageOfLaterTick()).Ticks;
        string scraped = $"arsenal_ticks_total >= {ticks.ToString(CultureInfo.InvariantCulture)}";
        await Eventually.True("Prometheus has that tick", async () => await Prometheus.Value(scraped) is not null);
    }

    private static double? Processes(MetricsPage page, Fleet fleet) => page.Value("process_group_processes", "group=" + fleet.Name);

    public async ValueTask DisposeAsync()
    {
        foreach (Fleet fleet in Fleets)
            if (fleet.Workload is not null)
                await fleet.Workload.DisposeAsync();
        if (Prometheus is not null)
            await Prometheus.DisposeAsync();
        if (_exporter is not null)
            await _exporter.DisposeAsync();
        _scratch.Dispose();
    }
}
