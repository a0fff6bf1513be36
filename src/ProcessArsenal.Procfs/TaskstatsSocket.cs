using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>Taskstats over generic netlink: asks for the accounts of processes, or listens to those of tasks that end. Needs CAP_NET_ADMIN in
/// the initial user namespace; listening also the initial pid and network namespaces. Not safe for concurrent use.</summary>
public sealed unsafe class TaskstatsSocket : IDisposable
{
    /// <summary>Most processes in one <see cref="Query"/>.</summary>
    public const int MostAtOnce = 32;

    private const int RequestLength = 28;
    private const int ReplyLength = 1024;
    private const byte Get = 1;                                        // TASKSTATS_CMD_GET
    private const ushort OfProcess = 2, RegisterProcessors = 3;        // TASKSTATS_CMD_ATTR_TGID, _REGISTER_CPUMASK
    private const string Needs = "CAP_NET_ADMIN in the initial user namespace, and a kernel with CONFIG_TASKSTATS";

    private readonly NetlinkSocket _socket;
    private readonly byte[] _requests = new byte[MostAtOnce * RequestLength];
    private readonly byte[] _replies = new byte[MostAtOnce * ReplyLength];
    private readonly int[] _lengths = new int[MostAtOnce];
    private ushort _family;
    private int _from;
    private int _to;

    private TaskstatsSocket(NetlinkSocket socket) => _socket = socket;

    /// <summary>For poll(2).</summary>
    public int Descriptor => _socket.Descriptor;

    /// <summary>Messages lost for lack of room, since it was opened.</summary>
    public uint Lost => _socket.Drops();

    /// <summary>Opens one that can be asked.</summary>
    /// <param name="needs">What it takes, if the answer is null.</param>
    public static TaskstatsSocket? Open(out string needs)
    {
        needs = Needs;
        if (NetlinkSocket.Open(Libc.NETLINK_GENERIC, 0, out _) is not { } netlink) return null;
        var socket = new TaskstatsSocket(netlink);
        if (socket.FindFamily() && socket.TryAskAboutOurselves())
        {
            needs = "";
            return socket;
        }
        socket.Dispose();
        return null;
    }

    /// <summary>Opens one that listens to every task that ends.</summary>
    /// <param name="receiveBuffer">Bytes of waiting messages to make room for; each takes some 2,000.</param>
    /// <param name="needs">What it takes, if the answer is null.</param>
    public static TaskstatsSocket? Listen(int receiveBuffer, out string needs)
    {
        if (Open(out needs) is not { } socket) return null;
        socket._socket.SetReceiveBuffer(receiveBuffer);
        // Every processor that could ever be, so that one that is switched on later is heard too; not all kernels take so many.
        string possible = "0-" + (Environment.ProcessorCount - 1).ToString(CultureInfo.InvariantCulture);
        if (ReadText("/sys/devices/system/cpu/possible\0"u8) is { Length: > 0 } text) possible = text;
        Span<byte> message = stackalloc byte[512];
        byte[] mask = [.. Encoding.ASCII.GetBytes(possible), 0];
        if (mask.Length <= 256)
        {
            int length = TaskstatsMessage.Write(message, socket._family, Get, 0, RegisterProcessors, mask);
            MemoryMarshal.Write(message[6..], (ushort)(1 | 4)); // NLM_F_REQUEST | NLM_F_ACK
            if (socket._socket.Send(message[..length]) == 0 && socket.ReadAnswer(out _) == 0) return socket;
        }
        socket.Dispose();
        needs = "the initial pid and network namespaces, " + Needs;
        return null;
    }

    /// <summary>The next account of a task that ended.</summary>
    /// <param name="name">comm; valid until the next call.</param>
    /// <returns>False if none waits.</returns>
    public bool TryReceive(out Taskstats stats, out ReadOnlySpan<byte> name)
    {
        while (true)
        {
            ReadOnlySpan<byte> rest = _replies.AsSpan(_from, _to - _from);
            if (TaskstatsMessage.TryNextStats(ref rest, out stats, out name))
            {
                _from = _to - rest.Length;
                return true;
            }
            int received = _socket.Receive(_replies);
            if (received == -Libc.ENOBUFS) continue; // Messages were lost, see Lost.
            _from = _to = 0;
            if (received <= 0) return false;
            ReadOnlySpan<byte> datagram = _replies.AsSpan(0, received);
            if (!TaskstatsMessage.TryNext(ref datagram, out ushort type, out _, out ReadOnlySpan<byte> body) || type != _family) continue;
            _to = received - datagram.Length;
            _from = _to - body.Length;
        }
    }

