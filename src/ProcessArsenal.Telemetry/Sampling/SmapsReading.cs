using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>What became of reading one process's smaps_rollup, remembered between ticks.</summary>
internal struct SmapsReading
{
    public SmapsState State;

    /// <summary>Meaningful if <see cref="SmapsState.Known"/>.</summary>
    public ProcSmapsRollup Value;

    /// <summary>Resident memory when it was read, pages: what it has moved since then says how wrong the value may be.</summary>
    public ulong ResidentPages;

    /// <summary>When it was last tried, or first seen: <see cref="TimeProvider.GetTimestamp"/>; 0 before.</summary>
    public long Since;
}

/// <summary>How far we got with one process.</summary>
internal enum SmapsState : byte
{
    /// <summary>Its turn has not come.</summary>
    Unread,

    Known,

    /// <summary>We may not.</summary>
    Denied,

    /// <summary>It lives, and the kernel has no such file.</summary>
    Unsupported,

    /// <summary>Another shape, or an I/O error.</summary>
    Failed,

    /// <summary>A thread waits for its memory lock.</summary>
    Hung,

    /// <summary>It ended before, or while, it was read. Only in a request: an ended process has no reading.</summary>
    Gone,
}
