namespace ProcessArsenal.Procfs;

/// <summary>/proc/PID/status (proc_pid_status(5)). The context switches there are the main thread's alone, so they are not read.</summary>
public struct ProcStatus
{
    /// <summary>Real user id, in the reader's user namespace.</summary>
    public uint RealUserId;

    /// <summary>Effective user id, in the reader's user namespace.</summary>
    public uint EffectiveUserId;

    /// <summary>Process id in the innermost pid namespace that it lives in; the pid itself if there is only one.</summary>
    public int InnermostPid;

    /// <summary>Whether it has an address space: kernel threads and zombies do not.</summary>
    public bool HasMemory;

    /// <summary>Resident anonymous memory, bytes; meaningful if <see cref="HasMemory"/>.</summary>
    public ulong AnonymousBytes;

    /// <summary>Resident file mappings, bytes; meaningful if <see cref="HasMemory"/>.</summary>
    public ulong FileBytes;

    /// <summary>Resident shared memory, bytes; meaningful if <see cref="HasMemory"/>.</summary>
    public ulong SharedBytes;

    /// <summary>Swapped-out anonymous memory, bytes; meaningful if <see cref="HasMemory"/>.</summary>
    public ulong SwapBytes;

    /// <summary>Signals with a handler, bit n-1 for signal n.</summary>
    public ulong CaughtSignals;

    public static bool TryParse(ReadOnlySpan<byte> text, out ProcStatus status)
    {
        status = default;
        var lines = new Utf8Scanner(text);
        bool hasUid = false;
        int memoryFields = 0;
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            int colon = line.IndexOf((byte)':');
            if (colon < 0) continue;
            ReadOnlySpan<byte> key = line[..colon];
            var value = new Utf8Scanner(line[(colon + 1)..]);
            // The name comes first, escaped by the kernel (a newline in it is written \n), so no line here can be forged by it.
            if (key.SequenceEqual("Uid"u8))
            {
                if (!value.TryReadUInt64(out ulong real) || !value.TryReadUInt64(out ulong effective)) return false;
                status.RealUserId = unchecked((uint)real);
                status.EffectiveUserId = unchecked((uint)effective);
                hasUid = true;
            }
            else if (key.SequenceEqual("NSpid"u8))
            {
                while (value.TryReadInt32(out int pid)) status.InnermostPid = pid;
            }
            else if (key.SequenceEqual("RssAnon"u8)) memoryFields += ReadKibibytes(value, out status.AnonymousBytes);
            else if (key.SequenceEqual("RssFile"u8)) memoryFields += ReadKibibytes(value, out status.FileBytes);
            else if (key.SequenceEqual("RssShmem"u8)) memoryFields += ReadKibibytes(value, out status.SharedBytes);
            else if (key.SequenceEqual("VmSwap"u8)) memoryFields += ReadKibibytes(value, out status.SwapBytes);
            else if (key.SequenceEqual("SigCgt"u8))
            {
                _ = System.Buffers.Text.Utf8Parser.TryParse(value.ReadWord(), out status.CaughtSignals, out _, 'x');
                break; // Nothing after it is wanted.
            }
        }
        // All four or none (Linux >= 4.5): a part of them would make a wrong sum.
        if (memoryFields is not (0 or 4)) return false;
        status.HasMemory = memoryFields == 4;
        return hasUid;
    }

    private static int ReadKibibytes(Utf8Scanner value, out ulong bytes)
    {
        bool ok = value.TryReadUInt64(out ulong kibibytes) && kibibytes <= ulong.MaxValue / 1024;
        bytes = ok ? kibibytes * 1024 : 0;
        return ok ? 1 : 0;
    }
}
