using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Flows;

/// <summary>The sockets that listened at some time within the window.</summary>
internal sealed class Listeners
{
    private const int Most = 8192, MostOfOnePort = 256;

    private readonly Dictionary<ushort, List<(UInt128 Address, uint Inode)>> _byPort = [];
    private readonly HashSet<ulong> _unheld = [], _shared = [];
    private readonly Dictionary<ulong, Relative> _holders = [];
    private int _count;

    /// <summary>The inodes of those of which nobody was seen to hold them.</summary>
    public IEnumerable<ulong> Unheld => _unheld;

    /// <param name="held">Who held which socket at the last look.</param>
    public void Add(in TcpSocket socket, SocketHoldings held)
    {
        if (!_byPort.TryGetValue(socket.Local.Port, out List<(UInt128 Address, uint Inode)>? known)) known = [];
        (UInt128, uint) added = (socket.Local.Address, socket.Inode);
        if (_count >= Most || known.Count >= MostOfOnePort || known.Contains(added)) return;
        _byPort[socket.Local.Port] = known;
        known.Add(added);
        _count++;
        _unheld.Add(socket.Inode);
        Hold(socket.Inode, held);
    }

    /// <summary>Notes who holds them.</summary>
    /// <param name="held">Of all processes: which of them several hold is to be known.</param>
    public void Hold(SocketHoldings held)
    {
        foreach (uint inode in _byPort.Values.SelectMany(static known => known).Select(static listener => listener.Inode)) Hold(inode, held);
    }

    private void Hold(uint inode, SocketHoldings held)
    {
        if (!held.ByInode.TryGetValue(inode, out Relative? holder)) return;
        if (held.Shared.Contains(inode)) _shared.Add(inode);
        _holders[inode] = holder;
        _unheld.Remove(inode);
    }

    /// <summary>Whether connections to an address of ours were accepted there.</summary>
    public bool Has(TcpEndpoint at) => _byPort.TryGetValue(at.Port, out List<(UInt128 Address, uint Inode)>? known) && known.Exists(listener => Fits(listener.Address, at));

    /// <summary>The one process that may have accepted there; null if there are several, or it is not known. One that listens at this very address goes before
    /// one that does at any (__inet_lookup_listener, net/ipv4/inet_hashtables.c).</summary>
    public Relative? HolderOf(TcpEndpoint at)
    {
        if (!_byPort.TryGetValue(at.Port, out List<(UInt128 Address, uint Inode)>? known)) return null;
        bool isExact = known.Exists(listener => listener.Address == at.Address);
        Relative? only = null;
        foreach ((UInt128 address, uint inode) in known)
        {
            if (isExact ? address != at.Address : !Fits(address, at)) continue;
            if (_shared.Contains(inode) || !_holders.TryGetValue(inode, out Relative? holder)) return null;
            if (only is not null && only.Identity != holder.Identity) return null;
            only = holder;
        }
        return only;
    }

    private static bool Fits(UInt128 address, TcpEndpoint at) => address == at.Address || new TcpEndpoint(address, at.Port).IsAnyAddress;
}
