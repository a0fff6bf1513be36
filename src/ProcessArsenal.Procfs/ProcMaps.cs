using System.Buffers.Text;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>/proc/PID/maps (proc_pid_maps(5)): <c>559e-55a0 r-xp 00001000 fe:00 1234    /usr/bin/name</c>, a line for each mapping.</summary>
public static unsafe class ProcMaps
{
    /// <summary>A line has a path in it, each byte of which may take four.</summary>
    private const int LongestLine = 32 << 10;

    /// <summary>A process may have 65,530 mappings unless the administrator allows more (vm.max_map_count).</summary>
    private const int MostLines = 1 << 20;

    /// <summary>Reads those of a process in which code may run. Takes its mmap lock for each piece, so it can wait as long as the process holds that.</summary>
    /// <param name="handler">Told each, in the order of addresses.</param>
    /// <returns>Denied without ptrace access to the process.</returns>
    public static ReadOutcome ReadMaps(this ProcessDirectory directory, MappingHandler handler)
    {
        int fd = directory.OpenFile("maps\0"u8, out ReadOutcome outcome);
        if (fd < 0) return outcome;
        byte[] buffer = new byte[2 * LongestLine];
        int kept = 0, lines = 0;
        fixed (byte* start = buffer)
        {
            nint count;
            while ((count = Libc.Read(fd, start + kept, buffer.Length - kept)) != 0 && lines < MostLines)
            {
                if (count < 0 && Libc.LastError == Libc.EINTR) continue;
                if (count < 0)
                {
                    outcome = ProcFile.OutcomeOf(Libc.LastError);
                    break;
                }
                ReadOnlySpan<byte> text = buffer.AsSpan(0, kept + (int)count);
                for (int end; (end = text.IndexOf((byte)'\n')) >= 0; text = text[(end + 1)..], lines++)
                    if (TryParse(text[..end], out MemoryMapping mapping, out bool isExecutable) && isExecutable) handler(mapping);
                kept = text.Length > LongestLine ? 0 : text.Length;
                text[..kept].CopyTo(buffer);
            }
        }
        _ = Libc.Close(fd);
        return outcome;
    }

    /// <summary>Parses a line.</summary>
    /// <param name="line">Without its end.</param>
    /// <param name="isExecutable">Code may run in it.</param>
    /// <returns>False if it has another shape.</returns>
    public static bool TryParse(ReadOnlySpan<byte> line, out MemoryMapping mapping, out bool isExecutable)
    {
        mapping = default;
        isExecutable = false;
        if (!TryReadHex(ref line, (byte)'-', out ulong start) || !TryReadHex(ref line, (byte)' ', out ulong end) || end < start) return false;
        if (line.Length < 5 || line[4] != ' ') return false;
        isExecutable = line[2] == 'x';
        line = line[5..];
        if (!TryReadHex(ref line, (byte)' ', out ulong offset)) return false;
        int device = line.IndexOf((byte)' ');
        if (device < 0) return false;
        line = line[(device + 1)..];
        if (!Utf8Parser.TryParse(line, out ulong inode, out int digits)) return false;
        line = line[digits..];
        mapping = new MemoryMapping(start, end, offset, inode, line.TrimStart((byte)' '));
        return line.IsEmpty || line[0] == ' ';
    }

    private static bool TryReadHex(ref ReadOnlySpan<byte> line, byte until, out ulong value)
    {
        if (!Utf8Parser.TryParse(line, out value, out int digits, 'x') || digits >= line.Length || line[digits] != until) return false;
        line = line[(digits + 1)..];
        return true;
    }
}

/// <summary>Takes a mapping; its name is valid while it is handled.</summary>
public delegate void MappingHandler(in MemoryMapping mapping);
