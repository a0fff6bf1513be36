namespace ProcessArsenal.Procfs;

/// <summary>/proc/PID/io (proc_pid_io(5)): all threads, the ended ones included.
/// Another user's needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH.</summary>
public struct ProcIo
{
    /// <summary>Bytes passed to read-like system calls, whether or not a disk was touched.</summary>
    public ulong ReadCharacters;

    /// <summary>Bytes passed to write-like system calls, whether or not a disk was touched.</summary>
    public ulong WrittenCharacters;

    /// <summary>Bytes fetched from storage.</summary>
    public ulong ReadBytes;

    /// <summary>Bytes sent, or to be sent, to storage.</summary>
    public ulong WriteBytes;

    public static bool TryParse(ReadOnlySpan<byte> text, out ProcIo io)
    {
        io = default;
        if (!Utf8Scanner.IsWhole(text)) return false;
        var lines = new Utf8Scanner(text);
        int found = 0;
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            int colon = line.IndexOf((byte)':');
            if (colon < 0) return false;
            var value = new Utf8Scanner(line[(colon + 1)..]);
            ReadOnlySpan<byte> key = line[..colon];
            bool ok;
            int bit = 1;
            if (key.SequenceEqual("rchar"u8)) ok = value.TryReadUInt64(out io.ReadCharacters);
            else if (key.SequenceEqual("wchar"u8)) (ok, bit) = (value.TryReadUInt64(out io.WrittenCharacters), 2);
            else if (key.SequenceEqual("read_bytes"u8)) (ok, bit) = (value.TryReadUInt64(out io.ReadBytes), 4);
            else if (key.SequenceEqual("write_bytes"u8)) (ok, bit) = (value.TryReadUInt64(out io.WriteBytes), 8);
            else continue;
            if (!ok) return false;
            found |= bit;
        }
        return found == 15; // All four: a bit each, so that a line seen twice can't stand for a missing one.
    }
}
