using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>Known processes, and the two exporters that watch them by one and the same file, process-exporter's: made once for all comparisons. Both have
/// seen every process before what is compared begins, since process-exporter does not count what a process used before it saw it.</summary>
public sealed class PeerFleet : IAsyncLifetime
{
    private readonly Scratch _scratch = new();
    private readonly List<Workload> _workloads = [];
    private ExporterProcess? _exporter;
    private PeerProcess? _peer;

    internal MetricsPage OursBefore { get; private set; } = null!;

    internal MetricsPage OursAfter { get; private set; } = null!;

    internal string OpenMetricsAfter { get; private set; } = null!;

    internal MetricsPage PeerBefore { get; private set; } = null!;

    internal MetricsPage PeerAfter { get; private set; } = null!;

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

    public async ValueTask DisposeAsync()
    {
        foreach (Workload workload in _workloads)
            await workload.DisposeAsync();
        if (_peer is not null)
            await _peer.DisposeAsync();
        if (_exporter is not null)
            await _exporter.DisposeAsync();
        _scratch.Dispose();
    }

    private async Task Start()
    {
        string file = _scratch.Write("process-exporter.yml", $$$"""
            process_names:
              - name: "workers of {{.ExeBase}}, {{.Matches.count}}"
                exe: [e2e-workers]
                cmdline:
                  - '--workers (?P<count>\d+)'
              - exe:
                  - {{{_scratch.Folder}}}/e2e-plain
                  - e2e-nothing
              - name: "{{.Comm}} {{.PID}}"
                comm: [e2e-memory, e2e-nothing]
                cmdline: ['rss-mib \d+', 'fds']
              - name: "{{.ExeFull}} in {{.Cgroups}}"
                comm: [e2e-writer]
              - comm: [e2e-parent]
              - name: never
                comm: [e2e-never]
            """);
        _exporter = await ExporterProcess.Start(
            _scratch, "sampling: { interval: 1s }\ngroups: { process_exporter_config: process-exporter.yml }\ncompatibility: process-exporter\n");
        _peer = await PeerProcess.Start(file);
        _workloads.Add(await Workload.Start(_scratch, "e2e-workers", "--workers", "3"));
        _workloads.Add(await Workload.Start(_scratch, "e2e-plain"));
        _workloads.Add(await Workload.Start(_scratch, "e2e-memory", "--rss-mib", "32", "--fds", "40"));
        // Below the repository and not in /tmp, which may be a tmpfs: writing there is no disk IO.
        _workloads.Add(await Workload.Start(
            _scratch, "e2e-writer", "--fleet", "--write-mib", "4", "--file", Path.Combine(Repository.Root, "artifacts", "e2e-peer")));
        _workloads.Add(await Workload.StartOther(_scratch, "/bin/sh", "e2e-parent", "-c", "echo ready; cat; true")); // cat is in its parent's group
    }

    private async Task LiveThroughIt()
    {
        (PeerBefore, OursBefore) = await BothPages();
        await _workloads[1].BurnCpu(600);
        await _workloads[2].BurnCpu(300);
        await _workloads[3].Spawn(2);
        await BothPages(); // process-exporter counts for the copies from here on
        await Eventually.Every(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4), () => Task.CompletedTask);
        (PeerAfter, OursAfter) = await BothPages();
        OpenMetricsAfter = await _exporter!.OpenMetrics();
    }

    /// <summary>As near to each other as can be: a tick that has just been taken, and then a page of the other's.</summary>
    private async Task<(MetricsPage Peer, MetricsPage Ours)> BothPages()
    {
        MetricsPage ours = await _exporter!.PageOfLaterTick();
        return (await _peer!.Page(), ours);
    }
}
