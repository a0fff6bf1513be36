namespace ProcessArsenal.Telemetry.Flows;

/// <summary>Sums per pair of parties, of so many pairs; the rest is one sum.</summary>
internal sealed class FlowSums<TParty>(int most)
    where TParty : notnull
{
    private readonly Dictionary<(TParty From, TParty To), FlowSum> _pairs = [];

    public IEnumerable<KeyValuePair<(TParty From, TParty To), FlowSum>> Pairs => _pairs;

    /// <summary>Of those pairs that there was no room for; null: none. It counts every connection twice, once a direction.</summary>
    public FlowSum? Rest { get; private set; }

    public FlowSum Of(TParty from, TParty to)
    {
        if (_pairs.TryGetValue((from, to), out FlowSum? sum)) return sum;
        if (_pairs.Count >= most) return Rest ??= new FlowSum();
        return _pairs[(from, to)] = new FlowSum();
    }
}

/// <summary>What went one way.</summary>
internal sealed class FlowSum
{
    public ulong Bytes { get; private set; }

    /// <summary>Of some connection it is not told what went through.</summary>
    public bool IsIncomplete { get; private set; }

    public ulong Inferred { get; set; }

    public long Connections { get; set; }

    public ulong? SendQueue { get; private set; }

    public ulong? ReceiveQueue { get; private set; }

    public void Add(ulong? bytes)
    {
        Bytes += bytes ?? 0;
        IsIncomplete |= bytes is null;
    }

    public void AddQueues(ulong? send, ulong? receive)
    {
        if (send is not null) SendQueue = (SendQueue ?? 0) + send;
        if (receive is not null) ReceiveQueue = (ReceiveQueue ?? 0) + receive;
    }

    /// <param name="isInferred">It is not certain whose they are.</param>
    /// <param name="isCounted">The connections are not in this sum yet.</param>
    public void Add(FlowSum other, bool isInferred = false, bool isCounted = true)
    {
        Bytes += other.Bytes;
        IsIncomplete |= other.IsIncomplete;
        Inferred += isInferred ? other.Bytes : other.Inferred;
        if (isCounted) Connections += other.Connections;
        AddQueues(other.SendQueue, other.ReceiveQueue);
    }
}
