using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Flows;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Watches all the time who sends how much to whom, where the configuration wants it (flows.enabled), and counts that by group.</summary>
internal sealed partial class FlowService(ConfigurationResult loaded, ProcFs proc, SnapshotStore store, Sampler sampler, TimeProvider time, ILogger<FlowService> logger) : BackgroundService
{
    private const int MostRemembered = 4096;

    /// <summary>After a watch that failed.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private static readonly FlowOptions Options = new()
    {
        Window = TimeSpan.FromDays(36_500),
        Interval = TimeSpan.FromSeconds(1),
        ShareOfTime = 0.02,
    };

    /// <summary>The groups of processes that were seen, by identity: some have ended when what they sent is counted.</summary>
    private readonly Dictionary<string, string> _groups = new(StringComparer.Ordinal);

    private IReadOnlyList<Telemetry.Inspection.Unavailable> _missed = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!loaded.Configuration!.Flows.IsEnabled) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await new MessageFlow(proc, time).WatchAsync([], Options with { Rolled = Count }, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                // What went through meanwhile is missing, and said so; seeing all else goes on.
                Log.Failed(logger, e.Message);
                await Task.Delay(Pause, time, stoppingToken).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
    }

    /// <summary>On the thread that watches.</summary>
    private void Count(FlowReport report)
    {
        using SnapshotLease lease = store.Acquire();
        if (lease.Snapshot is not { } snapshot) return;
        Dictionary<string, string>? ended = null; // Made if anybody asks.
        sampler.Flows.Add(report, party => GroupOf(party, snapshot, ref ended));
        if (report.Unavailable.Select(static missing => missing.What).SequenceEqual(_missed.Select(static missing => missing.What))) return;
        _missed = report.Unavailable;
        foreach (Telemetry.Inspection.Unavailable missing in _missed) Log.Missed(logger, missing.What, missing.Needs);
    }

    private string GroupOf(FlowParty party, Snapshot snapshot, ref Dictionary<string, string>? ended)
    {
        if (party.Process is not { } process) return party.IsLocal ? FlowCounters.Unknown : FlowCounters.Remote;
        int at = snapshot.IndexOf(process.Pid);
        if (at >= 0 && snapshot.Processes[at].Sample.Identity.ToString() == process.Identity)
        {
            if (_groups.Count >= MostRemembered) _groups.Clear();
            return _groups[process.Identity] = snapshot.Processes[at].Group ?? FlowCounters.Unknown;
        }
        if (_groups.TryGetValue(process.Identity, out string? group)) return group;
        ended ??= Ended(snapshot);
        return ended.GetValueOrDefault(process.Identity) ?? FlowCounters.Unknown;
    }

    private Dictionary<string, string> Ended(Snapshot snapshot)
    {
        var groups = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (LifecycleEvent happened in sampler.Lifecycle.Since(snapshot.Time - TimeSpan.FromMinutes(1), out _))
            if (happened.Identity is { } identity) groups[identity.ToString()] = happened.Group;
        return groups;
    }

    private static partial class Log
    {
        [LoggerMessage(140, LogLevel.Warning, "Flows: not seen: {What}; it takes {Needs}")]
        public static partial void Missed(ILogger logger, string what, string needs);

        [LoggerMessage(141, LogLevel.Error, "Flows can't be watched for the moment: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
