using System.Globalization;

namespace ProcessArsenal.Control.Dumps;

/// <summary>How large a core is that gdb writes (gdb/linux-tdep.c, as /proc/PID/coredump_filter is usually): all of each mapping that has memory of its own, touched or not,
/// also what may not be accessed, such as what the arenas of malloc reserve, but what is marked as not to be dumped (madvise(2), MADV_DONTDUMP).</summary>
internal static class CoreSize
{
    private const int MostLines = 4_000_000;

    /// <summary>Reads /proc/PID/smaps (proc_pid_smaps(5)), which goes through the page tables of the process as dumping it would.</summary>
    /// <returns>Bytes; null if it can't be told.</returns>
    public static long? Read(int pid)
    {
        try
        {
            using var smaps = new StreamReader(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/smaps"));
            return Of(smaps);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The same of its content: lines of another shape are passed over.</summary>
    public static long Of(TextReader smaps)
    {
        ulong total = 0, size = 0;
        bool isWhole = false; // It has memory of its own.
        for (int lines = 0; lines < MostLines && smaps.ReadLine() is { } line; lines++)
        {
            if (TryReadHead(line, out ulong length, out bool isOwn)) (size, isWhole) = (length, isOwn);
            else if (line.StartsWith("Anonymous:", StringComparison.Ordinal)) isWhole |= !line.AsSpan("Anonymous:".Length).Trim().StartsWith("0 ", StringComparison.Ordinal);
            else if (line.StartsWith("VmFlags:", StringComparison.Ordinal))
            {
                if (isWhole && !$"{line} ".Contains(" dd ", StringComparison.Ordinal)) total = Math.Min(total + size, long.MaxValue / 16);
                (size, isWhole) = (0, false);
            }
        }
        return (long)total;
    }

    /// <summary><c>7f1c-7f1d rw-p 00000000 00:00 0  [heap]</c></summary>
    private static bool TryReadHead(string line, out ulong length, out bool isOwn)
    {
        (length, isOwn) = (0, false);
        int dash = line.IndexOf('-', StringComparison.Ordinal), blank = line.IndexOf(' ', StringComparison.Ordinal);
        if (dash <= 0 || blank < dash || !ulong.TryParse(line.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong start)
            || !ulong.TryParse(line.AsSpan(dash + 1, blank - dash - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong end) || end < start) return false;
        string[] words = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 5) return false;
        length = Math.Min(end - start, long.MaxValue / 16);
        isOwn = words[4] == "0" || line.EndsWith(" (deleted)", StringComparison.Ordinal); // Of no file, or of one that has no name any more, such as shared memory.
        return true;
    }
}
