using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Raw facts of one process at one tick, as the kernel told them. What could not be read is null, never 0.
/// Nothing here is derived: see Analysis.</summary>
public struct ProcessSample
{
    public ProcessIdentity Identity;

    /// <summary>When stat was read: <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long Timestamp;

    public ProcStat Stat;
    public ProcStatm? Statm;
    public ProcStatus? Status;
    public ProcIo? Io;

    /// <summary>Open file descriptors.</summary>
    public int? Descriptors;
}
