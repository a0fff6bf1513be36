namespace ProcessArsenal.Procfs;

/// <summary>/proc/PID/limits (proc_pid_limits(5)): the resource limits that its headroom is measured against.
/// <see cref="Unlimited"/> stands for <c>unlimited</c>.</summary>
public struct ProcLimits
{
    public const ulong Unlimited = ulong.MaxValue;

    /// <summary>RLIMIT_NOFILE, soft: one more than the highest descriptor number it may open.</summary>
    public ulong OpenFilesSoft;

    /// <summary>RLIMIT_NOFILE, hard.</summary>
    public ulong OpenFilesHard;

    /// <summary>RLIMIT_NPROC, soft.</summary>
    public ulong ProcessesSoft;

    /// <summary>RLIMIT_AS, soft, bytes.</summary>
    public ulong AddressSpaceSoft;

    public static bool TryParse(ReadOnlySpan<byte> text, out ProcLimits limits)
    {
        limits = default;
        if (!Utf8Scanner.IsWhole(text)) return false;
        var lines = new Utf8Scanner(text);
        int found = 0;
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            if (line.StartsWith("Max open files"u8))
            {
                var values = new Utf8Scanner(line["Max open files"u8.Length..]);
                if (!TryReadLimit(ref values, out limits.OpenFilesSoft)) return false;
                if (!TryReadLimit(ref values, out limits.OpenFilesHard)) return false;
                found |= 1;
            }
            else if (line.StartsWith("Max processes"u8))
            {
                var values = new Utf8Scanner(line["Max processes"u8.Length..]);
                if (!TryReadLimit(ref values, out limits.ProcessesSoft)) return false;
                found |= 2;
            }
            else if (line.StartsWith("Max address space"u8))
            {
                var values = new Utf8Scanner(line["Max address space"u8.Length..]);
                if (!TryReadLimit(ref values, out limits.AddressSpaceSoft)) return false;
                found |= 4;
            }
        }
        return found == 7;
    }

    private static bool TryReadLimit(ref Utf8Scanner values, out ulong limit)
    {
        if (values.TryReadUInt64(out limit)) return true;
        limit = Unlimited;
        return values.ReadWord().SequenceEqual("unlimited"u8);
    }
}
