using System.Buffers.Text;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>A set of processors as the kernel writes it: <c>0-3,8</c> (cpuset(7), list format).</summary>
public static class ProcessorSet
{
    /// <summary>As many as Linux can be built for, x86 (CONFIG_NR_CPUS).</summary>
    public const int Most = 8192;

    /// <summary>Those that run now (/sys/devices/system/cpu/online).</summary>
    /// <returns>Empty if the kernel does not say.</returns>
    public static IReadOnlyList<int> Online()
    {
        Span<byte> text = stackalloc byte[4096];
        return ProcFile.Read(Libc.AT_FDCWD, "/sys/devices/system/cpu/online\0"u8, text, out int length) == ReadOutcome.Ok && TryParse(text[..length], out List<int> processors) ? processors : [];
    }

    /// <summary>Parses one, with or without the end of its line.</summary>
    /// <param name="processors">Ascending, each once.</param>
    /// <returns>False if it has another shape, or more than <see cref="Most"/>.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out List<int> processors)
    {
        processors = [];
        text = text.TrimEnd((byte)'\n');
        while (text.Length > 0)
        {
            if (!TryReadNumber(ref text, out int first)) return false;
            int last = first;
            if (text.Length > 0 && text[0] == '-')
            {
                text = text[1..];
                if (!TryReadNumber(ref text, out last)) return false;
            }
            if (last < first || (processors.Count > 0 && first <= processors[^1])) return false;
            for (int i = first; i <= last; i++) processors.Add(i);
            if (text.Length == 0) return true;
            if (text[0] != ',' || text.Length == 1) return false;
            text = text[1..];
        }
        return processors.Count > 0;
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> text, out int value)
    {
        bool isNumber = Utf8Parser.TryParse(text, out value, out int digits) && text[0] is >= (byte)'0' and <= (byte)'9' && value < Most;
        text = text[digits..];
        return isNumber;
    }
}
