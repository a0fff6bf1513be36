using System.Globalization;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Flows;

/// <summary>Sums per pair of parties, of connections that are done with: whoever can't be told by then may be at the end, by who listens or by who else was seen
/// to connect there.</summary>
internal sealed class PartyLedger(int mostPairs)
{
    private readonly FlowSums<PartyKey> _sums = new(mostPairs);
    private readonly Dictionary<string, Relative> _processes = new(StringComparer.Ordinal);
    private readonly ClientSightings _clients = new();

    public Listeners Listeners { get; } = new();

    /// <summary>What is not told apart.</summary>
    public FlowSum Other { get; } = new();

    /// <summary>Whether the end that accepted is known.</summary>
    public bool KnowsServiceOf(Connection connection) => Listeners.Has(connection.First) || Listeners.Has(connection.Second);

    public void Add(Connection connection, Func<TcpEndpoint, bool> isOurs)
    {
        if (!connection.IsEstablished && (connection.FirstEnd is null || connection.SecondEnd is null)) return; // Nobody has answered.
        PartyKey first = KeyOf(connection, connection.First, connection.FirstEnd, connection.Second, isOurs);
        PartyKey second = connection.IsToItself ? first : KeyOf(connection, connection.Second, connection.SecondEnd, connection.First, isOurs);
        Add(_sums.Of(first, second), connection.Bytes, connection.FirstEnd, connection.SecondEnd, isCounted: true);
        if (!connection.IsToItself) Add(_sums.Of(second, first), connection.BytesBack, connection.SecondEnd, connection.FirstEnd, isCounted: first != second);
    }

    /// <summary>Makes out who the parties are.</summary>
    public FlowSums<FlowParty> Resolve(Func<TcpEndpoint, bool> isOurs)
    {
        var resolved = new FlowSums<FlowParty>(mostPairs);
        var parties = new Dictionary<PartyKey, FlowParty>();
        foreach (((PartyKey from, PartyKey to), FlowSum sum) in _sums.Pairs)
        {
            FlowParty source = PartyOf(from), destination = PartyOf(to);
            bool isInferred = (from.Kind == PartyKind.Client && source.Process is not null) || (to.Kind == PartyKind.Client && destination.Process is not null);
            // Of a process that is connected to itself both directions are one pair, which counts each connection once.
            resolved.Of(source, destination).Add(sum, isInferred, isCounted: source != destination || from.CompareTo(to) <= 0);
        }
        AddRest(_sums.Rest);
        AddRest(resolved.Rest);
        return resolved;

        FlowParty PartyOf(PartyKey key)
        {
            if (!parties.TryGetValue(key, out FlowParty? party)) parties[key] = party = Resolve(key, isOurs);
            return party;
        }
    }

    private static void Add(FlowSum sum, ulong? bytes, ConnectionEnd? sender, ConnectionEnd? receiver, bool isCounted)
    {
        sum.Add(bytes);
        if (isCounted) sum.Connections++;
        sum.AddQueues(sender is { IsOpen: true } ? sender.SendQueue : null, receiver is { IsOpen: true } ? receiver.ReceiveQueue : null);
    }

    private void AddRest(FlowSum? rest)
    {
        if (rest is null) return;
        rest.Connections = (rest.Connections + 1) / 2;
        Other.Add(rest);
    }

    private PartyKey KeyOf(Connection connection, TcpEndpoint at, ConnectionEnd? end, TcpEndpoint other, Func<TcpEndpoint, bool> isOurs)
    {
        bool accepts = IsService(at, other, isOurs);
        if (end is null && !isOurs(at)) return PartyKey.Remote(accepts ? at : at with { Port = 0 });
        if (end is not null && !accepts) _clients.Add(at.Address, other, end, isShort: !connection.IsOld && end.IsEnded);
        if (end?.Holder is { } holder && IsKnown(holder)) return PartyKey.Process(holder.Identity);
        return accepts ? PartyKey.Service(at) : PartyKey.Client(at.Address, other);
    }

    /// <summary>Whether an end is the one that accepted. Where neither was seen to listen, and both are here, that is the one with the smaller port: those given
    /// to clients are large ones.</summary>
    private bool IsService(TcpEndpoint at, TcpEndpoint other, Func<TcpEndpoint, bool> isOurs)
    {
        if (!isOurs(at)) return !Listeners.Has(other);
        if (!isOurs(other)) return Listeners.Has(at);
        bool listens = Listeners.Has(at);
        return listens != Listeners.Has(other) ? listens : at.Port < other.Port;
    }

    private bool IsKnown(Relative holder)
    {
        if (_processes.ContainsKey(holder.Identity)) return true;
        if (_processes.Count >= mostPairs * 2) return false;
        _processes[holder.Identity] = holder;
        return true;
    }

    private FlowParty Resolve(PartyKey key, Func<TcpEndpoint, bool> isOurs)
    {
        if (key.Kind == PartyKind.Process) return FlowParty.Of(_processes[key.Identity!]);
        Relative? process = key.Kind switch
        {
            PartyKind.Service => Listeners.HolderOf(key.At),
            PartyKind.Client when _clients.Of(key.At.Address, key.Towards) is { } identity => _processes.GetValueOrDefault(identity),
            _ => null,
        };
        if (process is not null) return FlowParty.Of(_processes.GetValueOrDefault(process.Identity) ?? process); // By one name, if it changed it.
        string address = key.At.Port == 0 ? key.At.ToAddress().ToString() : string.Create(CultureInfo.InvariantCulture, $"{key.At}");
        return new FlowParty(null, address, key.Kind != PartyKind.Remote && isOurs(key.At));
    }
}
