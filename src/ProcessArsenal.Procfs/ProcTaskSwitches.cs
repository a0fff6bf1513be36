namespace ProcessArsenal.Procfs;

/// <summary>The context switches in /proc/PID/task/TID/status (proc_pid_status(5)): of that one thread.</summary>
public struct ProcTaskSwitches
{
    /// <summary>Times that the thread gave its CPU up to wait.</summary>
    public ulong Voluntary;

    /// <summary>Times that the CPU was taken from it.</summary>
    public ulong Involuntary;

    /// <summary>Parses the last lines of the content; false if they are not there.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ProcTaskSwitches switches)
    {
        switches = default;
        if (!Utf8Scanner.IsWhole(text)) return false;
        // The kernel escapes a newline in the name, so no line can be forged by it.
        int start = text.LastIndexOf("\nvoluntary_ctxt_switches:"u8);
        if (start < 0) return false;
        var lines = new Utf8Scanner(text[(start + 1)..]);
        bool voluntary = false, involuntary = false;
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            int colon = line.IndexOf((byte)':');
            if (colon < 0) return false;
            var value = new Utf8Scanner(line[(colon + 1)..]);
            ReadOnlySpan<byte> key = line[..colon];
            if (key.SequenceEqual("voluntary_ctxt_switches"u8)) voluntary = value.TryReadUInt64(out switches.Voluntary);
            else if (key.SequenceEqual("nonvoluntary_ctxt_switches"u8)) involuntary = value.TryReadUInt64(out switches.Involuntary);
        }
        return voluntary && involuntary;
    }
}
