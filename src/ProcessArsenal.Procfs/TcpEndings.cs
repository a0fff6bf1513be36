using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>Told of each TCP socket of our own network namespace that ends, with all that ever went through it (sock_diag_broadcast_destroy, net/core/sock_diag.c;
/// what <c>ss -E</c> listens to): when the kernel has no more use for it, which for the side that closed first is when the other has closed too. Linux 4.2.
/// Anybody may listen: the protocol lets everybody into its groups (NL_CFG_F_NONROOT_RECV). Not safe for concurrent use.</summary>
public sealed class TcpEndings : IDisposable
{
    private const uint Groups = 1 << (1 - 1) | 1 << (3 - 1); // SKNLGRP_INET_TCP_DESTROY, SKNLGRP_INET6_TCP_DESTROY

    private readonly NetlinkSocket _socket;
    private readonly byte[] _buffer = new byte[8192];
    private int _start;
    private int _length;

    private TcpEndings(NetlinkSocket socket) => _socket = socket;

    /// <summary>Messages lost for lack of room, since it was opened.</summary>
    public uint Lost => _socket.Drops();

    /// <summary>Begins to listen.</summary>
    /// <param name="receiveBuffer">Bytes of waiting messages to make room for; each takes some 640. Without CAP_NET_ADMIN it is as much as
    /// net.core.rmem_max lets it be.</param>
    /// <param name="needs">What it takes, if the answer is null.</param>
    public static TcpEndings? Open(int receiveBuffer, out string needs)
    {
        needs = "";
        NetlinkSocket? socket = NetlinkSocket.Open(Libc.NETLINK_SOCK_DIAG, Groups, out int error);
        if (socket is null)
        {
            needs = error is Libc.EPERM or Libc.EACCES ? "CAP_NET_ADMIN" : "a kernel with CONFIG_INET_TCP_DIAG, Linux 4.2 or newer";
            return null;
        }
        socket.SetReceiveBuffer(receiveBuffer);
        return new TcpEndings(socket);
    }

    /// <summary>Waits until a message is there.</summary>
    /// <returns>False if none came in time.</returns>
    public bool Wait(TimeSpan timeout) => _start < _length || _socket.Wait(timeout);

    /// <summary>The next that waits. Its inode is 0, its user is not told, and its state is <see cref="TcpState.Closed"/>. One that was disconnected before it
    /// ended, as by a reset of its own (tcp_disconnect), has nothing but its cookie and its local end.</summary>
    /// <returns>False if none waits.</returns>
    public bool TryReceive(out TcpSocket socket)
    {
        while (true)
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _length - _start);
            bool ok = TryNext(ref rest, out socket);
            _start = ok ? _length - rest.Length : _length;
            if (ok) return true;
            int received = _socket.Receive(_buffer);
            if (received == -Libc.ENOBUFS) continue; // Messages were lost, see Lost; what is queued is still there.
            _start = 0;
            _length = Math.Max(received, 0);
            if (received <= 0) return false;
        }
    }

    /// <summary>Takes the first off a datagram.</summary>
    /// <returns>False if there is none in what is left.</returns>
    public static bool TryNext(ref ReadOnlySpan<byte> datagram, out TcpSocket socket)
    {
        while (NetlinkMessage.TryNext(ref datagram, out ushort type, out _, out ReadOnlySpan<byte> body))
        {
            if (type != SocketDump.ByFamily || !TcpSockets.TryReadSocket(body, out socket)) continue;
            socket = socket with { UserId = null };
            if (socket.Remote.Port == 0) socket = socket with { BytesAcknowledged = null, BytesReceived = null, BytesSent = null };
            return true;
        }
        socket = default;
        return false;
    }

    public void Dispose() => _socket.Dispose();
}
