using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Events;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Does the accounts of processes that have ended: the exit, and what they used beyond the last sample of them.</summary>
internal sealed class EndedAccounts(GroupTable groups, LifecycleLog log, TimeProvider time)
{
    private static readonly ProcessDescription Unknown = new() { Name = "unknown" };

    private readonly double[] _counters = new double[CollectorCatalogue.CounterSlots];
    private readonly Queue<RecentExit> _recent = new();
    private RecentExit[]? _list;

    /// <summary>The latest first. The same array until one is added.</summary>
    public IReadOnlyList<RecentExit> Recent => _list ??= [.. _recent.Reverse()];

    public long GroupsGuessed { get; private set; }

    public long ExitsUnaccounted { get; private set; }

    /// <summary>One that was sampled while it lived.</summary>
    public void Close(TrackedProcess process, in ProcessExit exit, ChildLedger children)
    {
        children.Debit(process, exit, process.Group);
        if (process.Group is not { } group) return; // Excluded, or never accounted.
        group.Count(LifecycleCollector.Exits, (int)exit.Outcome);
        Remember(exit, process.Description.Name, group, process.Identity);
        if (exit.Usage is not { } usage)
        {
            ExitsUnaccounted++;
            return;
        }
        var row = new ProcessRow { Sample = FinalSample.Of(process.Sample, usage), Description = process.Description, Group = group.Key.Name };
        group.AddEnded(row, process.Counters);
    }

    /// <summary>One that came and went between two samples.</summary>
    /// <returns>False if an exclusion rule took it out.</returns>
    public bool Open(ProcessLife life, in ProcessExit exit, bool guessed, bool hasDelays, SamplingOptions options, ChildLedger children)
    {
        ProcessDescription description = exit.Description ?? Unknown;
        var row = new ProcessRow { Description = description };
        if (exit.Usage is { } usage)
        {
            usage.Accounting.HasDelays = hasDelays;
            row.Sample = FinalSample.Of(usage);
        }
        row.Sample.Identity = new Procfs.ProcessIdentity(life.Pid, 0, 0);
        row.Uptime = exit.Lifetime;
        GroupKey key = options.Grouper.Assign(description, life.Pid);
        row.Group = key.Name;
        foreach (Expression expression in options.Exclude)
            if (expression.Evaluate(row) != Truth.False)
            {
                children.Debit(exit, null);
                return false;
            }

        GroupState group = groups.Get(key);
        children.Debit(exit, group);
        group.Count(LifecycleCollector.Starts, 0);
        group.Count(LifecycleCollector.Exits, (int)exit.Outcome);
        log.Add(new LifecycleEvent(0, KernelTime.Of(life.BornNanoseconds, time), IsEnd: false, exit.Pid, null, exit.ParentPid, description.Name, group.Key.Name, ExitOutcome.Unknown, null, null, null));
        Remember(exit, description.Name, group, identity: null);
        if (guessed) GroupsGuessed++;
        if (exit.Usage is null) ExitsUnaccounted++;
        Array.Clear(_counters);
        group.AddEnded(row, _counters);
        return true;
    }

    private void Remember(in ProcessExit exit, string name, GroupState group, Procfs.ProcessIdentity? identity)
    {
        if (_recent.Count == RecentExit.Most) _ = _recent.Dequeue();
        int? code = exit.Status is not { } status ? null : status.Signal != 0 ? status.Signal : status.Code;
        DateTimeOffset now = KernelTime.Of(exit.EndedNanoseconds, time);
        double? used = exit.Usage?.CpuNanoseconds / 1e9;
        _recent.Enqueue(new RecentExit(now, exit.Pid, name, group.Key.Name, exit.Outcome, code, exit.Lifetime, used));
        log.Add(new LifecycleEvent(0, now, IsEnd: true, exit.Pid, identity, exit.ParentPid, name, group.Key.Name, exit.Outcome, code, exit.Lifetime, used));
        _list = null;
    }
}
