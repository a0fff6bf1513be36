using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Flows;

/// <summary>One of the two sockets of a connection, as it was last seen.</summary>
internal sealed class ConnectionEnd(ulong cookie)
{
    public ulong Cookie { get; } = cookie;

    /// <summary>0: no process has it open, or it was never seen while one had.</summary>
    public uint Inode { get; private set; }

    public uint? UserId { get; private set; }

    /// <summary>Who has it open, of several the first; who had, once it has ended.</summary>
    public Relative? Holder { get; set; }

    /// <summary>It was seen while somebody looked whose such sockets are.</summary>
    public bool IsSighted { get; set; }

    /// <summary>Which look has seen it last.</summary>
    public int LastLook { get; set; }

    /// <summary>The last look of the window has seen it.</summary>
    public bool IsOpen { get; set; }

    /// <summary>The kernel has no more use for it.</summary>
    public bool IsEnded { get; private set; }

    public bool IsEstablished { get; private set; }

    public uint ReceiveQueue { get; private set; }

    public uint SendQueue { get; private set; }

    /// <summary>Payload that was acknowledged.</summary>
    public ulong? Sent { get; private set; }

    /// <summary>SYN and FIN are not in <see cref="Sent"/>.</summary>
    public bool IsSentExact { get; private set; }

    /// <summary>Payload that came.</summary>
    public ulong? Received { get; private set; }

    /// <summary>Whether the FIN of the other end may be in <see cref="Received"/>, as one more byte: of a socket that has ended it is not told how.</summary>
    public bool MayHaveFin { get; private set; }

    public void See(in TcpSocket socket)
    {
        if (IsEnded) return; // Read before it ended, told after.
        Update(socket);
        if (socket.Inode != 0) (Inode, UserId) = (socket.Inode, socket.UserId);
        (ReceiveQueue, SendQueue) = (socket.ReceiveQueue, socket.SendQueue);
        IsEstablished |= socket.State is not (TcpState.SynSent or TcpState.SynReceived or TcpState.Closed);
    }

    /// <summary>One that was disconnected first, by a reset of its own, has forgotten its counters: those of the last look remain.</summary>
    public void End(in TcpSocket socket)
    {
        Update(socket);
        IsEnded = true;
        IsEstablished |= socket.BytesAcknowledged > 0 || socket.BytesReceived > 0;
    }

    private void Update(in TcpSocket socket)
    {
        if (socket is not { BytesAcknowledged: { } acknowledged, BytesReceived: { } received }) return;
        // While all is acknowledged, what was sent does not have the SYN and FIN that are in what was acknowledged.
        Sent = socket.BytesSent is { } sent ? Math.Min(acknowledged, sent) : acknowledged;
        IsSentExact = socket.BytesSent is not null;
        bool hasFin = socket.State is TcpState.CloseWait or TcpState.LastAck or TcpState.Closing;
        Received = hasFin && received > 0 ? received - 1 : received;
        MayHaveFin = socket.State == TcpState.Closed;
    }
}