    /// <summary>Asks for the accounts of several processes at once: two system calls for all of them.</summary>
    /// <param name="pids">At most <see cref="MostAtOnce"/>.</param>
    /// <param name="accounts">One for each of them.</param>
    /// <param name="answered">Whether there is one; not if the process is gone.</param>
    public void Query(ReadOnlySpan<int> pids, Span<TaskAccounting> accounts, Span<bool> answered)
    {
        answered[..pids.Length].Clear();
        int length = 0;
        for (int i = 0; i < pids.Length; i++)
        {
            int pid = pids[i];
            length += TaskstatsMessage.Write(_requests.AsSpan(length), _family, Get, (uint)i, OfProcess, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in pid)));
        }
        if (_socket.Send(_requests.AsSpan(0, length)) != 0) return;
        for (int missing = pids.Length; missing > 0;)
        {
            int count = ReceiveMany(missing);
            if (count <= 0) return;
            missing -= count;
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> datagram = _replies.AsSpan(i * ReplyLength, _lengths[i]);
                if (!TaskstatsMessage.TryNext(ref datagram, out ushort type, out uint sequence, out ReadOnlySpan<byte> body)) continue;
                if (type != _family || sequence >= (uint)pids.Length) continue;
                if (!TaskstatsMessage.TryNextStats(ref body, out Taskstats stats, out _) || stats.Id != pids[(int)sequence]) continue;
                accounts[(int)sequence] = stats.Accounting;
                answered[(int)sequence] = true;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private int ReceiveMany(int most)
    {
        Libc.MultipleMessageHeader* messages = stackalloc Libc.MultipleMessageHeader[MostAtOnce];
        Libc.IoVector* vectors = stackalloc Libc.IoVector[MostAtOnce];
        fixed (byte* start = _replies)
        {
            for (int i = 0; i < most; i++)
            {
                vectors[i] = new Libc.IoVector { Start = start + i * ReplyLength, Length = ReplyLength };
                messages[i] = new Libc.MultipleMessageHeader { Header = new Libc.MessageHeader { Vectors = vectors + i, VectorCount = 1 } };
            }
            int count;
            while ((count = Libc.ReceiveMany(_socket.Descriptor, messages, (uint)most, Libc.MSG_DONTWAIT, null)) < 0 && Libc.LastError == Libc.EINTR) { }
            for (int i = 0; i < count; i++) _lengths[i] = (int)Math.Min(messages[i].Length, ReplyLength);
            return count;
        }
    }

    private bool FindFamily()
    {
        Span<byte> message = stackalloc byte[64];
        int length = TaskstatsMessage.AskForFamily(message);
        if (_socket.Send(message[..length]) != 0 || ReadAnswer(out ReadOnlySpan<byte> body) != 0) return false;
        _family = TaskstatsMessage.FamilyOf(body);
        return _family != 0;
    }

    private bool TryAskAboutOurselves()
    {
        int self = Environment.ProcessId;
        Span<TaskAccounting> account = stackalloc TaskAccounting[1];
        Span<bool> answered = stackalloc bool[1];
        Query(new ReadOnlySpan<int>(in self), account, answered);
        return answered[0];
    }

    /// <returns>0, or errno.</returns>
    private int ReadAnswer(out ReadOnlySpan<byte> body)
    {
        body = default;
        int received = _socket.Receive(_replies); // The kernel answers within the request.
        if (received <= 0) return received == 0 ? Libc.EAGAIN : -received;
        ReadOnlySpan<byte> datagram = _replies.AsSpan(0, received);
        if (!TaskstatsMessage.TryNext(ref datagram, out ushort type, out _, out body)) return Libc.EAGAIN;
        return type != TaskstatsMessage.Error || body.Length < 4 ? 0 : -MemoryMarshal.Read<int>(body);
    }

    private static string? ReadText(ReadOnlySpan<byte> pathZ)
    {
        byte[] buffer = new byte[256];
        return ProcFile.Read(Libc.AT_FDCWD, pathZ, buffer, out int length) == ReadOutcome.Ok && length < buffer.Length
            ? Encoding.ASCII.GetString(buffer.AsSpan(0, length)).Trim()
            : null;
    }
}
