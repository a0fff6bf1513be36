using System.Runtime.InteropServices;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>The process connector: the kernel tells of each fork, exec and exit on the machine. To CAP_NET_ADMIN, since Linux 6.6 to anyone;
/// in the initial pid, user and network namespaces only. Not safe for concurrent use.</summary>
public sealed class ProcConnector : IDisposable
{
    private const int MessageLength = 16 + 20 + 8;
    private const uint Index = 1; // CN_IDX_PROC and CN_VAL_PROC
    private const uint Listen = 1; // PROC_CN_MCAST_LISTEN

    /// <summary>The answer is queued before the request returns (cn_proc_mcast_ctl), so this is for the messages before it. Where there is none, in a
    /// container, the start of the program waits a fifth of it in vain.</summary>
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromMilliseconds(50);

    private readonly NetlinkSocket _socket;
    private readonly byte[] _buffer = new byte[4096];
    private int _start;
    private int _length;

    private ProcConnector(NetlinkSocket socket) => _socket = socket;

    /// <summary>For poll(2).</summary>
    public int Descriptor => _socket.Descriptor;

    /// <summary>Messages lost for lack of room, since it was opened.</summary>
    public uint Lost => _socket.Drops();

    /// <summary>Subscribes.</summary>
    /// <param name="receiveBuffer">Bytes of waiting messages to make room for; each takes some 800.</param>
    /// <param name="needs">What it takes, if the answer is null.</param>
    public static ProcConnector? Open(int receiveBuffer, out string needs)
    {
        needs = "";
        NetlinkSocket? socket = NetlinkSocket.Open(Libc.NETLINK_CONNECTOR, Index, out int error);
        if (socket is null)
        {
            needs = error is Libc.EPERM or Libc.EACCES ? "CAP_NET_ADMIN, or Linux 6.6" : "a kernel with CONFIG_PROC_EVENTS, and its initial namespaces";
            return null;
        }
        var connector = new ProcConnector(socket);
        socket.SetReceiveBuffer(receiveBuffer);
        _ = socket.TryAttachFilter(ProcessesOnly()); // Without it threads are told too, and skipped here.
        if (connector.Subscribe(null) == 0 && connector.IsAcknowledged())
        {
            // Since Linux 6.6 the kernel need not even make the messages that nobody wants; before, it ignores this.
            _ = connector.Subscribe((uint)(ProcEventKind.Fork | ProcEventKind.Exec | ProcEventKind.Uid | ProcEventKind.Comm | ProcEventKind.Exit));
            return connector;
        }
        connector.Dispose();
        needs = "the initial pid, user and network namespaces, and CAP_NET_ADMIN or Linux 6.6";
        return null;
    }

    /// <summary>The next event that waits.</summary>
    /// <returns>False if none waits.</returns>
    public bool TryReceive(out ProcEvent value)
    {
        while (true)
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _length - _start);
            bool ok = ProcEvent.TryNext(ref rest, out value);
            _start = ok ? _length - rest.Length : _length;
            if (ok && (value.IsProcess || value.Kind == ProcEventKind.Acknowledged || value.EndsAllThreads)) return true;
            if (ok) continue;
            int received = _socket.Receive(_buffer);
            if (received == -Libc.ENOBUFS) continue; // Messages were lost, see Lost; what is queued is still there.
            _start = 0;
            _length = Math.Max(received, 0);
            if (received <= 0) return false;
        }
    }

    public void Dispose() => _socket.Dispose();

    private int Subscribe(uint? kinds)
    {
        Span<byte> message = stackalloc byte[MessageLength];
        message.Clear();
        int length = kinds is null ? MessageLength - 4 : MessageLength;
        Write(message, 0, (uint)length);
        Write(message, 4, 3); // NLMSG_DONE in the low half; no flags
        Write(message, 16, Index);
        Write(message, 20, Index);
        Write(message, 32, (uint)(length - 36)); // cn_msg.len in the low half; no flags
        Write(message, 36, Listen);
        if (kinds is { } mask) Write(message, 40, mask);
        return _socket.Send(message[..length]);
    }

    private static void Write(Span<byte> message, int at, uint value) => MemoryMarshal.Write(message[at..], value);

    private bool IsAcknowledged()
    {
        // Outside of the initial namespaces the kernel keeps silent. Others' subscriptions are told to everybody, which is as good.
        for (int i = 0; i < 5 && _socket.Wait(AnswerDeadline / 5); i++)
        {
            while (TryReceive(out ProcEvent value))
                if (value.Kind == ProcEventKind.Acknowledged) return value.Status == 0;
        }
        return false;
    }

    /// <summary>Forks of threads other than the main one, and their exits unless with a status, are dropped in the kernel: nobody is woken for them.
    /// </summary>
    private static ReadOnlySpan<Libc.FilterInstruction> ProcessesOnly()
    {
        const ushort load = 0x20, copy = 0x07, jumpEqual = 0x15, jumpEqualCopy = 0x1d, answer = 0x06; // ld abs, tax, jeq k, jeq x, ret
        uint fork = ProcEvent.Network((uint)ProcEventKind.Fork), exit = ProcEvent.Network((uint)ProcEventKind.Exit);
        return new Libc.FilterInstruction[]
        {
            new() { Code = load, Operand = 36 },                                             // what
            new() { Code = jumpEqual, JumpTrue = 1, Operand = fork },
            new() { Code = jumpEqual, JumpTrue = 4, JumpFalse = 10, Operand = exit },
            new() { Code = load, Operand = 60 },                                             // fork: child_pid, child_tgid
            new() { Code = copy },
            new() { Code = load, Operand = 64 },
            new() { Code = jumpEqualCopy, JumpTrue = 6, JumpFalse = 7 },
            new() { Code = load, Operand = 52 },                                             // exit: process_pid, process_tgid
            new() { Code = copy },
            new() { Code = load, Operand = 56 },
            new() { Code = jumpEqualCopy, JumpTrue = 2, JumpFalse = 0 },
            new() { Code = load, Operand = 60 },                                             // exit_code
            new() { Code = jumpEqual, JumpTrue = 1, JumpFalse = 0, Operand = 0 },
            new() { Code = answer, Operand = uint.MaxValue },
            new() { Code = answer, Operand = 0 },
        };
    }
}
