using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>An open /proc/PID. While it is held it stays tied to that one process: once the process is reaped every read answers
/// <see cref="ReadOutcome.Gone"/>, even if its pid is in use again (fs/proc/base.c). Not safe for concurrent use.</summary>
public sealed class ProcessDirectory : IDisposable
{
    /// <summary>Descriptors that <see cref="TryKeepFiles"/> may take.</summary>
    private const int LongestEnvironment = 128 * 1024;

    public const int MostKeptFiles = 3;

    private readonly bool _isKernel;
    private int _fd;
    private int _stat = -1;
    private int _statm = -1;
    private int _io = -1;

    /// <param name="isKernel">Of the running kernel, whose files of one process are one record each.</param>
    internal ProcessDirectory(int pid, int fd, bool isKernel)
    {
        Pid = pid;
        _fd = fd;
        _isKernel = isKernel;
    }

    public int Pid { get; }

    /// <summary>Reads /proc/PID/stat. <paramref name="name"/> is a slice of <paramref name="buffer"/>.</summary>
    public ReadOutcome ReadStat(Span<byte> buffer, out ProcStat stat, out ReadOnlySpan<byte> name)
    {
        ReadOutcome outcome = ReadStatBytes(buffer, out int length);
        if (outcome == ReadOutcome.Ok) return ParseStat(buffer[..length], out stat, out name);
        stat = default;
        name = default;
        return outcome;
    }

    /// <summary>Reads /proc/PID/stat without parsing it, for <see cref="ParseStat"/>: while its bytes are the same, nothing in it moved.</summary>
    /// <param name="length">Bytes read; the buffer's length if it did not fit.</param>
    public ReadOutcome ReadStatBytes(Span<byte> buffer, out int length) => ReadKept(_stat, "stat\0"u8, buffer, out length);

    /// <summary>Parses what <see cref="ReadStatBytes"/> read.</summary>
    public static ReadOutcome ParseStat(ReadOnlySpan<byte> text, out ProcStat stat, out ReadOnlySpan<byte> name)
    {
        ReadOutcome outcome = ReadOutcome.Malformed;
        if (ProcStat.TryParse(text, out stat, out name))
        {
            if (stat.Threads > 0) return ReadOutcome.Ok;
            outcome = ReadOutcome.Gone; // Being reaped: its counters have fallen to zero, see ProcStat.Threads.
        }
        stat = default;
        name = default;
        return outcome;
    }

    /// <summary>Opens what is read most often and keeps it open: reading it then takes one call instead of four. Each takes a descriptor and a
    /// page of the kernel's memory.</summary>
    /// <returns>False if we are out of descriptors: then none is kept.</returns>
    public bool TryKeepFiles()
    {
        _stat = ProcFile.Open(_fd, "stat\0"u8, out _);
        _statm = ProcFile.Open(_fd, "statm\0"u8, out _);
        _io = ProcFile.Open(_fd, "io\0"u8, out ReadOutcome io); // Refused of other users' processes: then it is refused at each read.
        GC.KeepAlive(this);
        if (_stat >= 0 && _statm >= 0 && (_io >= 0 || io != ReadOutcome.Malformed)) return true;
        CloseKept();
        return false;
    }

    public ReadOutcome ReadStatm(Span<byte> buffer, out ProcStatm statm)
    {
        ReadOutcome outcome = ReadKept(_statm, "statm\0"u8, buffer, out int length);
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
        ReadOutcome outcome = ReadKept(_io, "io\0"u8, buffer, out int length);
        io = default;
        return outcome != ReadOutcome.Ok || ProcIo.TryParse(buffer[..length], out io) ? outcome : ReadOutcome.Malformed;
    }

    public ReadOutcome ReadSchedstat(Span<byte> buffer, out ProcSchedstat schedstat)
    {
        ReadOutcome outcome = Read("schedstat\0"u8, buffer, out int length);
        schedstat = default;
        return outcome != ReadOutcome.Ok || ProcSchedstat.TryParse(buffer[..length], out schedstat) ? outcome : ReadOutcome.Malformed;
    }

