using System.Buffers.Text;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Tracing.Native.Symbols;

/// <summary>/tmp/perf-PID.map: where a program that makes code at run time says what it is called (linux/tools/perf/Documentation/jit-interface.txt), a line
/// for each function: <c>START SIZE name</c>, in hexadecimal digits. Anybody may put a file there, and a program may write anything into its own.</summary>
internal static class PerfMap
{
    private const long MostBytes = 256L << 20;
    private const int LongestLine = 8192, MostLines = 10_000_000;

    /// <summary>Opens that of a process, in its own mount namespace: a regular file of its own user, no link.</summary>
    /// <param name="pid">In its own pid namespace.</param>
    /// <param name="owner">Its effective user.</param>
    /// <param name="refused">Why it is not believed; null if it is, or is not there.</param>
    public static SafeFileHandle? Open(ProcessDirectory directory, int pid, uint owner, out string? refused)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/tmp/perf-{pid}.map");
        using InnerFile? file = directory.OpenInner(path, out ReadOutcome outcome);
        refused = null;
        SafeFileHandle? handle = file?.OpenRegular(owner, inode: null, MostBytes, out refused);
        if (file is null && outcome != ReadOutcome.Gone) refused = outcome == ReadOutcome.Denied ? "may not be looked for (CAP_SYS_PTRACE)" : "is not to be found";
        if (refused is not null) refused = $"{path} {refused}";
        return handle;
    }

    /// <summary>Looks up addresses. Of lines for the same place the last is right: the code was made anew.</summary>
    /// <param name="wanted">Ascending, each once.</param>
    public static Dictionary<ulong, string> NamesOf(ByteSource file, ulong[] wanted)
    {
        var nearest = new NearestBelow(wanted);
        byte[] buffer = new byte[1 << 16];
        int kept = 0, lines = 0;
        long read = 0;
        for (int count; lines < MostLines && (count = file.Read(read, buffer.AsSpan(kept))) > 0;)
        {
            read += count;
            ReadOnlySpan<byte> text = buffer.AsSpan(0, kept + count);
            long at = read - text.Length;
            for (int end; (end = text.IndexOf((byte)'\n')) >= 0; text = text[(end + 1)..], at += end + 1, lines++)
                if (TryParse(text[..end], out ulong start, out ulong size, out int name)) nearest.Add(start, size, lines, at + name);
            kept = text.Length > LongestLine ? 0 : text.Length; // Of a longer line only the end is left, which is none.
            text[..kept].CopyTo(buffer);
        }
        var names = new Dictionary<ulong, string>();
        var texts = new NameReader(token => file.ReadText((ulong)token, LongestLine)?.Split('\n', 2)[0]);
        foreach ((ulong address, long token) in nearest.Found())
            if (texts.Of(token) is { } name) names[address] = name;
        return names;
    }

    /// <summary>Parses a line.</summary>
    /// <param name="nameAt">Where in it the name begins.</param>
    /// <returns>False if it has another shape, or no size.</returns>
    public static bool TryParse(ReadOnlySpan<byte> line, out ulong start, out ulong size, out int nameAt)
    {
        size = 0;
        nameAt = 0;
        if (!TryReadHex(line, 0, out start, out int next) || !TryReadHex(line, next, out size, out nameAt)) return false;
        return nameAt < line.Length && size > 0;
    }

    private static bool TryReadHex(ReadOnlySpan<byte> line, int at, out ulong value, out int next)
    {
        if (line[at..].StartsWith("0x"u8)) at += 2;
        bool isNumber = Utf8Parser.TryParse(line[at..], out value, out int digits, 'x') && at + digits < line.Length && line[at + digits] == ' ';
        next = at + digits + 1;
        return isNumber;
    }
}
