using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>Who holds the other ends of sockets, where they are on this host: of TCP and UDP the socket of the same network namespace with the two addresses
/// swapped, of unix sockets the one that the kernel names.</summary>
internal sealed class SocketPeers
{
    /// <summary>Longest that going through the descriptors of all processes may take.</summary>
    private static readonly TimeSpan LongestLook = TimeSpan.FromMilliseconds(300);

    private readonly Dictionary<ulong, ulong> _peers = [];
    private readonly Dictionary<ulong, uint> _queues = [];
    private IReadOnlyDictionary<ulong, Relative> _holders = new Dictionary<ulong, Relative>();

    /// <summary>Who holds the other end of one; null if nobody here does, or that is not known.</summary>
    public Relative? Of(ulong inode) => _peers.TryGetValue(inode, out ulong peer) ? _holders.GetValueOrDefault(peer) : null;

    /// <summary>Bytes that wait to be read from a unix socket.</summary>
    public uint? ReceiveQueueOf(ulong inode) => _queues.TryGetValue(inode, out uint waiting) ? waiting : null;

    /// <summary>Bytes that the other end of a unix socket has not read yet; of datagrams that is not told.</summary>
    public uint? SendQueueOf(in ProcSocket socket) => socket.Protocol is "unix_stream" or "unix_seqpacket" && _peers.TryGetValue(socket.Inode, out ulong peer) ? ReceiveQueueOf(peer) : null;

    public static SocketPeers Find(InspectionRun run, List<ProcSocket> sockets, bool? isOurNamespace, SocketHolders holders)
    {
        var peers = new SocketPeers();
        peers.FindInternet(run, sockets, isOurNamespace);
        peers.FindUnix(run, sockets, isOurNamespace);
        if (peers._peers.Count == 0) return peers;
        TimeSpan left = run.Options.Deadline - run.Elapsed;
        SocketHoldings held = holders.Look(peers._peers.Values, left < LongestLook ? left : LongestLook);
        peers._holders = held.ByInode;
        if (peers._peers.Values.All(held.ByInode.ContainsKey)) return peers;
        if (!held.IsComplete) run.Miss("socket peers", "fewer descriptors on this host: there was no time to look at all");
        else if (held.WasDenied) run.Miss("socket peers", InspectionRun.PtraceAndSearch);
        return peers;
    }

    private void FindInternet(InspectionRun run, List<ProcSocket> sockets, bool? isOurNamespace)
    {
        var swapped = new Dictionary<(bool IsTcp, string? Local, string? Remote), ulong>();
        foreach (ProcSocket socket in sockets)
            if (socket.Remote is not null) swapped[(IsTcp(socket), socket.Remote, socket.Local)] = socket.Inode;
        if (swapped.Count == 0) return;
        // Both of a kind: an IPv6 socket may be connected to an IPv4 one.
        IEnumerable<string> tables = SocketTables.All.Where(table => swapped.Keys.Any(key => table.StartsWith(key.IsTcp ? "tcp" : "udp", StringComparison.Ordinal)));
        SocketTables.Read(run, tables, isOurNamespace, "socket peers", socket =>
        {
            if (socket.Inode > 0 && swapped.TryGetValue((IsTcp(socket), socket.Local, socket.Remote), out ulong own)) _peers[own] = socket.Inode;
            return _peers.Count < swapped.Count;
        });
    }

    private void FindUnix(InspectionRun run, List<ProcSocket> sockets, bool? isOurNamespace)
    {
        HashSet<ulong> own = [.. sockets.Where(static socket => socket.Protocol.StartsWith("unix", StringComparison.Ordinal) && socket.State == "established").Select(static socket => socket.Inode)];
        if (own.Count == 0) return;
        if (isOurNamespace != true)
        {
            run.Miss("peers of unix sockets", "to be in the same network namespace");
            return;
        }
        bool isWhole = UnixSockets.TryRead(socket =>
        {
            if (own.Contains(socket.Inode)) _peers[socket.Inode] = socket.Peer;
            else if (!own.Contains(socket.Peer)) return;
            if (socket.ReceiveQueue is { } waiting) _queues[socket.Inode] = waiting;
        }, () => run.IsLate);
        if (!isWhole) run.Miss("peers of unix sockets", "a kernel that tells them (CONFIG_UNIX_DIAG)");
    }

    private static bool IsTcp(in ProcSocket socket) => socket.Protocol.StartsWith("tcp", StringComparison.Ordinal);
}
