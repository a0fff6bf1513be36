using System.Runtime.InteropServices;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>The unix sockets of our own network namespace with whom they are connected to, by sock_diag(7) (include/uapi/linux/unix_diag.h). Anybody may ask;
/// /proc/net/unix does not tell peers, nor what waits.</summary>
public static class UnixSockets
{
    private const ushort Peer = 2, Queues = 4; // UNIX_DIAG_PEER, UNIX_DIAG_RQLEN
    private const uint ShowPeer = 4, ShowQueues = 16; // UDIAG_SHOW_PEER, UDIAG_SHOW_RQLEN
    private const int MessageLength = 16;

    /// <summary>Lists those that are connected.</summary>
    /// <param name="each">Told each.</param>
    /// <param name="isLate">Asked between the parts of the listing: whether to leave it at that.</param>
    /// <returns>False if the kernel does not tell, or there was no time for all.</returns>
    public static bool TryRead(Action<UnixSocket> each, Func<bool> isLate) => SocketDump.TryRead(Request(), datagram => Parse(datagram, each), isLate);

    /// <summary>Goes through one datagram of answers.</summary>
    /// <returns>True after the last, false after an error; null: there are more.</returns>
    public static bool? Parse(ReadOnlySpan<byte> datagram, Action<UnixSocket> each)
    {
        while (NetlinkMessage.TryNext(ref datagram, out ushort type, out _, out ReadOnlySpan<byte> body))
        {
            if (type == NetlinkMessage.Done) return true;
            if (type == NetlinkMessage.Error) return false;
            if (type == SocketDump.ByFamily && body.Length >= MessageLength && Read(body) is { } socket) each(socket);
        }
        return datagram.IsEmpty ? null : false;
    }

    /// <summary>struct unix_diag_msg: family, type, state, padding, inode, cookie; then attributes.</summary>
    private static UnixSocket? Read(ReadOnlySpan<byte> body)
    {
        if (body[0] != Libc.AF_UNIX) return null;
        ulong inode = MemoryMarshal.Read<uint>(body[4..]), peer = 0;
        uint? waiting = null;
        for (ReadOnlySpan<byte> rest = body[MessageLength..]; NetlinkMessage.TryNextAttribute(ref rest, out ushort type, out ReadOnlySpan<byte> value);)
        {
            if (type == Peer && value.Length >= 4) peer = MemoryMarshal.Read<uint>(value);
            else if (type == Queues && value.Length >= 4) waiting = MemoryMarshal.Read<uint>(value);
        }
        return peer == 0 ? null : new UnixSocket(inode, peer, waiting);
    }

    /// <summary>struct nlmsghdr and struct unix_diag_req, for all in any state.</summary>
    private static byte[] Request()
    {
        byte[] message = new byte[NetlinkMessage.Header + 24];
        Span<byte> at = message;
        NetlinkMessage.WriteHeader(at, SocketDump.ByFamily, NetlinkMessage.Request | NetlinkMessage.Dump);
        at[NetlinkMessage.Header] = Libc.AF_UNIX;
        MemoryMarshal.Write(at[(NetlinkMessage.Header + 4)..], uint.MaxValue); // States
        MemoryMarshal.Write(at[(NetlinkMessage.Header + 12)..], ShowPeer | ShowQueues);
        return message;
    }
}

/// <summary>A unix socket that is connected.</summary>
/// <param name="Inode">As in <c>socket:[inode]</c>.</param>
/// <param name="Peer">The inode of the other end.</param>
/// <param name="ReceiveQueue">Bytes that wait to be read; of a datagram socket, those of the first datagram (unix_inq_len, net/unix/af_unix.c). Null if that
/// is not told. What was sent and not read is the receive queue of the other end: the kernel's own send queue counts memory instead of bytes.</param>
public readonly record struct UnixSocket(ulong Inode, ulong Peer, uint? ReceiveQueue);
