using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>How much memory of a target its events may wait in: it is the target's own, and must not be what it dies of.</summary>
internal sealed class SessionMemory(ProcFs proc)
{
    /// <summary>The part of what the target has left that we make use of at most.</summary>
    private const ulong Share = 32;

    private const ulong Megabyte = 1024 * 1024;

    private readonly MemoryHeadroom _headroom = new(proc.ReadCgroupMounts());

    /// <summary>At least 1, the least that a runtime takes.</summary>
    /// <param name="most">Where there is plenty.</param>
    public int MegabytesOf(ProcessDirectory target, int most)
    {
        ulong room = proc.ReadMeminfo(out ProcMeminfo host) == ReadOutcome.Ok && host.AvailableBytes is { } available ? available : ulong.MaxValue;
        Span<byte> buffer = stackalloc byte[4096];
        if (target.ReadCgroup(buffer, out ProcCgroup? cgroup) == ReadOutcome.Ok && _headroom.BytesOf(cgroup!) is { } left) room = Math.Min(room, left);
        return (int)Math.Clamp(room / Share / Megabyte, 1, (ulong)most);
    }
}
