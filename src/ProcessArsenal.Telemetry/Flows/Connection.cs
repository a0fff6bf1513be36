using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Flows;

/// <summary>A TCP connection with those of its two ends that are sockets here.</summary>
/// <param name="first">The smaller of the two addresses.</param>
internal sealed class Connection(TcpEndpoint first, TcpEndpoint second)
{
    private ulong? _before, _beforeBack;
    private bool _hasWaited;

    public TcpEndpoint First { get; } = first;

    public TcpEndpoint Second { get; } = second;

    public ConnectionEnd? FirstEnd { get; private set; }

    public ConnectionEnd? SecondEnd { get; private set; }

    /// <summary>It was there when the window began.</summary>
    public bool IsOld { get; private set; }

    /// <summary>A refused one, or one that nobody answers, never becomes a connection.</summary>
    public bool IsEstablished => FirstEnd?.IsEstablished == true || SecondEnd?.IsEstablished == true;

    /// <summary>A socket that is connected to itself is both ends.</summary>
    public bool IsToItself => First == Second;

    public static (TcpEndpoint First, TcpEndpoint Second) KeyOf(in TcpSocket socket) => socket.Local < socket.Remote ? (socket.Local, socket.Remote) : (socket.Remote, socket.Local);

    public ConnectionEnd? EndAt(TcpEndpoint local) => local == First ? FirstEnd : SecondEnd;

    public ConnectionEnd Add(in TcpSocket socket)
    {
        var end = new ConnectionEnd(socket.Cookie);
        if (socket.Local == First) FirstEnd = end;
        else SecondEnd = end;
        return end;
    }

    /// <summary>What went through until now is none of the window's.</summary>
    public void Begin()
    {
        IsOld = true;
        _before = Total(FirstEnd, SecondEnd);
        _beforeBack = Total(SecondEnd, FirstEnd);
    }

    /// <summary>Whether an open end is not known whose it is, the first time that it is asked: who holds it is looked up now and then.</summary>
    public bool AwaitsHolders()
    {
        if (_hasWaited || (FirstEnd is not { Holder: null, IsEnded: false } && SecondEnd is not { Holder: null, IsEnded: false })) return false;
        return _hasWaited = true;
    }

    /// <summary>Payload that the first end has sent and that has arrived within the window; null if that is not told.</summary>
    public ulong? Bytes => Within(Total(FirstEnd, SecondEnd), _before);

    /// <summary>The same the other way.</summary>
    public ulong? BytesBack => IsToItself ? 0 : Within(Total(SecondEnd, FirstEnd), _beforeBack);

    private ulong? Within(ulong? total, ulong? before) => !IsOld ? total : total >= before ? total - before : total is null ? null : 0;

    /// <summary>What has arrived so far, by either end: the sender's may not know yet of the last acknowledgement, or have forgotten all with a reset; of the
    /// receiver's it is not always known whether it counts a FIN too, which the two together tell.</summary>
    private static ulong? Total(ConnectionEnd? sender, ConnectionEnd? receiver)
    {
        ulong? sent = sender?.Sent, received = receiver?.Received;
        if (received is { } more && receiver!.MayHaveFin && more > 0 && (sent is null || !sender!.IsSentExact || !sender.IsEnded || sent == more - 1)) received = more - 1;
        if (sent is null || received is null) return sent ?? received;
        return sender!.IsSentExact ? Math.Max(sent.Value, received.Value) : received;
    }
}
