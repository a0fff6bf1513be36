namespace ProcessArsenal.Procfs;

/// <summary>/proc/PID/smaps_rollup (Documentation/filesystems/proc.rst; Linux >= 4.14), in bytes. Another user's needs CAP_SYS_PTRACE.
/// </summary>
public struct ProcSmapsRollup
{
    private const int PssBit = 1, PrivateCleanBit = 2, PrivateDirtyBit = 4, LockedBit = 8, NeededBits = 15;

    /// <summary>Proportional set size: shared pages divided by the number of processes that map them.</summary>
    public ulong ProportionalBytes;

    /// <summary>Unique set size: private clean and private dirty pages, what would be free if the process ended.</summary>
    public ulong UniqueBytes;

    /// <summary>Proportional share of swapped-out pages; null where the kernel does not tell it.</summary>
    public ulong? ProportionalSwapBytes;

    /// <summary>Parses the content; false unless it is whole, up to its last line (Locked): in a file that was cut, SwapPss would pass
    /// for untold. Lines that came later (Pss_Dirty, KSM) and unknown ones are passed over.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ProcSmapsRollup rollup)
    {
        rollup = default;
        if (!Utf8Scanner.IsWhole(text)) return false;
        ulong clean = 0, dirty = 0;
        int found = 0;
        var lines = new Utf8Scanner(text);
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            int colon = line.IndexOf((byte)':');
            if (colon < 0) return false;
            ReadOnlySpan<byte> key = line[..colon];
            var value = new Utf8Scanner(line[(colon + 1)..]);
            ulong swap = 0;
            bool ok = true;
            if (key.SequenceEqual("Pss"u8)) ok = TryReadKibibytes(value, PssBit, ref found, out rollup.ProportionalBytes);
            else if (key.SequenceEqual("Private_Clean"u8)) ok = TryReadKibibytes(value, PrivateCleanBit, ref found, out clean);
            else if (key.SequenceEqual("Private_Dirty"u8)) ok = TryReadKibibytes(value, PrivateDirtyBit, ref found, out dirty);
            else if (key.SequenceEqual("SwapPss"u8))
            {
                ok = TryReadKibibytes(value, 0, ref found, out swap);
                rollup.ProportionalSwapBytes = swap;
            }
            else if (key.SequenceEqual("Locked"u8)) found |= LockedBit;
            if (!ok) return false;
        }
        if (found != NeededBits || clean > ulong.MaxValue - dirty) return false;
        rollup.UniqueBytes = clean + dirty;
        return true;
    }

    private static bool TryReadKibibytes(Utf8Scanner value, int bit, ref int found, out ulong bytes)
    {
        bool ok = value.TryReadUInt64(out ulong kibibytes) && kibibytes <= ulong.MaxValue / 1024;
        bytes = ok ? kibibytes * 1024 : 0;
        found |= bit;
        return ok;
    }
}
