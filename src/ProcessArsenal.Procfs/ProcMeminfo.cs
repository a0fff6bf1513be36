namespace ProcessArsenal.Procfs;

/// <summary>What /proc/meminfo says of the memory of the whole machine, or of the container where a runtime puts a file of its own there
/// (lxcfs).</summary>
public struct ProcMeminfo
{
    private const ulong Kibibyte = 1024;

    /// <summary>MemTotal, bytes.</summary>
    public ulong TotalBytes;

    /// <summary>MemAvailable, bytes: what could be had without swapping; null before Linux 3.14.</summary>
    public ulong? AvailableBytes;

    public static bool TryParse(ReadOnlySpan<byte> text, out ProcMeminfo memory)
    {
        memory = default;
        bool total = false;
        var lines = new Utf8Scanner(text);
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            if (!Utf8Scanner.IsWhole(text) && lines.Rest.IsEmpty) break; // The last line may have been cut.
            if (line.StartsWith("MemTotal:"u8))
            {
                if (!TryParseSize(line["MemTotal:"u8.Length..], out memory.TotalBytes)) return false;
                total = true;
            }
            else if (line.StartsWith("MemAvailable:"u8))
            {
                if (!TryParseSize(line["MemAvailable:"u8.Length..], out ulong available)) return false;
                memory.AvailableBytes = available;
                break; // Third line of some fifty.
            }
        }
        return total && !(memory.AvailableBytes > memory.TotalBytes);
    }

    private static bool TryParseSize(ReadOnlySpan<byte> text, out ulong bytes)
    {
        bytes = 0;
        var s = new Utf8Scanner(text);
        if (!s.TryReadUInt64(out ulong kibibytes) || kibibytes > ulong.MaxValue / Kibibyte || !s.ReadWord().SequenceEqual("kB"u8)) return false;
        bytes = kibibytes * Kibibyte;
        return true;
    }
}
