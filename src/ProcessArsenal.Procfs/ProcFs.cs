using System.Buffers.Text;
using System.Text;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>A /proc, or a tree of fixtures that stands in for one. Not safe for concurrent use.</summary>
public sealed unsafe class ProcFs : IDisposable
{
    public const string DefaultRoot = "/proc";

    /// <summary>Most of mountinfo that is read, bytes: several thousand mounts. Those of control groups are among the first.</summary>
    private const int MostMounts = 1 << 20;

    private int _fd = -1; // First: if the next line throws, the finalizer must not close descriptor 0.
    private readonly byte[] _buffer = new byte[32 * 1024];

    /// <summary>Directories in it that are no process's, by the last complete listing; -1 before.</summary>
    private int _otherDirectories = -1;

    private ProcFs(string root, int fd)
    {
        Root = root;
        _fd = fd;
        IsKernel = IsProcFileSystem();
        IsLive = IsKernel && ReadSelf() == Environment.ProcessId && IsOurNamespace();
        BootId = ReadBootId();
        DescriptorSizeIsCount = IsKernel && ProbeDescriptorSize();
    }

    public string Root { get; }

    /// <summary>Whether this is a proc file system of the running kernel, rather than a tree of fixtures.</summary>
    public bool IsKernel { get; }

    /// <summary>Whether this is the /proc of our own pid namespace, so that system calls on its pids mean the same processes.</summary>
    public bool IsLive { get; }

    /// <summary>The first eight hexadecimal digits of the boot id; 0 if it can't be read.</summary>
    public uint BootId { get; }

    /// <summary>Whether the size of /proc/PID/fd is the number of descriptors (Linux >= 6.2).</summary>
    public bool DescriptorSizeIsCount { get; }

    /// <summary>Opens a /proc.</summary>
    /// <exception cref="IOException">There is none, or it can't be opened.</exception>
    public static ProcFs Open(string root = DefaultRoot)
    {
        int fd = ProcFile.OpenDirectory(Libc.AT_FDCWD, Encoding.UTF8.GetBytes(root + "\0"), out ReadOutcome outcome);
        if (fd < 0)
            throw new IOException($"{root} can't be opened ({outcome}): mount a proc file system there (mount -t proc proc {root}).");
        return new ProcFs(root, fd);
    }

    /// <summary>Opens the directory of one process.</summary>
    public ReadOutcome OpenProcess(int pid, out ProcessDirectory? directory)
    {
        Span<byte> name = stackalloc byte[12];
        _ = Utf8Formatter.TryFormat(pid, name, out int length);
        name[length] = 0;
        int fd = ProcFile.OpenDirectory(_fd, name, out ReadOutcome outcome);
        GC.KeepAlive(this);
        directory = fd < 0 ? null : new ProcessDirectory(pid, fd, IsKernel);
        return outcome;
    }

    /// <summary>Opens ourselves, by the pid that we have in the namespace of this /proc, which may be another than our own thinks (proc_pid(5), self).
    /// Its <see cref="ProcessDirectory.Pid"/> is that of our own namespace.</summary>
    /// <returns>Not Ok too if that namespace does not have us.</returns>
    public ReadOutcome OpenSelf(out ProcessDirectory? directory)
    {
        int fd = ProcFile.OpenDirectory(_fd, "self\0"u8, out ReadOutcome outcome);
        GC.KeepAlive(this);
        directory = fd < 0 ? null : new ProcessDirectory(Environment.ProcessId, fd, IsKernel);
        return outcome;
    }

    /// <summary>Lists the pids that we may see, in ascending order, into a list that the caller keeps and reuses.</summary>
    /// <returns>False if the directory can't be read; the list is then incomplete.</returns>
    public bool TryListPids(List<int> pids)
    {
        pids.Clear();
        bool complete = TryReadPids(pids);
        GC.KeepAlive(this);

        // /proc is in order already; a fixture tree is in whatever order its file system likes.
        for (int i = 1; i < pids.Count; i++)
        {
            if (pids[i - 1] < pids[i]) continue;
            pids.Sort();
            break;
        }
        return complete;
    }

    /// <summary>How many processes the kernel has in all pid namespaces, those that nobody has waited for included, for one system call: the link
    /// count of /proc is 2, one for each directory that is no process's, and theirs (proc_root_getattr, fs/proc/root.c; nr_processes,
    /// kernel/fork.c). It needs a listing to know of the others.</summary>
    public bool TryCountProcesses(out int count)
    {
        Libc.StatxBuffer stat;
        byte empty = 0;
        count = 0;
        if (!IsKernel || _otherDirectories < 0) return false;
        bool ok = Libc.Statx(_fd, &empty, Libc.AT_EMPTY_PATH, Libc.STATX_NLINK, &stat) == 0 && (stat.Mask & Libc.STATX_NLINK) != 0;
        GC.KeepAlive(this);
        if (ok) count = (int)Math.Min(stat.Links, int.MaxValue) - 2 - _otherDirectories;
        return ok;
    }

