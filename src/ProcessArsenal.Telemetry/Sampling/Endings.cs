using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Events;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>How processes ended, whether they were sampled while they lived or not. Used by one thread.</summary>
/// <param name="leave">Told of each that was sampled, at the latest by <see cref="Decide"/>.</param>
internal sealed class Endings(ProcFs proc, TimeProvider time, SignalBoard signals, Action<TrackedProcess, ProcessExit> leave)
{
    public const string Signal = "exit_status";
    public const string Needs = "Linux 6.15, /proc of our own pid namespace, and two descriptors per process within RLIMIT_NOFILE";

    private const int SigKill = 9;

    private readonly OomKills _oomKills = new(proc, time, signals);
    private readonly List<(TrackedProcess, ProcessExit, OomSuspect)> _killed = [];

    /// <summary>How an unsampled process ended.</summary>
    public static ProcessExit Of(ProcessLife life, ProcessDescription? description) =>
        new(life.Pid, life.LastParentPid > 0 ? life.LastParentPid : life.ParentPid, life.EndedNanoseconds, life.LeftAt(life.BornNanoseconds), description,
            life.Oom is { WasKilled: true } ? ExitOutcome.OomKill : OutcomeOf(life.Exit), life.Exit, life.Lifetime, life.HasUsage ? life.Usage : null);

    /// <summary>One that was sampled has ended.</summary>
    public void Add(TrackedProcess process)
    {
        ProcessLife? life = process.Life;
        // The pidfd tells of the process; an event only of its main thread.
        ExitStatus? status = process.Pidfd is not null && process.Pidfd.TryReadExit(out ExitStatus exit) ? exit : life?.Exit;
        if (status is null) signals.Refuse(Signal, Needs);
        var ended = new ProcessExit(
            process.Identity.Pid,
            life is { LastParentPid: > 0 } ? life.LastParentPid : process.Sample.Stat.ParentPid,
            life?.EndedNanoseconds ?? 0,
            life?.LeftAt(KernelClock.ToMonotonic(process.Sample.Stat.StartTicks)) ?? 0,
            process.Description, OutcomeOf(status), status, life?.Lifetime, life is { HasUsage: true } ? life.Usage : null);
        if (status is { Signal: SigKill }) _killed.Add((process, ended, _oomKills.Suspect(process)));
        else leave(process, ended);
    }

    /// <summary>Says who of those that ended by SIGKILL was killed as memory ran out, once all ends of this tick are known.</summary>
    /// <param name="unsampled">Those that were never sampled.</param>
    /// <param name="alive">Who is alive, by pid, to know an unsampled one by its parent.</param>
    public void Decide(List<ProcessLife> unsampled, Dictionary<int, TrackedProcess> alive)
    {
        foreach (ProcessLife life in unsampled)
            if (life.Exit is { Signal: SigKill }) life.Oom = _oomKills.Suspect(life, alive.GetValueOrDefault(life.ParentPid)?.Description);
        _oomKills.Decide();
        foreach ((TrackedProcess process, ProcessExit exit, OomSuspect suspect) in _killed)
            leave(process, suspect.WasKilled ? exit with { Outcome = ExitOutcome.OomKill } : exit);
        _killed.Clear();
    }

    /// <summary>Watches the memory control groups of processes that are new, or whose description is.</summary>
    public void Watch(List<TrackedProcess> alive)
    {
        foreach (TrackedProcess process in alive)
            if (process.GroupKey is null) _oomKills.Watch(process.Description.MemoryCgroup);
    }

    private static ExitOutcome OutcomeOf(ExitStatus? status)
    {
        if (status is not { } exit) return ExitOutcome.Unknown;
        if (exit.Signal != 0) return ExitOutcome.Signal;
        return exit.IsSuccess ? ExitOutcome.Success : ExitOutcome.Failure;
    }
}
