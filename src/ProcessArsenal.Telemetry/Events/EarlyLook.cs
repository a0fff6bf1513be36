using System.Text;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Events;

/// <summary>Describes newcomers as soon as they have executed their file, since they may be gone before the next tick. Within a budget: what
/// exceeds it goes undescribed, and its group is guessed. Used by the thread of events.</summary>
internal sealed class EarlyLook : IDisposable
{
    /// <summary>Share of one processor that looking may take, and what it may take at once.</summary>
    private const double Share = 0.02;

    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(200);

    private readonly ProcFs _proc;
    private readonly TimeProvider _time;
    private readonly DescriptionReader _descriptions;
    private readonly byte[] _stat = new byte[4096];
    private readonly byte[] _status = new byte[16 * 1024];
    private TimeSpan _credit = Burst;
    private long _credited;

    public EarlyLook(ProcFs proc, TimeProvider time)
    {
        _proc = proc;
        _time = time;
        _credited = time.GetTimestamp();
        _descriptions = new DescriptionReader(UserNames.Of(proc, time));
    }

    /// <summary>Whether command lines are to be read: without need they are not, since that waits for the target's memory lock.</summary>
    public bool WantsCommandLine { get; set; } = true;

    /// <param name="name">comm, also of one that has ended and was not waited for yet; null if it is gone, or the budget is spent.</param>
    /// <returns>Null if it has ended, or the budget is spent.</returns>
    public ProcessDescription? Look(int pid, out string? name)
    {
        name = null;
        long now = _time.GetTimestamp();
        TimeSpan since = _time.GetElapsedTime(_credited, now);
        _credited = now;
        _credit = TimeSpan.FromTicks(Math.Min(Burst.Ticks, _credit.Ticks + (long)(since.Ticks * Share)));
        if (_credit <= TimeSpan.Zero) return null;
        ulong before = KernelClock.ThreadCpuNanoseconds(); // Not the time on the wall: that is the others' on a busy machine.
        ProcessDescription? description = Describe(pid, out name);
        _credit -= TimeSpan.FromTicks((long)(KernelClock.ThreadCpuNanoseconds() - before) / 100);
        return description;
    }

    public void Dispose() => _descriptions.Dispose();

    private ProcessDescription? Describe(int pid, out string? comm)
    {
        comm = null;
        if (_proc.OpenProcess(pid, out ProcessDirectory? directory) != ReadOutcome.Ok) return null;
        using (directory)
        {
            if (directory!.ReadStat(_stat, out ProcStat stat, out ReadOnlySpan<byte> name) != ReadOutcome.Ok) return null;
            comm = Encoding.UTF8.GetString(name);
            if (stat.IsZombie) return null;
            uint? user = directory.ReadStatus(_status, out ProcStatus status) == ReadOutcome.Ok ? status.EffectiveUserId : null;
            _ = _descriptions.Fingerprint(directory, stat, user, null);
            if (WantsCommandLine || _descriptions.ExecutableDenied || _descriptions.IsDotnetHost) _ = _descriptions.FingerprintCommandLine(directory, stat);
            // On its way out it has no executable any more, and would pass for another group.
            return _descriptions.ExecutableMissing ? null : _descriptions.Describe(stat, name, user, null);
        }
    }
}
