using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>An open /proc/PID. While it is held it stays tied to that one process: once the process is reaped every read answers
/// <see cref="ReadOutcome.Gone"/>, even if its pid is in use again (fs/proc/base.c). Not safe for concurrent use.</summary>
public sealed class ProcessDirectory : IDisposable
{
    private int _fd;

    internal ProcessDirectory(int pid, int fd)
    {
        Pid = pid;
        _fd = fd;
    }

    public int Pid { get; }

    /// <summary>Reads /proc/PID/stat. <paramref name="name"/> is a slice of <paramref name="buffer"/>.</summary>
    public ReadOutcome ReadStat(Span<byte> buffer, out ProcStat stat, out ReadOnlySpan<byte> name)
    {
        ReadOutcome outcome = Read("stat\0"u8, buffer, out int length);
        if (outcome == ReadOutcome.Ok && ProcStat.TryParse(buffer[..length], out stat, out name))
        {
            if (stat.Threads > 0) return ReadOutcome.Ok;
            outcome = ReadOutcome.Gone; // Being reaped: its counters have fallen to zero, see ProcStat.Threads.
        }
        else if (outcome == ReadOutcome.Ok) outcome = ReadOutcome.Malformed;
        stat = default;
        name = default;
        return outcome;
    }

    public ReadOutcome ReadStatm(Span<byte> buffer, out ProcStatm statm)
    {
        ReadOutcome outcome = Read("statm\0"u8, buffer, out int length);
        statm = default;
        return outcome != ReadOutcome.Ok || ProcStatm.TryParse(buffer[..length], out statm) ? outcome : ReadOutcome.Malformed;
    }

    public ReadOutcome ReadStatus(Span<byte> buffer, out ProcStatus value)
    {
        ReadOutcome outcome = Read("status\0"u8, buffer, out int length);
        value = default;
        return outcome != ReadOutcome.Ok || ProcStatus.TryParse(buffer[..length], out value) ? outcome : ReadOutcome.Malformed;
    }

    public ReadOutcome ReadIo(Span<byte> buffer, out ProcIo io)
    {
        ReadOutcome outcome = Read("io\0"u8, buffer, out int length);
        io = default;
        return outcome != ReadOutcome.Ok || ProcIo.TryParse(buffer[..length], out io) ? outcome : ReadOutcome.Malformed;
    }

    public ReadOutcome ReadSchedstat(Span<byte> buffer, out ProcSchedstat schedstat)
    {
        ReadOutcome outcome = Read("schedstat\0"u8, buffer, out int length);
        schedstat = default;
        return outcome != ReadOutcome.Ok || ProcSchedstat.TryParse(buffer[..length], out schedstat) ? outcome : ReadOutcome.Malformed;
    }

    public ReadOutcome ReadLimits(Span<byte> buffer, out ProcLimits limits)
    {
        ReadOutcome outcome = Read("limits\0"u8, buffer, out int length);
        limits = default;
        if (outcome == ReadOutcome.Ok && length == 0) return ReadOutcome.Gone; // Being reaped (proc_pid_limits)
        return outcome != ReadOutcome.Ok || ProcLimits.TryParse(buffer[..length], out limits) ? outcome : ReadOutcome.Malformed;
    }

    /// <summary>Reads /proc/PID/cgroup, for <see cref="ProcCgroup.TryParse"/>.</summary>
    /// <param name="length">Bytes read; the buffer's length if it did not fit.</param>
    public ReadOutcome ReadCgroupBytes(Span<byte> buffer, out int length) => Read("cgroup\0"u8, buffer, out length);

    /// <summary>Reads and parses /proc/PID/cgroup. A file larger than the buffer is Malformed rather than half read.</summary>
    public ReadOutcome ReadCgroup(Span<byte> buffer, out ProcCgroup? cgroup)
    {
        ReadOutcome outcome = ReadCgroupBytes(buffer, out int length);
        cgroup = null;
        if (outcome != ReadOutcome.Ok) return outcome;
        return length < buffer.Length && ProcCgroup.TryParse(buffer[..length], out cgroup) ? outcome : ReadOutcome.Malformed;
    }

    /// <summary>Reads /proc/PID/cmdline (proc_pid_cmdline(5)): arguments separated by NUL bytes, whatever the process left there.
    /// Empty for kernel threads and zombies. This takes the target's mmap lock, so it can wait as long as the target holds it.</summary>
    /// <param name="length">Bytes read; the buffer's length if it did not fit.</param>
    public ReadOutcome ReadCommandLine(Span<byte> buffer, out int length) => Read("cmdline\0"u8, buffer, out length);

    /// <summary>Reads where /proc/PID/exe points (proc_pid_exe(5)); <c> (deleted)</c> is appended by the kernel if the file is gone.
    /// Another user's needs CAP_SYS_PTRACE. A kernel thread has none: <see cref="ReadOutcome.Gone"/>.</summary>
    /// <param name="length">Bytes read; the buffer's length if it may not have fitted.</param>
    public ReadOutcome ReadExecutable(Span<byte> buffer, out int length)
    {
        ReadOutcome outcome = ProcFile.ReadLink(_fd, "exe\0"u8, buffer, out length);
        GC.KeepAlive(this);
        return outcome;
    }

    /// <summary>Counts the open file descriptors. Linux >= 6.2 tells it as the size of the directory, to anyone; before that the
    /// directory is listed, which for another user needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH.</summary>
    public ReadOutcome ReadDescriptorCount(Span<byte> buffer, bool sizeIsCount, out int count)
    {
        ReadOutcome outcome = ProcFd.Count(_fd, buffer, sizeIsCount, out count);
        GC.KeepAlive(this);
        return outcome;
    }

    private ReadOutcome Read(ReadOnlySpan<byte> nameZ, Span<byte> buffer, out int length)
    {
        ReadOutcome outcome = ProcFile.Read(_fd, nameZ, buffer, out length);
        GC.KeepAlive(this); // Or the finalizer may close the descriptor under the call, and its number mean another file.
        return outcome;
    }

    public void Dispose()
    {
        int fd = Interlocked.Exchange(ref _fd, -1);
        if (fd >= 0) _ = Libc.Close(fd);
        GC.SuppressFinalize(this);
    }

    ~ProcessDirectory() => Dispose();
}
