using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Which pids there are. /proc is gone through only when it may have one that is not known yet: its link count tells the number of
/// processes for one system call, and who ended is found by reading those that are known. Used by one thread.</summary>
internal sealed class PidListing(ProcFs proc, TimeProvider time, SignalBoard signals)
{
    public const string Signal = "all_processes";

    /// <summary>It is gone through at least this often, whatever the count says.</summary>
    public static readonly TimeSpan LongestTrust = TimeSpan.FromMinutes(1);

    private int _count;
    private long _listed;

    /// <summary>The pids at the time of <see cref="Update"/>, in ascending order.</summary>
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

    /// <summary>Brings the pids up to date.</summary>
    /// <param name="alive">All processes that are known and did not turn out to have ended since <see cref="Begin"/>, in ascending order of pid.
    /// If there were as many in all, there was nobody else: one that ended in between would have been one too many.</param>
    /// <returns>False if there is nobody who is not among them.</returns>
    public bool Update(List<TrackedProcess> alive)
    {
        if (_count == alive.Count)
        {
            Pids.Clear();
            foreach (TrackedProcess process in alive) Pids.Add(process.Identity.Pid);
            return false;
        }
        _listed = time.GetTimestamp();
        Listings++;
        bool complete = proc.TryListPids(Pids);
        SeesAll = complete && (!proc.IsKernel || Pids.Contains(1));
        if (!SeesAll) signals.Refuse(Signal, "/proc to be mounted without hidepid, or CAP_SYS_PTRACE, or the group of the mount's gid option");
        return true;
    }
}
