using System.Runtime.InteropServices;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>A pidfd (pidfd_open(2)): a handle on one process that its successor with the same pid can never inherit.
/// It observes; the call that signals by it lives in ProcessArsenal.Control.</summary>
public sealed unsafe class Pidfd : IDisposable
{
    private const nint PidfsMagic = 0x50494446; // PID_FS_MAGIC, include/uapi/linux/magic.h
    private const uint ExitRequested = 1 << 3;   // PIDFD_INFO_EXIT, include/uapi/linux/pidfd.h
    private const uint InfoRequest = 0xC040FF0B; // PIDFD_GET_INFO = _IOWR(0xFF, 11, 64 bytes)
    private const int ExitCodeOffset = 60;

    private int _fd;

    private Pidfd(int fd) => _fd = fd;

    /// <summary>The descriptor, for poll(2) and for the one who may signal; -1 once disposed. Keep this object reachable
    /// (GC.KeepAlive) while it is in use: the finalizer closes it, and its number may then mean another file.</summary>
    public int Descriptor => _fd;

    /// <summary>Opens a pidfd of a process in our own pid namespace; null if it is gone,
    /// there is no pidfd_open (Linux &lt; 5.3, or a seccomp filter), or we are out of descriptors.</summary>
    public static Pidfd? Open(int pid)
    {
        nint fd = Libc.SystemCall(Libc.SYS_pidfd_open, pid, 0, 0);
        return fd < 0 ? null : new Pidfd((int)fd);
    }

    /// <summary>The inode of the process in pidfs: unique since boot. Linux >= 6.9 on 64 bit; false before.</summary>
    public bool TryReadInode(out ulong inode)
    {
        inode = 0;
        Span<nint> fileSystem = stackalloc nint[32];
        fixed (nint* start = fileSystem)
            if (Libc.FileSystemStat(_fd, start) != 0 || fileSystem[0] != PidfsMagic) return false;
        return TryReadPidfsInode(out inode);
    }

    /// <summary>The same where pidfds are known to be in pidfs: before that all of them had the same inode.</summary>
    public bool TryReadPidfsInode(out ulong inode)
    {
        Libc.StatxBuffer stat;
        byte empty = 0;
        bool ok = Libc.Statx(_fd, &empty, Libc.AT_EMPTY_PATH, Libc.STATX_INO, &stat) == 0 && (stat.Mask & Libc.STATX_INO) != 0;
        GC.KeepAlive(this);
        inode = ok ? stat.Inode : 0;
        return ok;
    }

    /// <summary>Whether the process has ended (it may still be a zombie).</summary>
    /// <exception cref="ObjectDisposedException">Nobody knows any more.</exception>
    /// <exception cref="IOException">The kernel does not answer: that must not pass for a living process.</exception>
    public bool HasEnded()
    {
        ObjectDisposedException.ThrowIf(_fd < 0, this);
        var poll = new Libc.PollDescriptor { Descriptor = _fd, Events = Libc.POLLIN };
        int ready;
        // poll(2) is never restarted after a signal handler (signal(7)), and the runtime uses signals itself.
        while ((ready = Libc.Poll(&poll, 1, 0)) < 0 && Libc.LastError == Libc.EINTR) { }
        int error = Libc.LastError;
        GC.KeepAlive(this);
        if (ready < 0 || (poll.ReturnedEvents & Libc.POLLNVAL) != 0) throw new IOException($"poll(2) of a pidfd failed (errno {error}).");
        return ready == 1;
    }

    /// <summary>How the process ended, as wait(2) tells it. Linux >= 6.15, once it is reaped; false otherwise.</summary>
    public bool TryReadExit(out ExitStatus exit)
    {
        Span<byte> info = stackalloc byte[64];
        info.Clear();
        MemoryMarshal.Write(info, (ulong)ExitRequested);
        exit = default;
        fixed (byte* start = info)
        {
            bool ok = Libc.IoControl(_fd, InfoRequest, start) == 0;
            GC.KeepAlive(this);
            if (!ok || (MemoryMarshal.Read<ulong>(info) & ExitRequested) == 0) return false;
        }
        exit = new ExitStatus(MemoryMarshal.Read<int>(info[ExitCodeOffset..]));
        return true;
    }

    public void Dispose()
    {
        int fd = Interlocked.Exchange(ref _fd, -1);
        if (fd >= 0) _ = Libc.Close(fd);
        GC.SuppressFinalize(this);
    }

    ~Pidfd() => Dispose();
}

/// <summary>A wait(2) status.</summary>
/// <param name="Raw">The status as the kernel encodes it.</param>
public readonly record struct ExitStatus(int Raw)
{
    /// <summary>The signal that ended it (1-64); 0 if it ended by itself.</summary>
    public int Signal => Raw & 0x7f;

    /// <summary>Its exit code, 0-255, if it ended by itself.</summary>
    public int Code => (Raw >> 8) & 0xff;

    public bool IsSuccess => Signal == 0 && Code == 0;
}
