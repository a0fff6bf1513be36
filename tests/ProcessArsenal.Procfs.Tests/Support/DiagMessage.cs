using System.Net;

namespace ProcessArsenal.Procfs.Tests.Support;

/// <summary>Makes the messages of sock_diag(7) about TCP sockets.</summary>
internal static class DiagMessage
{
    /// <param name="info">Bytes of tcp_info; null: the attribute is missing.</param>
    public static byte[] Tcp(IPEndPoint local, IPEndPoint remote, TcpState state = TcpState.Established, ulong cookie = 1, uint inode = 2, byte[]? info = null, byte? protocol = null)
    {
        byte[] address = local.Address.GetAddressBytes();
        byte[] message = new byte[16 + 72];
        message[16] = (byte)(address.Length == 4 ? 2 : 10);
        message[17] = (byte)state;
        Port(local, 20);
        Port(remote, 22);
        address.CopyTo(message, 24);
        remote.Address.GetAddressBytes().CopyTo(message, 40);
        BitConverter.TryWriteBytes(message.AsSpan(60), cookie);
        BitConverter.TryWriteBytes(message.AsSpan(72), 3U); // rqueue, wqueue, uid
        BitConverter.TryWriteBytes(message.AsSpan(76), 4U);
        BitConverter.TryWriteBytes(message.AsSpan(80), 1000U);
        BitConverter.TryWriteBytes(message.AsSpan(84), inode);
        if (protocol is { } number) message = [.. message, 5, 0, 10, 0, number, 0, 0, 0];
        if (info is not null) message = [.. message, .. BitConverter.GetBytes((ushort)(4 + info.Length)), 2, 0, .. info];
        BitConverter.TryWriteBytes(message, message.Length);
        BitConverter.TryWriteBytes(message.AsSpan(4), (ushort)20);
        return message;

        void Port(IPEndPoint of, int at) => (message[at], message[at + 1]) = ((byte)(of.Port >> 8), (byte)of.Port);
    }

    public static byte[] Info(int length, ulong acknowledged, ulong received, ulong sent, ulong repeated)
    {
        byte[] info = new byte[280];
        BitConverter.TryWriteBytes(info.AsSpan(120), acknowledged);
        BitConverter.TryWriteBytes(info.AsSpan(128), received);
        BitConverter.TryWriteBytes(info.AsSpan(200), sent);
        BitConverter.TryWriteBytes(info.AsSpan(208), repeated);
        return info[..length];
    }
}
