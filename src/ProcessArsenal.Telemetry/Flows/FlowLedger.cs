using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Flows;

/// <summary>Keeps account of the TCP connections of one window: told what there was before it, now and then what there is, and of each socket that ends. Pure:
/// asks nobody. Of both ends on this host, found by their swapped addresses, each byte counts once.</summary>
/// <param name="ours">The addresses of this host; those of its sockets are added.</param>
internal sealed class FlowLedger(FlowLimits limits, IEnumerable<UInt128> ours)
{
    private const int MostAddresses = 16 * 1024, MostUndecided = 4096, MostRemembered = 64 * 1024;

    private readonly Dictionary<(TcpEndpoint First, TcpEndpoint Second), Connection> _connections = [];
    private readonly Dictionary<ulong, Connection> _byCookie = [];
    private readonly Dictionary<uint, ConnectionEnd> _byInode = [];
    private readonly HashSet<UInt128> _ours = [.. ours];
    private readonly List<Connection> _undecided = [];
    private readonly Dictionary<ulong, Relative> _remembered = [];
    private PartyLedger _parties = new(limits.MostPairs);
    private SocketHoldings _held = SocketHoldings.None;
    private bool _hasBegun, _hasOldUntracked;
    private int _halfEnded, _look;

    /// <summary>Open connections that are not in the account for lack of room, by the last look.</summary>
    public long Untracked { get; private set; }

    /// <summary>Connections that ended before anybody saw whose they were, so far.</summary>
    public long Unseen { get; private set; }

    /// <summary>The inodes of open sockets of which it is not known who holds them.</summary>
    public IEnumerable<ulong> Unheld => _byInode.Values.Where(static end => end.Holder is null && !end.IsEnded).Select(static end => (ulong)end.Inode).Concat(_parties.Listeners.Unheld);

    /// <summary>Before a look at all sockets.</summary>
    public void BeginLook()
    {
        Untracked = 0;
        _look++;
    }

    /// <summary>A socket that is there, while somebody also looks at whose they are.</summary>
    public void Sight(TcpSocket socket)
    {
        See(socket);
        if (socket.Inode != 0 && _byInode.TryGetValue(socket.Inode, out ConnectionEnd? end)) end.IsSighted = true;
    }

    /// <summary>A socket that is there.</summary>
    public void See(TcpSocket socket)
    {
        if (socket.State == TcpState.Listen) _parties.Listeners.Add(socket, _held);
        // A closed one whose end was told already waits for the last packets with no counters (inet_twsk_diag_fill); of the others some are no connection yet.
        bool isWaiting = socket.Inode == 0 && socket.BytesAcknowledged is null && socket.State is TcpState.TimeWait or TcpState.FinWait2;
        if (socket.Remote.Port == 0 || isWaiting || socket.State is TcpState.Listen or TcpState.Closed or TcpState.SynReceived or TcpState.NewSynReceived) return;
        if (Find(socket) is not { } connection)
        {
            if (IsToldOnce(socket)) Untracked++;
            return;
        }
        ConnectionEnd end = connection.EndAt(socket.Local)!;
        end.See(socket);
        end.LastLook = _look;
        if (end.Inode == 0) return;
        _byInode[end.Inode] = end;
        if (HolderOf(end.Inode) is { } holder) end.Holder = holder;
    }

    /// <summary>After a look at all sockets.</summary>
    public void EndLook()
    {
        foreach (Connection connection in _undecided) _parties.Add(connection, IsOurs);
        _undecided.Clear();
    }

    /// <summary>All that was seen until now was before the window.</summary>
    public void Begin()
    {
        _hasBegun = true;
        _hasOldUntracked = Untracked > 0;
        foreach (Connection connection in _connections.Values) connection.Begin();
    }

    /// <summary>A socket that has ended.</summary>
    public void End(in TcpSocket socket)
    {
        Connection? connection;
        if (socket.Remote.Port == 0 || !_hasBegun)
        {
            // What was disconnected does not say from whom any more; and what ended before the window matters no more.
            if (!_byCookie.TryGetValue(socket.Cookie, out connection)) return;
        }
        else if ((connection = Find(socket)) is null)
        {
            CountUntracked(socket);
            return;
        }
        ConnectionEnd end = connection.FirstEnd?.Cookie == socket.Cookie ? connection.FirstEnd : connection.SecondEnd!;
        if (end.IsEnded) return;
        end.End(socket);
        bool isFirst = ReferenceEquals(end, connection.FirstEnd);
        ConnectionEnd? other = isFirst ? connection.SecondEnd : connection.FirstEnd;
        bool awaitsOther = !connection.IsToItself && (other is null ? IsOurs(isFirst ? connection.Second : connection.First) : !other.IsEnded);
        if (awaitsOther) _halfEnded++;
        else Finish(connection);
    }

    /// <summary>Who holds which socket, now.</summary>
    /// <param name="isAll">It is of all processes rather than of some.</param>
    public void Hold(SocketHoldings held, bool isAll)
    {
        if (isAll) _held = held;
        else Remember(held.ByInode);
        if (isAll) _parties.Listeners.Hold(held);
        foreach ((ulong inode, Relative holder) in held.ByInode)
            if (inode <= uint.MaxValue && _byInode.TryGetValue((uint)inode, out ConnectionEnd? end) && !end.IsEnded) end.Holder = holder;
    }

