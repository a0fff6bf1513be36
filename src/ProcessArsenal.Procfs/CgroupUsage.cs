using System.Text;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>What a control group uses and may use (Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst): its own files, not those above it. Null is
/// not told, or no limit.</summary>
public sealed record CgroupUsage
{
    public ulong? MemoryBytes { get; private init; }
    public ulong? MemoryLimitBytes { get; private init; }
    public ulong? Tasks { get; private init; }
    public ulong? TasksLimit { get; private init; }

    /// <summary>Cores.</summary>
    public double? CpuLimit { get; private init; }

    /// <summary>Time that the group was kept from running by that limit.</summary>
    public TimeSpan? CpuThrottled { get; private init; }

    public ProcPressure? Cpu { get; private init; }
    public ProcPressure? Memory { get; private init; }
    public ProcPressure? Io { get; private init; }

    /// <summary>v1 tells "no limit" as the largest multiple of a page.</summary>
    private const ulong NoLimit = 1UL << 62;

    /// <summary>Reads it.</summary>
    /// <returns>Null if none of its directories can be seen from here.</returns>
    public static CgroupUsage? Read(CgroupMounts mounts, ProcCgroup cgroup)
    {
        string? unified = mounts.Unified is { } v2 && cgroup.Unified is { } path ? v2.DirectoryOf(path) : null;
        string? memory = mounts.Memory is { } v1 && cgroup.Memory is { } own ? v1.DirectoryOf(own) : null;
        if (unified is null && memory is null) return null;
        ulong? limit = memory is null ? Number($"{unified}/memory.max") : Number($"{memory}/memory.limit_in_bytes");
        return new CgroupUsage
        {
            MemoryBytes = memory is null ? Number($"{unified}/memory.current") : Number($"{memory}/memory.usage_in_bytes"),
            MemoryLimitBytes = limit >= NoLimit ? null : limit,
            Tasks = unified is null ? null : Number($"{unified}/pids.current"),
            TasksLimit = unified is null ? null : Number($"{unified}/pids.max"),
            CpuLimit = unified is null ? null : Quota($"{unified}/cpu.max"),
            CpuThrottled = unified is null ? null : Throttled($"{unified}/cpu.stat"),
            Cpu = unified is null ? null : Pressure($"{unified}/cpu.pressure"),
            Memory = unified is null ? null : Pressure($"{unified}/memory.pressure"),
            Io = unified is null ? null : Pressure($"{unified}/io.pressure"),
        };
    }

    /// <summary>Parses cpu.max: microseconds of CPU, or <c>max</c>, in a period of microseconds.</summary>
    public static double? ParseQuota(ReadOnlySpan<byte> text)
    {
        var s = new Utf8Scanner(text);
        return s.TryReadUInt64(out ulong quota) && s.TryReadUInt64(out ulong period) && period > 0 ? quota / (double)period : null;
    }

    private static double? Quota(string path)
    {
        Span<byte> buffer = stackalloc byte[128];
        return Read(path, buffer, out int length) ? ParseQuota(buffer[..length]) : null;
    }

    private static TimeSpan? Throttled(string path)
    {
        Span<byte> buffer = stackalloc byte[2048];
        return Read(path, buffer, out int length) && FlatKeyed.TryFind(buffer[..length], "throttled_usec"u8, out ulong microseconds)
            ? TimeSpan.FromMicroseconds(microseconds) : null;
    }

    private static ProcPressure? Pressure(string path)
    {
        Span<byte> buffer = stackalloc byte[512];
        return Read(path, buffer, out int length) && ProcPressure.TryParse(buffer[..length], out ProcPressure pressure) ? pressure : null;
    }

    /// <summary>Null if there is no such file, or it has the word <c>max</c>.</summary>
    private static ulong? Number(string path)
    {
        Span<byte> buffer = stackalloc byte[64];
        if (!Read(path, buffer, out int length)) return null;
        var text = new Utf8Scanner(buffer[..length]);
        return text.TryReadUInt64(out ulong value) ? value : null;
    }

    private static bool Read(string path, Span<byte> buffer, out int length) =>
        ProcFile.Read(Libc.AT_FDCWD, Encoding.UTF8.GetBytes(path + "\0"), buffer, out length) == ReadOutcome.Ok && length < buffer.Length;
}
