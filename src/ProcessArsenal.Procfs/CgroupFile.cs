using System.Text;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>Files of control groups (Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/*.rst). What is not there, or has another shape, is null.</summary>
internal static class CgroupFile
{
    /// <summary>Null too if it has the word <c>max</c>, or -1, which v1 has for no limit.</summary>
    public static ulong? Number(string path)
    {
        Span<byte> buffer = stackalloc byte[64];
        if (!TryRead(path, buffer, out int length)) return null;
        var text = new Utf8Scanner(buffer[..length]);
        return text.TryReadUInt64(out ulong value) ? value : null;
    }

    /// <summary>One of the numbers of a file with a word before each.</summary>
    public static ulong? Keyed(string path, ReadOnlySpan<byte> key)
    {
        Span<byte> buffer = stackalloc byte[8192];
        return TryRead(path, buffer, out int length) && FlatKeyed.TryFind(buffer[..length], key, out ulong value) ? value : null;
    }

    /// <summary>Cores, from cpu.max: microseconds of CPU, or <c>max</c>, in a period of microseconds.</summary>
    public static double? Quota(string path)
    {
        Span<byte> buffer = stackalloc byte[128];
        return TryRead(path, buffer, out int length) ? CgroupUsage.ParseQuota(buffer[..length]) : null;
    }

    public static ProcPressure? Pressure(string path)
    {
        Span<byte> buffer = stackalloc byte[512];
        return TryRead(path, buffer, out int length) && ProcPressure.TryParse(buffer[..length], out ProcPressure pressure) ? pressure : null;
    }

    private static bool TryRead(string path, Span<byte> buffer, out int length) =>
        ProcFile.Read(Libc.AT_FDCWD, Encoding.UTF8.GetBytes(path + "\0"), buffer, out length) == ReadOutcome.Ok && length < buffer.Length;
}