    /// <summary>Ends the window.</summary>
    public (FlowSums<FlowParty> Pairs, FlowSum Other) End()
    {
        EndLook();
        foreach (Connection connection in _connections.Values)
        {
            MarkOpen(connection.FirstEnd);
            MarkOpen(connection.SecondEnd);
            _parties.Add(connection, IsOurs);
        }
        _connections.Clear();
        return (_parties.Resolve(IsOurs), _parties.Other);
    }

    /// <summary>Ends the window, and begins the next one with what is open: nothing falls between the two. A look is to follow, which finds anew who
    /// listens.</summary>
    public (FlowSums<FlowParty> Pairs, FlowSum Other) Roll()
    {
        EndLook();
        foreach (Connection connection in _connections.Values)
        {
            if (connection.AwaitsHolders()) continue; // By the next time it may be known whose it is.
            _parties.Add(connection, IsOurs);
            connection.Begin();
        }
        PartyLedger ended = _parties;
        _parties = new PartyLedger(limits.MostPairs);
        return (ended.Resolve(IsOurs), ended.Other);
    }

    private void MarkOpen(ConnectionEnd? end)
    {
        if (end is not null) end.IsOpen = !end.IsEnded && end.LastLook == _look;
    }

    private Relative? HolderOf(uint inode) => _remembered.GetValueOrDefault(inode) ?? _held.ByInode.GetValueOrDefault(inode);

    private void Remember(IReadOnlyDictionary<ulong, Relative> holders)
    {
        if (_remembered.Count + holders.Count > MostRemembered) _remembered.Clear();
        foreach ((ulong inode, Relative holder) in holders) _remembered[inode] = holder;
    }

    /// <summary>The connection that a socket is an end of, a new one if need be.</summary>
    /// <returns>Null if there is no room.</returns>
    private Connection? Find(in TcpSocket socket)
    {
        if (_ours.Count < MostAddresses) _ours.Add(socket.Local.Address);
        (TcpEndpoint, TcpEndpoint) key = Connection.KeyOf(socket);
        if (_connections.TryGetValue(key, out Connection? connection))
        {
            ConnectionEnd? end = connection.EndAt(socket.Local);
            if (end?.Cookie == socket.Cookie) return connection;
            if (end is null)
            {
                connection.Add(socket);
                _byCookie[socket.Cookie] = connection;
                return connection;
            }
            Finish(connection); // The same addresses again: this is the next connection.
        }
        if (_connections.Count >= limits.MostConnections && !TryMakeRoom()) return null;
        _connections[key] = connection = new Connection(key.Item1, key.Item2);
        _byCookie[socket.Cookie] = connection;
        connection.Add(socket);
        return connection;
    }

    /// <summary>Gives up on the ends that others have outlived, or whose message was lost.</summary>
    private bool TryMakeRoom()
    {
        if (_halfEnded < limits.MostConnections / 8) return false;
        foreach (Connection connection in _connections.Values.Where(static connection => (connection.FirstEnd?.IsEnded ?? true) && (connection.SecondEnd?.IsEnded ?? true)).ToList()) Finish(connection);
        _halfEnded = 0;
        return _connections.Count < limits.MostConnections;
    }

    private void Finish(Connection connection)
    {
        _connections.Remove((connection.First, connection.Second));
        Forget(connection.FirstEnd);
        Forget(connection.SecondEnd);
        if (!_hasBegun) return;
        if (connection.FirstEnd is { Holder: null } || connection.SecondEnd is { Holder: null }) Unseen++;
        if (_undecided.Count < MostUndecided && !_parties.KnowsServiceOf(connection)) _undecided.Add(connection); // Until the next look, which may see who listens.
        else _parties.Add(connection, IsOurs);
    }

    private void Forget(ConnectionEnd? end)
    {
        if (end is null) return;
        _byCookie.Remove(end.Cookie);
        _byInode.Remove(end.Inode);
    }

    /// <summary>Each end of a connection whose ends are both here tells what it sent, so that all counts once.</summary>
    private void CountUntracked(in TcpSocket socket)
    {
        ulong? bytes = _hasOldUntracked ? null : socket.BytesSent ?? socket.BytesAcknowledged;
        if (!IsOurs(socket.Remote)) bytes += socket.BytesReceived is > 0 and var received ? received - 1 : 0;
        _parties.Other.Add(bytes);
        if (IsToldOnce(socket)) _parties.Other.Connections++;
    }

    private bool IsToldOnce(in TcpSocket socket) => socket.Local <= socket.Remote || !IsOurs(socket.Remote);

    private bool IsOurs(TcpEndpoint at) => at.IsLoopback || _ours.Contains(at.Address);
}

/// <summary>How much one watch may keep.</summary>
/// <param name="MostConnections">At a time; some 700 bytes each.</param>
/// <param name="MostPairs">Of parties.</param>
internal sealed record FlowLimits(int MostConnections, int MostPairs);
