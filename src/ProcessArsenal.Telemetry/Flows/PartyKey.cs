using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Flows;

/// <summary>Who an end of a connection belongs to, as far as that is known when the connection is done with.</summary>
/// <param name="Identity">Of a process.</param>
/// <param name="At">Of the others: its address, with a port where a service listens.</param>
/// <param name="Towards">Of a client: what it was connected to.</param>
internal readonly record struct PartyKey(PartyKind Kind, string? Identity, TcpEndpoint At, TcpEndpoint Towards)
{
    public static PartyKey Process(string identity) => new(PartyKind.Process, identity, default, default);

    /// <summary>Elsewhere.</summary>
    public static PartyKey Remote(TcpEndpoint at) => new(PartyKind.Remote, null, at, default);

    /// <summary>Whoever listens there; that is made out at the end.</summary>
    public static PartyKey Service(TcpEndpoint at) => new(PartyKind.Service, null, at, default);

    /// <summary>Some order.</summary>
    public int CompareTo(PartyKey other) =>
        (Kind, At, Towards).CompareTo((other.Kind, other.At, other.Towards)) is not 0 and var order ? order : string.CompareOrdinal(Identity, other.Identity);

    /// <summary>Whoever makes connections from that address to there; its own port is another each time.</summary>
    public static PartyKey Client(UInt128 address, TcpEndpoint towards) => new(PartyKind.Client, null, new TcpEndpoint(address, 0), towards);
}

internal enum PartyKind
{
    Process,
    Remote,
    Service,
    Client,
}
