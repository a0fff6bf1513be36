using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Flows;

/// <summary>Who sent how much to whom, within one network namespace.</summary>
public sealed record FlowReport
{
    /// <summary>How long was watched.</summary>
    public TimeSpan Window { get; init; }

    /// <summary>Most bytes first; then those of which no bytes are told.</summary>
    public IReadOnlyList<FlowPair> Pairs { get; init; } = [];

    /// <summary>What there was no room to tell apart; null: nothing.</summary>
    public FlowRemainder? Other { get; init; }

    /// <summary>Connections whose end was not told, as more ended at once than there was room for: each takes one or two such messages. What had gone through
    /// until they were last seen is in the report, the rest is missing.</summary>
    public long LostMessages { get; init; }

    /// <summary>What was not seen, and what it takes.</summary>
    public IReadOnlyList<Unavailable> Unavailable { get; init; } = [];
}

/// <summary>One direction between two parties.</summary>
/// <param name="Transport"><c>tcp</c>, <c>unix</c> or <c>pipe</c>.</param>
public sealed record FlowPair(FlowParty From, FlowParty To, string Transport)
{
    /// <summary>Payload that arrived within the window, read or not. Null where the kernel does not count: unix sockets, pipes, and Linux before 4.1.</summary>
    public ulong? Bytes { get; init; }

    /// <summary>How many of those bytes are of connections of which nobody saw who made them, and that are told as of the one process of that address that was
    /// seen to make such connections again and again; 0 if all is certain. Null as above.</summary>
    public ulong? InferredBytes { get; init; }

    /// <summary>Connections (or pipes) between the two within the window, whoever made them: the pair of the other direction counts the same ones.</summary>
    public long Connections { get; init; }

    /// <summary>Bytes that the sender has given to its kernel and that the receiver's has not acknowledged, when the window ended. Null if there is no open
    /// connection, or that is not told.</summary>
    public ulong? SendQueue { get; init; }

    /// <summary>Bytes that have arrived and that the receiver has not read, when the window ended. Null as above.</summary>
    public ulong? ReceiveQueue { get; init; }
}

/// <summary>Who sends or receives.</summary>
/// <param name="Process">Null: not a process of this host, or it is not known which.</param>
/// <param name="Address">Of one that is elsewhere, or not known: the address, with the port if that is where a service listens. Null if there is none.</param>
/// <param name="IsLocal">Whether the address is one of this host: a process that is not known, rather than one that is elsewhere.</param>
public sealed record FlowParty(Relative? Process, string? Address, bool IsLocal)
{
    internal static FlowParty Of(Relative? process) => new(process, null, IsLocal: true);
}

/// <summary>What is not told apart.</summary>
/// <param name="Bytes">Payload in both directions; null if that is not known.</param>
/// <param name="Connections">How many are among it.</param>
public sealed record FlowRemainder(ulong? Bytes, long Connections);
