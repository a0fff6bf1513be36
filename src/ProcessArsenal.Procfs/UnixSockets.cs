using System.Runtime.InteropServices;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>The unix sockets of our own network namespace with whom they are connected to, by sock_diag(7) (include/uapi/linux/unix_diag.h). Anybody may ask;
/// /proc/net/unix does not tell peers, nor what waits.</summary>
public static class UnixSockets
{
    private const ushort SocketDiagnosisByFamily = 20, Done = 3, Error = 2;
    private const ushort Peer = 2, Queues = 4; // UNIX_DIAG_PEER, UNIX_DIAG_RQLEN
    private const uint ShowPeer = 4, ShowQueues = 16; // UDIAG_SHOW_PEER, UDIAG_SHOW_RQLEN
    private const int HeaderLength = 16, MessageLength = 16, BufferLength = 32 * 1024;

    /// <summary>Lists those that are connected.</summary>
    /// <param name="each">Told each.</param>
    /// <param name="isLate">Asked between the parts of the listing: whether to leave it at that.</param>
    /// <returns>False if the kernel does not tell, or there was no time for all.</returns>
    public static bool TryRead(Action<UnixSocket> each, Func<bool> isLate)
    {
        using NetlinkSocket? socket = NetlinkSocket.Open(Libc.NETLINK_SOCK_DIAG, 0, out _);
        if (socket is null || socket.Send(Request()) != 0) return false;
        byte[] buffer = new byte[BufferLength];
        while (!isLate())
        {
            // The kernel goes on with the listing whenever a part of it was received, and never lets us wait.
            int length = socket.Receive(buffer);
            if (length <= 0) return false;
            if (Parse(buffer.AsSpan(0, length), each) is { } complete) return complete;
        }
        return false;
    }

    /// <summary>Goes through one datagram of answers.</summary>
    /// <returns>True after the last, false after an error; null: there are more.</returns>
    public static bool? Parse(ReadOnlySpan<byte> datagram, Action<UnixSocket> each)
    {
        while (datagram.Length >= HeaderLength)
        {
            uint length = MemoryMarshal.Read<uint>(datagram);
            ushort type = MemoryMarshal.Read<ushort>(datagram[4..]);
            if (length < HeaderLength || length > datagram.Length) return false;
            if (type == Done) return true;
            if (type == Error) return false;
            if (type == SocketDiagnosisByFamily && length >= HeaderLength + MessageLength && Read(datagram[HeaderLength..(int)length]) is { } socket) each(socket);
            datagram = datagram[Math.Min(datagram.Length, Align((int)length))..];
        }
        return datagram.IsEmpty ? null : false;
    }

    /// <summary>struct unix_diag_msg: family, type, state, padding, inode, cookie; then attributes.</summary>
    private static UnixSocket? Read(ReadOnlySpan<byte> body)
    {
        if (body[0] != Libc.AF_UNIX) return null;
        ulong inode = MemoryMarshal.Read<uint>(body[4..]), peer = 0;
        uint? waiting = null;
        for (ReadOnlySpan<byte> rest = body[MessageLength..]; rest.Length >= 4;)
        {
            ushort length = MemoryMarshal.Read<ushort>(rest), type = MemoryMarshal.Read<ushort>(rest[2..]);
            if (length < 4 || length > rest.Length) break;
            ReadOnlySpan<byte> value = rest[4..length];
            if (type == Peer && value.Length >= 4) peer = MemoryMarshal.Read<uint>(value);
            else if (type == Queues && value.Length >= 4) waiting = MemoryMarshal.Read<uint>(value);
            rest = rest[Math.Min(rest.Length, Align(length))..];
        }
        return peer == 0 ? null : new UnixSocket(inode, peer, waiting);
    }

    /// <summary>struct nlmsghdr and struct unix_diag_req, for all in any state.</summary>
    private static byte[] Request()
    {
        byte[] message = new byte[HeaderLength + 24];
        Span<byte> at = message;
        MemoryMarshal.Write(at, message.Length);
        MemoryMarshal.Write(at[4..], SocketDiagnosisByFamily);
        MemoryMarshal.Write(at[6..], (ushort)(1 | 0x300)); // NLM_F_REQUEST | NLM_F_DUMP
        at[HeaderLength] = Libc.AF_UNIX;
        MemoryMarshal.Write(at[(HeaderLength + 4)..], uint.MaxValue); // States
        MemoryMarshal.Write(at[(HeaderLength + 12)..], ShowPeer | ShowQueues);
        return message;
    }

    private static int Align(int length) => (length + 3) & ~3;
}

/// <summary>A unix socket that is connected.</summary>
/// <param name="Inode">As in <c>socket:[inode]</c>.</param>
/// <param name="Peer">The inode of the other end.</param>
/// <param name="ReceiveQueue">Bytes that wait to be read; of a datagram socket, those of the first datagram (unix_inq_len, net/unix/af_unix.c). Null if that
/// is not told. What was sent and not read is the receive queue of the other end: the kernel's own send queue counts memory instead of bytes.</param>
public readonly record struct UnixSocket(ulong Inode, ulong Peer, uint? ReceiveQueue);
