using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>The sockets of a process: those of its network namespace whose inodes its descriptors name, and who holds their other ends.</summary>
internal static class SocketInspection
{
    /// <param name="descriptors">By the inodes of its sockets: which descriptor leads to each.</param>
    /// <param name="isOurNamespace">It is in the same network namespace as we are; null if that is not known.</param>
    public static SocketList? Read(InspectionRun run, Dictionary<ulong, int> descriptors, bool? isOurNamespace, SocketHolders holders)
    {
        if (descriptors.Count == 0) return new SocketList(0, [], null);
        var found = new List<ProcSocket>();
        HashSet<ulong> left = [.. descriptors.Keys]; // One may be told twice.
        SocketTables.Read(run, SocketTables.All, isOurNamespace, "sockets", socket =>
        {
            if (left.Remove(socket.Inode) && found.Count < run.Options.MostSockets) found.Add(socket);
            return left.Count > 0;
        });
        SocketPeers peers = SocketPeers.Find(run, found, isOurNamespace, holders);
        int all = descriptors.Count;
        return new SocketList(all, [.. found.Select(socket => new SocketUse(
            descriptors[socket.Inode], socket.Protocol, socket.State, socket.Local is { } local ? run.Cut(local) : null, socket.Remote,
            socket.ReceiveQueue ?? peers.ReceiveQueueOf(socket.Inode), socket.SendQueue ?? peers.SendQueueOf(socket), peers.Of(socket.Inode)))], all > found.Count ? all - found.Count : null);
    }
}
