using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>The TCP sockets of our own network namespace with what went through them, by sock_diag(7). Anybody may ask, of all users.</summary>
public static class TcpSockets
{
    private const int MessageLength = 72, RequestLength = 60; // struct inet_diag_msg, struct inet_diag_req
    private const ushort Both = 18; // TCPDIAG_GETSOCK
    private const int IdAt = 4, CookieAt = IdAt + 40;
    private const byte ShowInfo = 1 << (Info - 1);
    private const ushort Info = 2, Protocol = 10; // INET_DIAG_INFO, INET_DIAG_PROTOCOL
    private const int AcknowledgedAt = 120, ReceivedAt = 128, SentAt = 200, RepeatedAt = 208; // struct tcp_info; it only ever grows at its end

    /// <summary>Lists those in any state of <paramref name="states"/>. A socket may be told twice, and one may be passed over if others of its bucket come or go
    /// meanwhile (inet_diag_dump_icsk, net/ipv4/inet_diag.c).</summary>
    /// <param name="each">Told each.</param>
    /// <param name="isLate">Asked between the parts of the listing: whether to leave it at that.</param>
    /// <returns>False if the kernel does not tell, or there was no time for all.</returns>
    public static bool TryRead(TcpStates states, Action<TcpSocket> each, Func<bool> isLate) => SocketDump.TryRead(Request(states), datagram => Parse(datagram, each), isLate);

    /// <summary>Goes through one datagram of answers.</summary>
    /// <returns>True after the last, false after an error; null: there are more.</returns>
    public static bool? Parse(ReadOnlySpan<byte> datagram, Action<TcpSocket> each)
    {
        while (NetlinkMessage.TryNext(ref datagram, out ushort type, out _, out ReadOnlySpan<byte> body))
        {
            if (type == NetlinkMessage.Done) return true;
            if (type == NetlinkMessage.Error) return false;
            if ((type is Both or SocketDump.ByFamily) && TryReadSocket(body, out TcpSocket socket)) each(socket);
        }
        return datagram.IsEmpty ? null : false;
    }

    /// <summary>struct inet_diag_msg; then attributes.</summary>
    /// <returns>False if it is none of TCP over IPv4 or IPv6.</returns>
    internal static bool TryReadSocket(ReadOnlySpan<byte> body, out TcpSocket socket)
    {
        socket = default;
        if (body.Length < MessageLength || body[0] is not (Libc.AF_INET or Libc.AF_INET6)) return false;
        ReadOnlySpan<byte> info = default;
        for (ReadOnlySpan<byte> rest = body[MessageLength..]; NetlinkMessage.TryNextAttribute(ref rest, out ushort type, out ReadOnlySpan<byte> value);)
        {
            if (type == Info) info = value;
            else if (type == Protocol && value is not [Libc.IPPROTO_TCP, ..]) return false;
        }
        int address = body[0] == Libc.AF_INET ? 4 : 16;
        ReadOnlySpan<byte> id = body[IdAt..];
        ulong? sent = At(info, SentAt), repeated = At(info, RepeatedAt);
        socket = new TcpSocket
        {
            State = (TcpState)body[1],
            IsIPv6 = body[0] == Libc.AF_INET6,
            Local = new TcpEndpoint(TcpEndpoint.FromNetwork(id.Slice(4, address)), BinaryPrimitives.ReadUInt16BigEndian(id)),
            Remote = new TcpEndpoint(TcpEndpoint.FromNetwork(id.Slice(20, address)), BinaryPrimitives.ReadUInt16BigEndian(id[2..])),
            Cookie = MemoryMarshal.Read<ulong>(body[CookieAt..]),
            ReceiveQueue = MemoryMarshal.Read<uint>(body[56..]),
            SendQueue = MemoryMarshal.Read<uint>(body[60..]),
            UserId = MemoryMarshal.Read<uint>(body[64..]),
            Inode = MemoryMarshal.Read<uint>(body[68..]),
            BytesAcknowledged = At(info, AcknowledgedAt),
            BytesReceived = At(info, ReceivedAt),
            BytesSent = sent >= repeated ? sent - repeated : null,
        };
        return true;
    }

    private static ulong? At(ReadOnlySpan<byte> info, int offset) => info.Length >= offset + sizeof(ulong) ? MemoryMarshal.Read<ulong>(info[offset..]) : null;

    /// <summary>struct inet_diag_req, the older of the two, as it asks for both families: going through the kernel's table, which has hundreds of thousands of
    /// places however few are taken, is what takes time (0.2 ms of 262,144).</summary>
    private static byte[] Request(TcpStates states)
    {
        byte[] message = new byte[NetlinkMessage.Header + RequestLength];
        NetlinkMessage.WriteHeader(message, Both, NetlinkMessage.Request | NetlinkMessage.Dump);
        Span<byte> body = message.AsSpan(NetlinkMessage.Header);
        body[3] = ShowInfo;
        MemoryMarshal.Write(body[52..], (uint)states);
        return message;
    }
}

/// <summary>A set of <see cref="TcpState"/>, a bit each.</summary>
[Flags]
public enum TcpStates : uint
{
    None = 0,
    Established = 1 << TcpState.Established,
    CloseWait = 1 << TcpState.CloseWait,
    Listen = 1 << TcpState.Listen,

    /// <summary>All that are a process's, or were: neither what waits after its end nor what is not through the handshake yet, of which there may be tens of
    /// thousands.</summary>
    Live = 0xffe & ~(1U << TcpState.TimeWait) & ~(1U << TcpState.SynReceived),
}
