using System.Buffers.Text;
using System.Text;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>A /proc, or a tree of fixtures that stands in for one. Not safe for concurrent use.</summary>
public sealed unsafe class ProcFs : IDisposable
{
    public const string DefaultRoot = "/proc";

    private readonly byte[] _buffer = new byte[32 * 1024];
    private int _fd;

    private ProcFs(string root, int fd)
    {
        Root = root;
        _fd = fd;
        IsLive = root == DefaultRoot && ReadSelf() == Environment.ProcessId;
        ClockTicksPerSecond = SystemConstants.ClockTicksPerSecond;
        PageSize = SystemConstants.PageSize;
        if (ClockTicksPerSecond <= 0 || PageSize <= 0) throw new InvalidOperationException("sysconf(3) tells no clock tick or page size.");
        BootId = ReadBootId();
        DescriptorSizeIsCount = ProbeDescriptorSize();
    }

    public string Root { get; }

    /// <summary>Whether this is the /proc of our own pid namespace, so that system calls on its pids mean the same processes.</summary>
    public bool IsLive { get; }

    /// <summary>USER_HZ: clock ticks per second in stat.</summary>
    public int ClockTicksPerSecond { get; }

    /// <summary>Bytes per page in stat and statm.</summary>
    public int PageSize { get; }

    /// <summary>The first eight hexadecimal digits of the boot id; 0 if it can't be read.</summary>
    public uint BootId { get; }

    /// <summary>Whether the size of /proc/PID/fd is the number of descriptors (Linux >= 6.2).</summary>
    public bool DescriptorSizeIsCount { get; }

    /// <summary>Opens a /proc.</summary>
    /// <exception cref="IOException">There is none, or it can't be opened.</exception>
    public static ProcFs Open(string root = DefaultRoot)
    {
        int fd = ProcFile.OpenDirectory(Libc.AT_FDCWD, Encoding.UTF8.GetBytes(root + "\0"), out ReadOutcome outcome);
        if (fd < 0) throw new IOException($"{root} can't be opened ({outcome}): mount a proc file system there (mount -t proc proc {root}).");
        return new ProcFs(root, fd);
    }

    /// <summary>Opens the directory of one process.</summary>
    public ReadOutcome OpenProcess(int pid, out ProcessDirectory? directory)
    {
        Span<byte> name = stackalloc byte[12];
        _ = Utf8Formatter.TryFormat(pid, name, out int length);
        name[length] = 0;
        int fd = ProcFile.OpenDirectory(_fd, name, out ReadOutcome outcome);
        directory = fd < 0 ? null : new ProcessDirectory(pid, fd);
        return outcome;
    }

    /// <summary>Lists the pids that we may see, in ascending order, into a list that the caller keeps and reuses.</summary>
    /// <returns>False if the directory can't be read; the list is then incomplete.</returns>
    public bool TryListPids(List<int> pids)
    {
        pids.Clear();
        if (Libc.Seek(_fd, 0, 0) < 0) return false;
        fixed (byte* start = _buffer)
        {
            while (true)
            {
                nint n = Libc.GetDirectoryEntries(_fd, start, _buffer.Length);
                if (n == 0) return true;
                if (n < 0) return false;
                for (ReadOnlySpan<byte> rest = _buffer.AsSpan(0, (int)n); DirectoryEntry.TryNext(ref rest, out ReadOnlySpan<byte> name);)
                    if (Utf8Parser.TryParse(name, out int pid, out int used) && used == name.Length && pid > 0) pids.Add(pid);
            }
        }
    }

    /// <summary>Reads /proc/uptime: time since boot, suspended time included, to 10 ms.</summary>
    public ReadOutcome ReadUptime(out TimeSpan uptime)
    {
        uptime = default;
        ReadOutcome outcome = ProcFile.Read(_fd, "uptime\0"u8, _buffer, out int length);
        if (outcome != ReadOutcome.Ok) return outcome;
        if (!Utf8Parser.TryParse(_buffer.AsSpan(0, length), out double seconds, out _) || seconds is not (>= 0 and < 1e11)) return ReadOutcome.Malformed;
        uptime = TimeSpan.FromSeconds(seconds);
        return ReadOutcome.Ok;
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
        return outcome != ReadOutcome.Ok || ProcPressure.TryParse(_buffer.AsSpan(0, length), out pressure) ? outcome : ReadOutcome.Malformed;
    }

    public void Dispose()
    {
        int fd = Interlocked.Exchange(ref _fd, -1);
        if (fd >= 0) _ = Libc.Close(fd);
        GC.SuppressFinalize(this);
    }

    ~ProcFs() => Dispose();

    private int ReadSelf()
    {
        ReadOutcome outcome = ProcFile.ReadLink(_fd, "self\0"u8, _buffer, out int length);
        return outcome == ReadOutcome.Ok && Utf8Parser.TryParse(_buffer.AsSpan(0, length), out int pid, out int used) && used == length ? pid : 0;
    }

    private uint ReadBootId()
    {
        ReadOutcome outcome = ProcFile.Read(_fd, "sys/kernel/random/boot_id\0"u8, _buffer, out int length);
        return outcome == ReadOutcome.Ok && length >= 8 && Utf8Parser.TryParse(_buffer.AsSpan(0, 8), out uint id, out _, 'x') ? id : 0;
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
