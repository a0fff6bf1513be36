using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>The sockets of a process: those of its network namespace whose inodes its descriptors name, and who holds their other ends.</summary>
internal static class SocketInspection
{
    /// <param name="inodes">Of its sockets.</param>
    /// <param name="isOurNamespace">It is in the same network namespace as we are; null if that is not known.</param>
    public static SocketList? Read(InspectionRun run, HashSet<ulong> inodes, bool? isOurNamespace, SocketHolders holders)
    {
        if (inodes.Count == 0) return new SocketList([], null);
        var found = new List<ProcSocket>();
        int count = 0;
        SocketTables.Read(run, SocketTables.All, "sockets", socket =>
        {
            if (!inodes.Contains(socket.Inode)) return true;
            if (found.Count < run.Options.MostSockets) found.Add(socket);
            return ++count < inodes.Count;
        });
        SocketPeers peers = SocketPeers.Find(run, found, isOurNamespace, holders);
        int all = inodes.Count;
        return new SocketList([.. found.Select(socket => new SocketUse(
            socket.Protocol, socket.State, socket.Local is { } local ? run.Cut(local) : null, socket.Remote,
            socket.ReceiveQueue ?? peers.ReceiveQueueOf(socket.Inode), socket.SendQueue ?? peers.SendQueueOf(socket), peers.Of(socket.Inode)))], all > found.Count ? all - found.Count : null);
    }
}
