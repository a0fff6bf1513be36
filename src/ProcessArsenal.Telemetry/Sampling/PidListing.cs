using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Which pids there are. /proc is gone through only when it may have one that is not known yet: its link count tells the number of
/// processes for one system call, who ended is found by reading those that are known, and who was born may be told by the kernel's events.
/// Used by one thread.</summary>
internal sealed class PidListing(ProcFs proc, TimeProvider time, SignalBoard signals)
{
    public const string Signal = "all_processes";

    /// <summary>It is gone through at least this often, whatever the count says.</summary>
    public static readonly TimeSpan LongestTrust = TimeSpan.FromMinutes(1);

    private int _count;
    private long _listed;

    /// <summary>In ascending order, of this tick once <see cref="Take"/> or <see cref="Read"/> was called.</summary>
    public List<int> Pids { get; } = [];

    /// <summary>Whether it holds all of them: with hidepid it does not, unless we may see them.</summary>
    public bool SeesAll { get; private set; } = true;

    /// <summary>How often /proc was gone through.</summary>
    public long Listings { get; private set; }

    /// <summary>To be called before the processes that are known are read: whoever is born later is left to the next tick.</summary>
    public void Begin()
    {
        bool fresh = Listings > 0 && time.GetElapsedTime(_listed) < LongestTrust;
        if (!fresh || !proc.TryCountProcesses(out _count)) _count = -1;
    }

    /// <summary>Whether nobody but these lived at <see cref="Begin"/>. One that ended since would have been one too many.</summary>
    /// <param name="alive">How many are known that lived then, and did not turn out to have ended since.</param>
    public bool IsWhole(int alive) => _count == alive;

    /// <summary>Takes the pids of those that are known, who are all; in ascending order of pid.</summary>
    public void Take(List<TrackedProcess> all)
    {
        Pids.Clear();
        foreach (TrackedProcess process in all) Pids.Add(process.Identity.Pid);
    }

    /// <summary>Goes through /proc.</summary>
    public void Read()
    {
        _listed = time.GetTimestamp();
        Listings++;
        bool complete = proc.TryListPids(Pids);
        SeesAll = complete && (!proc.IsKernel || Pids.Contains(1));
        if (!SeesAll) signals.Refuse(Signal, "/proc to be mounted without hidepid, or CAP_SYS_PTRACE, or the group of the mount's gid option");
    }
}
