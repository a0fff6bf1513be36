namespace ProcessArsenal.Procfs;

/// <summary>A TCP socket as the kernel has it: struct inet_diag_msg (include/uapi/linux/inet_diag.h) and struct tcp_info (include/uapi/linux/tcp.h).</summary>
public readonly record struct TcpSocket
{
    public TcpState State { get; init; }

    /// <summary>An IPv6 socket, though its addresses may be of IPv4.</summary>
    public bool IsIPv6 { get; init; }

    public TcpEndpoint Local { get; init; }

    /// <summary>Port 0 if it is not connected: it listens, or was disconnected, as by a reset of its own.</summary>
    public TcpEndpoint Remote { get; init; }

    /// <summary>Means this one socket since boot, and no other.</summary>
    public ulong Cookie { get; init; }

    /// <summary>As in <c>socket:[inode]</c>; 0 once its last descriptor was closed, or before it is accepted.</summary>
    public uint Inode { get; init; }

    /// <summary>Of whoever made it; null if it has ended.</summary>
    public uint? UserId { get; init; }

    /// <summary>Bytes that wait to be read; of one that listens, connections that wait to be accepted.</summary>
    public uint ReceiveQueue { get; init; }

    /// <summary>Bytes that the other end has not acknowledged; of one that listens, how many connections may wait.</summary>
    public uint SendQueue { get; init; }

    /// <summary>Bytes that the other end has acknowledged: of the one that connected 1 more for its SYN, and after the end 1 more for its FIN (tcp_snd_una_update,
    /// net/ipv4/tcp_input.c). Null where that is not told: Linux before 4.1, and sockets that wait after their end.</summary>
    public ulong? BytesAcknowledged { get; init; }

    /// <summary>Bytes that came in order, read or not; 1 more once the FIN of the other end has come (tcp_rcv_nxt_update). Null as above.</summary>
    public ulong? BytesReceived { get; init; }

    /// <summary>Bytes that were sent, each once however often it was repeated, SYN and FIN not counted. Null before Linux 4.19, and as above.</summary>
    public ulong? BytesSent { get; init; }
}

/// <summary>include/net/tcp_states.h.</summary>
public enum TcpState
{
    None,
    Established,
    SynSent,
    SynReceived,
    FinWait1,
    FinWait2,
    TimeWait,
    Closed,
    CloseWait,
    LastAck,
    Listen,
    Closing,
    NewSynReceived,
}
