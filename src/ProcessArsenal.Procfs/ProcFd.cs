using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>/proc/PID/fd: how many file descriptors are open.</summary>
internal static unsafe class ProcFd
{
    public static ReadOutcome Count(int processDirectory, Span<byte> buffer, bool sizeIsCount, out int count)
    {
        count = 0;
        if (sizeIsCount)
        {
            Libc.StatxBuffer stat;
            fixed (byte* name = "fd\0"u8)
                if (Libc.Statx(processDirectory, name, 0, Libc.STATX_SIZE, &stat) != 0) return ProcFile.OutcomeOf(Libc.LastError);
            count = (int)Math.Min(stat.Size, int.MaxValue);
            return ReadOutcome.Ok;
        }

        int fd = ProcFile.OpenDirectory(processDirectory, "fd\0"u8, out ReadOutcome outcome);
        if (fd < 0) return outcome;
        outcome = CountEntries(fd, buffer, out count);
        _ = Libc.Close(fd);
        return outcome;
    }

    private static ReadOutcome CountEntries(int fd, Span<byte> buffer, out int count)
    {
        count = 0;
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint n = Libc.GetDirectoryEntries(fd, start, buffer.Length);
                if (n == 0) return ReadOutcome.Ok;
                if (n < 0 && Libc.LastError == Libc.EINTR) continue;
                if (n < 0) return ProcFile.OutcomeOf(Libc.LastError);
                for (ReadOnlySpan<byte> rest = buffer[..(int)n]; DirectoryEntry.TryNext(ref rest, out ReadOnlySpan<byte> name);)
                    if (name[0] != '.') count++;
            }
        }
    }
}
