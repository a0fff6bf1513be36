using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>Listings of sockets by sock_diag(7), of whatever family.</summary>
internal static class SocketDump
{
    public const ushort ByFamily = 20; // SOCK_DIAG_BY_FAMILY

    /// <summary>The kernel fills up to so much at once (netlink_dump, net/netlink/af_netlink.c).</summary>
    private const int BufferLength = 32 * 1024;

    /// <summary>Takes the answers of one datagram.</summary>
    /// <returns>True after the last, false after an error; null: there are more.</returns>
    public delegate bool? Reader(ReadOnlySpan<byte> datagram);

    /// <summary>Asks, and takes the answers.</summary>
    /// <param name="isLate">Asked between the parts of the listing: whether to leave it at that.</param>
    /// <returns>False if the kernel does not tell, or there was no time for all.</returns>
    public static bool TryRead(ReadOnlySpan<byte> request, Reader read, Func<bool> isLate)
    {
        using NetlinkSocket? socket = NetlinkSocket.Open(Libc.NETLINK_SOCK_DIAG, 0, out _);
        if (socket is null || socket.Send(request) != 0) return false;
        byte[] buffer = new byte[BufferLength];
        while (!isLate())
        {
            // The kernel goes on with the listing whenever a part of it was received, and never lets us wait.
            int length = socket.Receive(buffer);
            if (length <= 0) return false;
            if (read(buffer.AsSpan(0, length)) is { } complete) return complete;
        }
        return false;
    }
}