    private bool TryReadPids(List<int> pids)
    {
        _otherDirectories = -1;
        int others = 0;
        if (Libc.Seek(_fd, 0, 0) < 0) return false;
        fixed (byte* start = _buffer)
        {
            while (true)
            {
                nint n = Libc.GetDirectoryEntries(_fd, start, _buffer.Length);
                if (n < 0 && Libc.LastError == Libc.EINTR) continue;
                if (n < 0) return false;
                if (n == 0)
                {
                    _otherDirectories = others;
                    return true;
                }
                ReadOnlySpan<byte> rest = _buffer.AsSpan(0, (int)n);
                while (DirectoryEntry.TryNext(ref rest, out ReadOnlySpan<byte> name, out bool isDirectory))
                {
                    if (name[0] is >= (byte)'1' and <= (byte)'9' && Utf8Parser.TryParse(name, out int pid, out int used) && used == name.Length) pids.Add(pid);
                    else if (isDirectory && name[0] != '.') others++;
                }
            }
        }
    }

    /// <summary>Time since boot, suspended time included: the clock that start ticks are told by. Of the kernel itself where we may, since
    /// container runtimes (lxcfs) put a /proc/uptime of their own in its place.</summary>
    public ReadOutcome ReadUptime(out TimeSpan uptime)
    {
        if (IsLive)
        {
            Libc.TimeSpec now;
            if (Libc.ClockTime(Libc.CLOCK_BOOTTIME, &now) == 0)
            {
                uptime = TimeSpan.FromSeconds(now.Seconds) + TimeSpan.FromTicks(now.Nanoseconds / 100);
                return ReadOutcome.Ok;
            }
        }
        uptime = default;
        ReadOutcome outcome = ProcFile.Read(_fd, "uptime\0"u8, _buffer, out int length);
        GC.KeepAlive(this);
        if (outcome != ReadOutcome.Ok) return outcome;
        ReadOnlySpan<byte> text = _buffer.AsSpan(0, length);
        int end = text.IndexOf((byte)' ');
        if (end < 1 || !Utf8Parser.TryParse(text[..end], out double seconds, out int used, 'F')) return ReadOutcome.Malformed;
        if (used != end || seconds is not (>= 0 and < 1e11)) return ReadOutcome.Malformed;
        uptime = TimeSpan.FromSeconds(seconds);
        return ReadOutcome.Ok;
    }

    /// <summary>Whether the kernel counts what tasks wait for (sysctl kernel.task_delayacct, Linux 5.14; a parameter of the boot before).</summary>
    public bool HasDelayAccounting()
    {
        ReadOutcome outcome = ProcFile.Read(_fd, "sys/kernel/task_delayacct\0"u8, _buffer, out int length);
        GC.KeepAlive(this);
        return outcome == ReadOutcome.Ok && length > 0 && _buffer[0] == (byte)'1';
    }

    /// <summary>Whether pid 1 lives in our mount namespace, so that user ids mean the names in our /etc/passwd. In a container that sees other
    /// containers' processes, or the host's, it does not. Where we may not know, signs of a container decide.</summary>
    public bool SharesMountsWithInit()
    {
        if (!IsKernel) return true;
        Span<byte> own = stackalloc byte[64];
        Span<byte> init = stackalloc byte[64];
        if (ProcFile.ReadLink(_fd, "self/ns/mnt\0"u8, own, out int ownLength) == ReadOutcome.Ok
            && ProcFile.ReadLink(_fd, "1/ns/mnt\0"u8, init, out int initLength) == ReadOutcome.Ok)
        {
            return own[..ownLength].SequenceEqual(init[..initLength]);
        }
        return !File.Exists("/.dockerenv") && !File.Exists("/run/.containerenv") && Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is null;
    }

    /// <summary>Reads the kernel function that the main thread of a process waits in (proc_pid_wchan(5)): <c>0</c> if it runs, or if we may not know. Whose pid
    /// it is is not asked.</summary>
    /// <param name="name">A slice of the buffer.</param>
    public ReadOutcome ReadWaitChannel(int pid, Span<byte> buffer, out ReadOnlySpan<byte> name)
    {
        Span<byte> path = stackalloc byte[24];
        _ = Utf8Formatter.TryFormat(pid, path, out int digits);
        "/wchan\0"u8.CopyTo(path[digits..]);
        ReadOutcome outcome = ProcFile.Read(_fd, path, buffer, out int length);
        GC.KeepAlive(this);
        name = buffer[..length];
        return outcome;
    }