    /// <summary>Reads /proc/PID/smaps_rollup. It walks the target's page tables under its mmap lock: some 13 µs per resident MiB in which the
    /// target can't map memory, and it waits as long as somebody else holds that lock. Gone for a process without an address space, and
    /// before Linux 4.14.</summary>
    public ReadOutcome ReadSmapsRollup(Span<byte> buffer, out ProcSmapsRollup rollup)
    {
        ReadOutcome outcome = Read("smaps_rollup\0"u8, buffer, out int length);
        rollup = default;
        return outcome != ReadOutcome.Ok || ProcSmapsRollup.TryParse(buffer[..length], out rollup) ? outcome : ReadOutcome.Malformed;
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

    /// <summary>Whose the file behind /proc/PID/exe is, and whether anybody but its owner may write to it.</summary>
    /// <param name="owner">Its user id.</param>
    /// <param name="isShared">Its group or others may write to it.</param>
    public unsafe ReadOutcome ReadExecutableOwner(out uint owner, out bool isShared)
    {
        const uint Wanted = Libc.STATX_UID | Libc.STATX_MODE;
        const ushort OthersMayWrite = 0x12; // S_IWGRP | S_IWOTH
        Libc.StatxBuffer stat;
        int result;
        fixed (byte* name = "exe\0"u8) result = Libc.Statx(_fd, name, 0, Wanted, &stat);
        int error = Libc.LastError;
        GC.KeepAlive(this);
        bool isKnown = result == 0 && (stat.Mask & Wanted) == Wanted;
        owner = isKnown ? stat.UserId : uint.MaxValue;
        isShared = !isKnown || (stat.Mode & OthersMayWrite) != 0;
        return result != 0 ? ProcFile.OutcomeOf(error) : isKnown ? ReadOutcome.Ok : ReadOutcome.Malformed;
    }

    /// <summary>Counts the open file descriptors. Linux >= 6.2 tells it as the size of the directory, to anyone; before that the
    /// directory is listed, which for another user needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH.</summary>
    public ReadOutcome ReadDescriptorCount(Span<byte> buffer, bool sizeIsCount, out int count)
    {
        ReadOutcome outcome = ProcFd.Count(_fd, buffer, sizeIsCount, out count);
        GC.KeepAlive(this);
        return outcome;
    }

    /// <summary>Reads which mount namespace it is in (namespaces(7)): two with the same number see the same files.</summary>
    /// <returns>Denied without ptrace access to the process.</returns>
    public ReadOutcome ReadMountNamespace(out ulong inode)
    {
        Span<byte> buffer = stackalloc byte[64];
        inode = 0;
        ReadOutcome outcome = ProcFile.ReadLink(_fd, "ns/mnt\0"u8, buffer, out int length);
        GC.KeepAlive(this);
        if (outcome != ReadOutcome.Ok) return outcome;
        ReadOnlySpan<byte> text = buffer[..length]; // mnt:[4026531841]
        return text.StartsWith("mnt:["u8) && System.Buffers.Text.Utf8Parser.TryParse(text[5..], out inode, out int used) && text[(5 + used)..].SequenceEqual("]"u8) ? outcome : ReadOutcome.Malformed;
    }

    /// <summary>Finds a file as the process sees it.</summary>
    /// <inheritdoc cref="InnerFile.Open"/>
    public InnerFile? OpenInner(string path, out ReadOutcome outcome)
    {
        InnerFile? file = InnerFile.Open(_fd, path, out outcome);
        GC.KeepAlive(this);
        return file;
    }

    /// <summary>Finds the file that a mapping is of.</summary>
    /// <param name="start">As /proc/PID/maps has it, or a record of perf events.</param>
    /// <inheritdoc cref="InnerFile.OpenMapped"/>
    public InnerFile? OpenMapped(ulong start, ulong end, out ReadOutcome outcome)
    {
        InnerFile? file = InnerFile.OpenMapped(_fd, start, end, out outcome);
        GC.KeepAlive(this);
        return file;
    }

    /// <summary>Reads the environment that the process was started with (proc_pid_environ(5)), as far as it fits into 128 KiB, and has something made of
    /// it; what the process has set since is not seen.</summary>
    /// <param name="make">Must not keep the bytes: there are secrets among them.</param>
    /// <param name="made">Chosen by whoever started the process.</param>
    public ReadOutcome ReadEnvironment<T>(Func<ReadOnlySpan<byte>, T> make, out T? made)
    {
        byte[] buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(LongestEnvironment);
        ReadOutcome outcome = Read("environ\0"u8, buffer, out int length);
        made = outcome == ReadOutcome.Ok ? make(buffer.AsSpan(0, length)) : default;
        System.Buffers.ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        return outcome;
    }

    private ReadOutcome ReadKept(int kept, ReadOnlySpan<byte> nameZ, Span<byte> buffer, out int length)
    {
        if (kept < 0) return Read(nameZ, buffer, out length);
        ReadOutcome outcome = ProcFile.ReadKept(kept, buffer, out length);
        GC.KeepAlive(this);
        return outcome;
    }

    /// <summary>Opens a directory below; -1 with <paramref name="outcome"/> otherwise.</summary>
    internal int OpenSubdirectory(ReadOnlySpan<byte> nameZ, out ReadOutcome outcome)
    {
        int fd = ProcFile.OpenDirectory(_fd, nameZ, out outcome);
        GC.KeepAlive(this);
        return fd;
    }

    /// <summary>Opens a file below; -1 with <paramref name="outcome"/> otherwise.</summary>
    internal int OpenFile(ReadOnlySpan<byte> nameZ, out ReadOutcome outcome)
    {
        int fd = ProcFile.Open(_fd, nameZ, out outcome);
        GC.KeepAlive(this);
        return fd;
    }

    /// <summary>Reads where a link below points, by a path that ends with a NUL byte.</summary>
    internal ReadOutcome ReadLink(ReadOnlySpan<byte> nameZ, Span<byte> buffer, out int length)
    {
        ReadOutcome outcome = ProcFile.ReadLink(_fd, nameZ, buffer, out length);
        GC.KeepAlive(this);
        return outcome;
    }

    /// <summary>Reads a file below that may be many records, as far as it fits.</summary>
    internal ReadOutcome ReadLong(ReadOnlySpan<byte> nameZ, Span<byte> buffer, out int length)
    {
        ReadOutcome outcome = ProcFile.Read(_fd, nameZ, buffer, out length);
        GC.KeepAlive(this);
        return outcome;
    }

    /// <summary>Reads a file below, by a path that ends with a NUL byte.</summary>
    internal ReadOutcome Read(ReadOnlySpan<byte> nameZ, Span<byte> buffer, out int length)
    {
        ReadOutcome outcome = ProcFile.Read(_fd, nameZ, buffer, out length, atOnce: _isKernel);
        GC.KeepAlive(this); // Or the finalizer may close the descriptor under the call, and its number mean another file.
        return outcome;
    }

    public void Dispose()
    {
        Close(ref _fd);
        CloseKept();
        GC.SuppressFinalize(this);
    }

    private void CloseKept()
    {
        Close(ref _stat);
        Close(ref _statm);
        Close(ref _io);
    }

    private static void Close(ref int descriptor)
    {
        int fd = Interlocked.Exchange(ref descriptor, -1);
        if (fd >= 0) _ = Libc.Close(fd);
    }

    ~ProcessDirectory() => Dispose();
}
