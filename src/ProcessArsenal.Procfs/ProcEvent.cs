using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ProcessArsenal.Procfs;

/// <summary>What happened to a process.</summary>
public enum ProcEventKind : uint
{
    /// <summary>The kernel answers a subscription.</summary>
    Acknowledged = 0,

    /// <summary>A task was created: a process, or a thread of one.</summary>
    Fork = 0x1,

    /// <summary>A process executes another file.</summary>
    Exec = 0x2,

    /// <summary>Its user ids changed.</summary>
    Uid = 0x4,

    /// <summary>It gave itself another name.</summary>
    Comm = 0x200,

    /// <summary>A task ended.</summary>
    Exit = 0x80000000,
}

/// <summary>One event of the process connector (Documentation/driver-api/connector.rst, include/uapi/linux/cn_proc.h).</summary>
public struct ProcEvent
{
    private const int NetlinkHeader = 16;   // struct nlmsghdr
    private const int ConnectorHeader = 20; // struct cn_msg
    private const int Data = NetlinkHeader + ConnectorHeader + 16; // behind what, cpu and timestamp_ns

    public ProcEventKind Kind;

    /// <summary>When, nanoseconds of CLOCK_MONOTONIC.</summary>
    public ulong Nanoseconds;

    /// <summary>The thread; of a fork, the new one.</summary>
    public int Thread;

    /// <summary>The process; of a fork, the new one.</summary>
    public int Pid;

    /// <summary>Of a fork: the process that is its parent, which may not be the one that called. Of an exit: its parent by then; 0 if the
    /// kernel does not tell (Linux before 4.18). 0 otherwise.</summary>
    public int ParentPid;

    /// <summary>Of an exit: the thread's own wait(2) status. Of an acknowledgement: errno.</summary>
    public int Status;

    /// <summary>Whether it tells of a process rather than of one of its other threads.</summary>
    public readonly bool IsProcess => Thread == Pid;

    /// <summary>Whether it tells of the end of another thread than the main one, with a status: that is the status of the process, whose threads end
    /// together then (exit_group(2), a fatal signal). A thread that ends alone has 0.</summary>
    public readonly bool EndsAllThreads => !IsProcess && Kind == ProcEventKind.Exit && Status != 0;

    /// <summary>Reads the first message of a datagram and moves on.</summary>
    /// <returns>False at the end, or if what is left is no whole event.</returns>
    public static bool TryNext(scoped ref ReadOnlySpan<byte> datagram, out ProcEvent value)
    {
        value = default;
        ReadOnlySpan<byte> rest = datagram;
        if (rest.Length < NetlinkHeader) return false;
        uint length = MemoryMarshal.Read<uint>(rest);
        if (length < Data + 8 || length > (uint)rest.Length) return false;
        ReadOnlySpan<byte> message = rest[..(int)length];
        datagram = rest[Math.Min(((int)length + 3) & ~3, rest.Length)..];

        value.Kind = (ProcEventKind)MemoryMarshal.Read<uint>(message[(NetlinkHeader + ConnectorHeader)..]);
        value.Nanoseconds = MemoryMarshal.Read<ulong>(message[(NetlinkHeader + ConnectorHeader + 8)..]);
        ReadOnlySpan<byte> data = message[Data..];
        int needed = value.Kind switch { ProcEventKind.Fork => 16, ProcEventKind.Exit => 12, _ => 8 };
        if (data.Length < needed) return false;
        if (value.Kind == ProcEventKind.Acknowledged)
        {
            value.Status = MemoryMarshal.Read<int>(data);
            return true;
        }
        int at = value.Kind == ProcEventKind.Fork ? 8 : 0;
        value.Thread = MemoryMarshal.Read<int>(data[at..]);
        value.Pid = MemoryMarshal.Read<int>(data[(at + 4)..]);
        if (value.Kind == ProcEventKind.Fork) value.ParentPid = MemoryMarshal.Read<int>(data[4..]);
        if (value.Kind == ProcEventKind.Exit)
        {
            value.Status = MemoryMarshal.Read<int>(data[8..]);
            if (data.Length >= 24) value.ParentPid = MemoryMarshal.Read<int>(data[20..]);
        }
        return value.Thread > 0 && value.Pid > 0;
    }

    /// <summary>Network byte order, in which a socket filter loads.</summary>
    internal static uint Network(uint value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
}