    /// <summary>Reads /proc/vmstat.</summary>
    public ReadOutcome ReadVmstat(out ProcVmstat vmstat)
    {
        vmstat = default;
        ReadOutcome outcome = ProcFile.Read(_fd, "vmstat\0"u8, _buffer, out int length);
        GC.KeepAlive(this);
        if (outcome != ReadOutcome.Ok) return outcome;
        return ProcVmstat.TryParse(_buffer.AsSpan(0, length), out vmstat) ? ReadOutcome.Ok : ReadOutcome.Malformed;
    }

    /// <summary>Where control groups are mounted for us, by /proc/self/mountinfo; nowhere if that can't be read. Allocates.</summary>
    public CgroupMounts ReadCgroupMounts()
    {
        byte[] buffer = new byte[MostMounts];
        _ = ProcFile.Read(_fd, "self/mountinfo\0"u8, buffer, out int length);
        GC.KeepAlive(this);
        return CgroupMounts.Parse(buffer.AsSpan(0, length));
    }

    /// <summary>Reads /proc/pressure/<paramref name="resource"/>.</summary>
    public ReadOutcome ReadPressure(PressureResource resource, out ProcPressure pressure)
    {
        ReadOnlySpan<byte> name = resource switch
        {
            PressureResource.Cpu => "pressure/cpu\0"u8,
            PressureResource.Memory => "pressure/memory\0"u8,
            _ => "pressure/io\0"u8,
        };
        pressure = default;
        ReadOutcome outcome = ProcFile.Read(_fd, name, _buffer, out int length);
        GC.KeepAlive(this);
        if (outcome != ReadOutcome.Ok) return outcome;
        return ProcPressure.TryParse(_buffer.AsSpan(0, length), out pressure) ? ReadOutcome.Ok : ReadOutcome.Malformed;
    }

    /// <summary>Reads /proc/meminfo.</summary>
    public ReadOutcome ReadMeminfo(out ProcMeminfo memory)
    {
        memory = default;
        ReadOutcome outcome = ProcFile.Read(_fd, "meminfo\0"u8, _buffer, out int length);
        GC.KeepAlive(this);
        if (outcome != ReadOutcome.Ok) return outcome;
        return ProcMeminfo.TryParse(_buffer.AsSpan(0, length), out memory) ? ReadOutcome.Ok : ReadOutcome.Malformed;
    }

    public void Dispose()
    {
        int fd = Interlocked.Exchange(ref _fd, -1);
        if (fd >= 0) _ = Libc.Close(fd);
        GC.SuppressFinalize(this);
    }

    ~ProcFs() => Dispose();

    private bool IsProcFileSystem()
    {
        Span<nint> fileSystem = stackalloc nint[32];
        fixed (nint* start = fileSystem) return Libc.FileSystemStat(_fd, start) == 0 && fileSystem[0] == Libc.PROC_SUPER_MAGIC;
    }

    /// <summary>The /proc of an outer pid namespace shows us with two pids or more in NSpid. The number alone could be ours by chance.
    /// </summary>
    private bool IsOurNamespace()
    {
        if (ProcFile.Read(_fd, "self/status\0"u8, _buffer, out int length) != ReadOutcome.Ok) return false;
        var lines = new Utf8Scanner(_buffer.AsSpan(0, length));
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            if (!line.StartsWith("NSpid:"u8)) continue;
            var pids = new Utf8Scanner(line["NSpid:"u8.Length..]);
            return pids.TrySkipWords(1) && !pids.TrySkipWords(1);
        }
        return true; // Linux < 4.1, or built without pid namespaces
    }

    private int ReadSelf()
    {
        ReadOutcome outcome = ProcFile.ReadLink(_fd, "self\0"u8, _buffer, out int length);
        if (outcome != ReadOutcome.Ok) return 0;
        return Utf8Parser.TryParse(_buffer.AsSpan(0, length), out int pid, out int used) && used == length ? pid : 0;
    }

    private uint ReadBootId()
    {
        ReadOutcome outcome = ProcFile.Read(_fd, "sys/kernel/random/boot_id\0"u8, _buffer, out int length);
        return outcome == ReadOutcome.Ok && length >= 8
            && Utf8Parser.TryParse(_buffer.AsSpan(0, 8), out uint id, out int used, 'x') && used == 8 ? id : 0;
    }

    /// <summary>We have descriptors open ourselves, so a size of 0 can only be the old meaning.</summary>
    private bool ProbeDescriptorSize()
    {
        int self = ProcFile.OpenDirectory(_fd, "self\0"u8, out _);
        if (self < 0) return false;
        bool isCount = ProcFd.Count(self, _buffer, sizeIsCount: true, out int count) == ReadOutcome.Ok && count > 0;
        _ = Libc.Close(self);
        return isCount;
    }
}

/// <summary>What tasks wait for, in pressure stall information.</summary>
public enum PressureResource
{
    Cpu,
    Memory,
    Io,
}
