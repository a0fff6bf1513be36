using System.Buffers.Text;

namespace ProcessArsenal.Procfs;

/// <summary>/proc/pressure/{cpu,memory,io} or a cgroup's *.pressure (Documentation/accounting/psi.rst).</summary>
public struct ProcPressure
{
    /// <summary>Some task waited: share of the last 10, 60 and 300 seconds (0-100) and total microseconds.</summary>
    public PressureLine Some;

    /// <summary>All tasks waited at once; null where the kernel does not tell it.</summary>
    public PressureLine? Full;

    public static bool TryParse(ReadOnlySpan<byte> text, out ProcPressure pressure)
    {
        pressure = default;
        if (!Utf8Scanner.IsWhole(text)) return false;
        bool some = false;
        var lines = new Utf8Scanner(text);
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            if (line.StartsWith("some "u8))
            {
                if (!TryParseLine(line[5..], out pressure.Some)) return false;
                some = true;
            }
            else if (line.StartsWith("full "u8))
            {
                if (!TryParseLine(line[5..], out PressureLine full)) return false;
                pressure.Full = full;
            }
            else return false;
        }
        return some;
    }

    private static bool TryParseLine(ReadOnlySpan<byte> text, out PressureLine line)
    {
        line = default;
        var s = new Utf8Scanner(text);
        return TryReadShare(ref s, "avg10="u8, out line.Average10)
            && TryReadShare(ref s, "avg60="u8, out line.Average60)
            && TryReadShare(ref s, "avg300="u8, out line.Average300)
            && TryReadKey(ref s, "total="u8, out ReadOnlySpan<byte> total)
            && Utf8Parser.TryParse(total, out line.TotalMicroseconds, out int used) && used == total.Length;
    }

    private static bool TryReadShare(ref Utf8Scanner s, ReadOnlySpan<byte> key, out double share)
    {
        share = 0;
        return TryReadKey(ref s, key, out ReadOnlySpan<byte> word)
            && Utf8Parser.TryParse(word, out share, out int used) && used == word.Length && share is >= 0 and <= 100;
    }

    private static bool TryReadKey(ref Utf8Scanner s, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> word = s.ReadWord();
        bool ok = word.StartsWith(key);
        value = ok ? word[key.Length..] : default;
        return ok;
    }
}

/// <summary>One line of a pressure file.</summary>
public struct PressureLine
{
    public double Average10;
    public double Average60;
    public double Average300;
    public ulong TotalMicroseconds;
}
