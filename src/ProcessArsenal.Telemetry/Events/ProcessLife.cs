using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Events;

/// <summary>What the kernel's events told of one process, from its fork (or from when we first heard of it) to its end.</summary>
internal sealed class ProcessLife(int pid)
{
    public int Pid { get; } = pid;

    /// <summary>0 if its fork was not seen.</summary>
    public int ParentPid { get; set; }

    /// <summary>Who was its parent when it ended; 0 if that was not told.</summary>
    public int LastParentPid { get; set; }

    /// <summary>When it was forked, nanoseconds of CLOCK_MONOTONIC; 0 if that was not seen.</summary>
    public ulong BornNanoseconds { get; set; }

    /// <summary>When /proc says that it started, for one that was listed before its fork was told; nanoseconds of CLOCK_MONOTONIC, 0 otherwise.
    /// </summary>
    public ulong StartedNanoseconds { get; init; }

    /// <summary>How often it executed a file since its fork, as far as that was told.</summary>
    public int Executions { get; set; }

    /// <summary>It executed a file since its fork.</summary>
    public bool HasExecuted { get; set; }

    /// <summary>The tracker samples it, and does its accounts when it ends.</summary>
    public bool IsAdopted { get; set; }

    /// <summary>Its image, user or name changed since the tracker asked.</summary>
    public bool HasChanged { get; set; }

    /// <summary>Its main thread ended, or its last task.</summary>
    public bool HasEnded { get; set; }

    /// <summary>Its exit was told.</summary>
    public bool IsTold { get; set; }

    /// <summary>The record of its last task was seen.</summary>
    public bool IsRecorded { get; set; }

    /// <summary>It began since we listen: its fork was told, or a listing did not have it.</summary>
    public bool IsOurs { get; set; }

    /// <summary>When its pid was given away, or its accounts were done, before all was told of it; nanoseconds of CLOCK_MONOTONIC.</summary>
    public ulong OverdueSince { get; set; }

    /// <summary>It waits to be handed out.</summary>
    public bool IsQueued { get; set; }

    /// <summary>When it ended, nanoseconds of CLOCK_MONOTONIC; 0 if that was not told.</summary>
    public ulong EndedNanoseconds { get; set; }

    /// <summary>How old it was when its main thread left, nanoseconds; 0 if there was no record of it.</summary>
    public ulong AgeNanoseconds { get; set; }

    /// <summary>How its main thread ended.</summary>
    public ExitStatus? Exit { get; set; }

    /// <summary>Whether memory ran out, if it ended by SIGKILL; null otherwise.</summary>
    public OomSuspect? Oom { get; set; }

    /// <summary>What its ended tasks used.</summary>
    public TaskUsage Usage;

    /// <summary>A record of a task that ended was seen.</summary>
    public bool HasUsage { get; set; }

    /// <summary>comm in the latest exit record, or as it was met; null if it was not seen. Chosen by the process.</summary>
    public string? Name { get; set; }

    /// <summary>What was read of it while it lived, and since it last executed a file; null if it was gone too soon.</summary>
    public ProcessDescription? Description { get; set; }

    /// <summary>What its parent was when it was forked; null if that was not known.</summary>
    public ProcessDescription? Inherited { get; init; }

    /// <summary>Its parent, if not even that had been described by then; let go of when the life is settled.</summary>
    public ProcessLife? Parent { get; set; }

    /// <summary>What it is unless it executed a file since: what is known of it, else of its parent.</summary>
    public ProcessDescription? Known =>
        Description ?? Inherited ?? (Parent is { HasExecuted: true } ? Parent.Description : Parent?.Known);

    /// <summary>The nearest that is known of its ancestors; a guess.</summary>
    public ProcessDescription? OfAncestor
    {
        get
        {
            for (ProcessLife? ancestor = Parent; ancestor is not null; ancestor = ancestor.Parent)
                if ((ancestor.Description ?? ancestor.Inherited) is { } known) return known;
            return null;
        }
    }

    /// <summary>When its main thread left, nanoseconds of CLOCK_MONOTONIC; 0 if that is not known.</summary>
    /// <param name="started">When it was created, if its fork was not told; 0 if that is not known. Too early by the time that the machine slept since.
    /// </param>
    public ulong LeftAt(ulong started)
    {
        ulong born = BornNanoseconds > 0 ? BornNanoseconds : started;
        return AgeNanoseconds == 0 || born == 0 ? 0 : born + AgeNanoseconds;
    }

    /// <summary>Time from fork to end; null if one of them was not seen.</summary>
    public TimeSpan? Lifetime => BornNanoseconds > 0 && EndedNanoseconds > BornNanoseconds
        ? TimeSpan.FromTicks((long)((EndedNanoseconds - BornNanoseconds) / 100))
        : null;
}
