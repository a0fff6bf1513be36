namespace ProcessArsenal.Telemetry.Snapshots;

/// <summary>How the tick itself went. Totals are since start.</summary>
public struct SamplingHealth
{
    /// <summary>When the sampler was made: what is counted since start is counted since then.</summary>
    public DateTimeOffset Began;

    /// <summary>What can and can't be read here.</summary>
    public IReadOnlyList<SignalStatus> Signals;

    /// <summary>Whether every process of this pid namespace is visible to us (hidepid hides them).</summary>
    public bool SeesAllProcesses;

    /// <summary>Processes that were listed but could not be read in this tick, for another reason than that they had ended.</summary>
    public int Unreadable;

    /// <summary>Processes that an exclusion rule took out in this tick.</summary>
    public int Excluded;

    /// <summary>Times that a process was put into <c>other</c> because there were too many groups.</summary>
    public long GroupsFolded;

    /// <summary>Groups without processes that left before their time, as another needed the place.</summary>
    public long GroupsEvicted;

    /// <summary>Processes created since we listen; null if the kernel's events can't be listened to.</summary>
    public long? ProcessesCreated;

    /// <summary>Messages of the process connector that were lost for lack of room.</summary>
    public long EventsLost;

    /// <summary>Exit records that were lost for lack of room.</summary>
    public long RecordsLost;

    /// <summary>Processes that ended before anything could be read of them, so that their name and their parent had to say their group.</summary>
    public long GroupsGuessed;

    /// <summary>Processes that ended, and the kernel did not tell what they had used since they were last sampled.</summary>
    public long ExitsUnaccounted;

    /// <summary>CPU time of ended processes, known from their parents, that is in no group.</summary>
    public double UnattributedCpuSeconds;

    /// <summary>Processes that should have had series of their own but for the cap; summed over ticks.</summary>
    public long ProcessesNotReported;
}

/// <summary>Whether a signal can be read of every process.</summary>
/// <param name="Name">The signal: <c>disk_io</c>, <c>executable</c>, ...</param>
/// <param name="Available">False from the moment that a process is met whose value we are refused, until none was met for a while.</param>
/// <param name="Reason">What it takes; empty if available.</param>
public sealed record SignalStatus(string Name, bool Available, string Reason);
