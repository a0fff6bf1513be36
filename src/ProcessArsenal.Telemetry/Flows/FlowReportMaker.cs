using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Flows;

/// <summary>Makes the report out of sums.</summary>
/// <param name="targets">Whose pairs are wanted, and those that may be theirs; none: all.</param>
internal sealed class FlowReportMaker(IReadOnlyCollection<ProcessIdentity> targets)
{
    private readonly HashSet<string> _wanted = [.. targets.Select(static target => target.ToString())];
    private readonly List<FlowPair> _pairs = [];
    private FlowSum? _rest;

    /// <summary>Connections of which an end on this host is of nobody known.</summary>
    public long UnknownConnections { get; private set; }

    /// <param name="hasBytes">Whether the kernel counts what goes through.</param>
    public void Add(FlowSums<FlowParty> sums, string transport, bool hasBytes)
    {
        foreach (((FlowParty from, FlowParty to), FlowSum sum) in sums.Pairs)
        {
            if (hasBytes && IsUnknown(from)) UnknownConnections += sum.Connections;
            if (_wanted.Count > 0 && !IsWanted(from) && !IsWanted(to) && !(hasBytes && (IsUnknown(from) || IsUnknown(to)))) continue;
            bool isTold = hasBytes && !sum.IsIncomplete;
            _pairs.Add(new FlowPair(from, to, transport)
            {
                Bytes = isTold ? sum.Bytes : null,
                InferredBytes = isTold ? sum.Inferred : null,
                Connections = sum.Connections,
                SendQueue = sum.SendQueue,
                ReceiveQueue = sum.ReceiveQueue,
            });
        }
        if (!hasBytes && sums.Rest is { } rest) Add(rest);
    }

    public void Add(FlowSum rest)
    {
        if (rest.Connections > 0 || rest.Bytes > 0) (_rest ??= new FlowSum()).Add(rest);
    }

    public FlowReport Make(TimeSpan window, long lost, IReadOnlyList<Unavailable> unavailable) => new()
    {
        Window = window,
        Pairs = [.. _pairs.OrderByDescending(static pair => pair.Bytes.HasValue).ThenByDescending(static pair => pair.Bytes).ThenByDescending(static pair => pair.ReceiveQueue)],
        Other = _rest is null ? null : new FlowRemainder(_rest.IsIncomplete ? null : _rest.Bytes, _rest.Connections),
        LostMessages = lost,
        Unavailable = unavailable,
    };

    private bool IsWanted(FlowParty party) => party.Process is { } process && _wanted.Contains(process.Identity);

    /// <summary>Each connection is a pair in both directions.</summary>
    private static bool IsUnknown(FlowParty party) => party is { Process: null, IsLocal: true };
}
