using System.Runtime.InteropServices;
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

/// <summary>One <c>struct linux_dirent64</c> of getdents64(2): inode (8), offset (8), record length (2), type (1), name with NUL;
/// in the byte order of the machine.</summary>
internal static class DirectoryEntry
{
    public static bool TryNext(ref ReadOnlySpan<byte> entries, out ReadOnlySpan<byte> name)
    {
        name = default;
        if (entries.Length < 20) return false;
        int length = MemoryMarshal.Read<ushort>(entries[16..]);
        if (length < 20 || length > entries.Length) return false;
        ReadOnlySpan<byte> tail = entries[19..length];
        int end = tail.IndexOf((byte)0);
        name = end < 0 ? tail : tail[..end];
        entries = entries[length..];
        return !name.IsEmpty;
    }
}
