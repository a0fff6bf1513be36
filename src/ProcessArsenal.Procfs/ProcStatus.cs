using System.Buffers.Text;

namespace ProcessArsenal.Procfs;

/// <summary>/proc/PID/status (proc_pid_status(5)). The context switches there are the main thread's alone, so they are not read.</summary>
public struct ProcStatus
{
    private const int SwapBit = 8, AllMemory = 15;

    /// <summary>Real user id, in the reader's user namespace.</summary>
    public uint RealUserId;

    /// <summary>Effective user id, in the reader's user namespace.</summary>
    public uint EffectiveUserId;

    /// <summary>Process id in the innermost pid namespace that it lives in; the pid itself if there is only one.</summary>
    public int InnermostPid;

    /// <summary>Who traces it (ptrace(2)), as a pid of the reader's namespace: as long as that one wants, it stands still. 0 if nobody.</summary>
    public int TracerPid;

    /// <summary>Whether the four sizes are known: kernel threads and zombies have no address space, and Linux &lt; 4.5 does not tell them.
    /// </summary>
    public bool HasMemory;

    /// <summary>Resident anonymous memory, bytes; meaningful if <see cref="HasMemory"/>.</summary>
    public ulong AnonymousBytes;

    /// <summary>Resident file mappings, bytes; meaningful if <see cref="HasMemory"/>.</summary>
    public ulong FileBytes;

    /// <summary>Resident shared memory, bytes; meaningful if <see cref="HasMemory"/>.</summary>
    public ulong SharedBytes;

    /// <summary>Swapped-out anonymous memory, bytes; meaningful if <see cref="HasMemory"/>.</summary>
    public ulong SwapBytes;

    /// <summary>Of all private memory that may be written, resident or not: a dump has all of it. 0 if there is none.</summary>
    public ulong DataBytes;

    /// <summary>Signals with a handler, bit n-1 for signal n.</summary>
    public ulong CaughtSignals;

    /// <summary>Parses the content up to the line SigCgt; false if that is missing, as in a file cut by too small a buffer (a member of
    /// thousands of groups has a long line Groups): the lines after the cut would pass for absent.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ProcStatus status)
    {
        status = default;
        var lines = new Utf8Scanner(text[..(text.LastIndexOf((byte)'\n') + 1)]);
        bool hasUid = false, hasSignals = false;
        int memory = 0;
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
                if (real > uint.MaxValue || effective > uint.MaxValue) return false;
                status.RealUserId = (uint)real;
                status.EffectiveUserId = (uint)effective;
                hasUid = true;
            }
            else if (key.SequenceEqual("TracerPid"u8))
            {
                if (!value.TryReadInt32(out status.TracerPid)) return false;
            }
            else if (key.SequenceEqual("Pid"u8))
            {
                if (!value.TryReadInt32(out status.InnermostPid)) return false; // Linux < 4.1 has no NSpid
            }
            else if (key.SequenceEqual("NSpid"u8))
            {
                while (value.TryReadInt32(out int pid)) status.InnermostPid = pid;
            }
            else if (key.SequenceEqual("RssAnon"u8))
            {
                if (!TryReadKibibytes(value, 1, ref memory, out status.AnonymousBytes)) return false;
            }
            else if (key.SequenceEqual("RssFile"u8))
            {
                if (!TryReadKibibytes(value, 2, ref memory, out status.FileBytes)) return false;
            }
            else if (key.SequenceEqual("RssShmem"u8))
            {
                if (!TryReadKibibytes(value, 4, ref memory, out status.SharedBytes)) return false;
            }
            else if (key.SequenceEqual("VmData"u8))
            {
                int apart = 0; // It is known without the others too.
                if (!TryReadKibibytes(value, 0, ref apart, out status.DataBytes)) return false;
            }
            else if (key.SequenceEqual("VmSwap"u8))
            {
                if (!TryReadKibibytes(value, SwapBit, ref memory, out status.SwapBytes)) return false;
            }
            else if (key.SequenceEqual("SigCgt"u8))
            {
                ReadOnlySpan<byte> word = value.ReadWord();
                hasSignals = Utf8Parser.TryParse(word, out status.CaughtSignals, out int used, 'x') && used == word.Length;
                break; // Nothing after it is wanted.
            }
        }
        // All four or none; Linux < 4.5 has VmSwap alone. Any other part of them would make a wrong sum.
        if (memory is not (0 or SwapBit or AllMemory)) return false;
        status.HasMemory = memory == AllMemory;
        if (!status.HasMemory) status.SwapBytes = 0;
        return hasUid && hasSignals;
    }

    private static bool TryReadKibibytes(Utf8Scanner value, int bit, ref int found, out ulong bytes)
    {
        bool ok = value.TryReadUInt64(out ulong kibibytes) && kibibytes <= ulong.MaxValue / 1024;
        bytes = ok ? kibibytes * 1024 : 0;
        found |= bit;
        return ok;
    }
}
