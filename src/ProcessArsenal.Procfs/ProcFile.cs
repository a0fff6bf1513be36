using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>Reads one file or link relative to a directory descriptor into the caller's buffer: open, read, close and nothing else
/// (File.* adds fstat and flock, and allocates). Names end with a NUL byte.</summary>
internal static unsafe class ProcFile
{
    /// <summary>Reads the whole file, or as much of it as fits.</summary>
    /// <param name="length">Bytes read; equal to the buffer's length if the file did not fit.</param>
    /// <param name="atOnce">It is one record of the kernel's, which the first call gives whole, as for <see cref="ReadKept"/>: one call less.</param>
    public static ReadOutcome Read(int directory, ReadOnlySpan<byte> nameZ, Span<byte> buffer, out int length, bool atOnce = false)
    {
        length = 0;
        int fd = Open(directory, nameZ, out ReadOutcome outcome);
        if (fd < 0) return outcome;
        fixed (byte* start = buffer)
        {
            // Else a short read is not the end: seq_file stops at record boundaries, and a FIFO in a fixture where it likes.
            while (length < buffer.Length)
            {
                nint n = Libc.Read(fd, start + length, buffer.Length - length);
                if (n > 0) length += (int)n;
                if (n == 0 || (n > 0 && atOnce)) break;
                if (n > 0) continue;
                if (Libc.LastError == Libc.EINTR) continue;
                outcome = OutcomeOf(Libc.LastError);
                break;
            }
        }
        _ = Libc.Close(fd);
        return outcome;
    }

    /// <summary>Opens a file for reading; -1 with <paramref name="outcome"/> otherwise.</summary>
    public static int Open(int directory, ReadOnlySpan<byte> nameZ, out ReadOutcome outcome)
    {
        fixed (byte* name = nameZ)
        {
            int fd;
            while ((fd = Libc.OpenAt(directory, name, Libc.O_RDONLY | Libc.O_CLOEXEC, 0)) < 0 && Libc.LastError == Libc.EINTR) { }
            outcome = fd < 0 ? OutcomeOf(Libc.LastError) : ReadOutcome.Ok;
            return fd;
        }
    }

    /// <summary>Reads a file of the kernel's that is open already, from its start and in one call: such a file of one record (seq_file with
    /// single_open) is made anew and given whole. Once its process is gone the answer is ESRCH, whoever has its pid by then.</summary>
    /// <param name="length">Bytes read; equal to the buffer's length if the file did not fit.</param>
    public static ReadOutcome ReadKept(int fd, Span<byte> buffer, out int length)
    {
        fixed (byte* start = buffer)
        {
            nint n = Libc.ReadFromStartQuick(fd, start, buffer.Length);
            while (n < 0)
            {
                n = Libc.ReadAt(fd, start, buffer.Length, 0);
                if (n >= 0 || Libc.LastError == Libc.EINTR) continue;
                length = 0;
                return OutcomeOf(Libc.LastError);
            }
            length = (int)n;
            return ReadOutcome.Ok;
        }
    }

    /// <summary>Reads where a symbolic link points, without a terminating NUL.</summary>
    /// <param name="length">Bytes read; equal to the buffer's length if it may not have fitted.</param>
    public static ReadOutcome ReadLink(int directory, ReadOnlySpan<byte> nameZ, Span<byte> buffer, out int length)
    {
        length = 0;
        fixed (byte* name = nameZ)
        fixed (byte* start = buffer)
        {
            nint n = Libc.ReadLinkAt(directory, name, start, buffer.Length);
            if (n < 0) return OutcomeOf(Libc.LastError);
            length = (int)n;
            return ReadOutcome.Ok;
        }
    }

    /// <summary>Opens a directory; -1 with <paramref name="outcome"/> otherwise.</summary>
    public static int OpenDirectory(int directory, ReadOnlySpan<byte> nameZ, out ReadOutcome outcome)
    {
        fixed (byte* name = nameZ)
        {
            int fd;
            int flags = Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.DirectoryFlag;
            while ((fd = Libc.OpenAt(directory, name, flags, 0)) < 0 && Libc.LastError == Libc.EINTR) { }
            outcome = fd < 0 ? OutcomeOf(Libc.LastError) : ReadOutcome.Ok;
            return fd;
        }
    }

    public static ReadOutcome OutcomeOf(int error) => error switch
    {
        Libc.ENOENT or Libc.ESRCH or Libc.EOPNOTSUPP => ReadOutcome.Gone, // EOPNOTSUPP: /proc/pressure with psi=0
        Libc.EACCES or Libc.EPERM => ReadOutcome.Denied,
        _ => ReadOutcome.Malformed,
    };
}
