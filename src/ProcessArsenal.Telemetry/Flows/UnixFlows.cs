using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Flows;

/// <summary>Who is connected to whom by unix sockets, and what waits to be read. The kernel does not count the bytes that go through.</summary>
internal static class UnixFlows
{
    /// <summary>Sums up the connections of the moment.</summary>
    /// <param name="isLate">Whether to leave it at what there is.</param>
    /// <returns>False if they are not all there.</returns>
    public static bool TryRead(FlowSums<FlowParty> sums, IReadOnlyDictionary<ulong, Relative> holders, Func<bool> isLate) => UnixSockets.TryRead(socket => Add(sums, holders, socket), isLate);

    /// <summary>What waits in a socket is what the other end has sent.</summary>
    internal static void Add(FlowSums<FlowParty> sums, IReadOnlyDictionary<ulong, Relative> holders, UnixSocket socket)
    {
        Relative? sender = holders.GetValueOrDefault(socket.Peer), receiver = holders.GetValueOrDefault(socket.Inode);
        if (sender is null && receiver is null) return; // Of processes that we do not see, or none.
        FlowSum sum = sums.Of(FlowParty.Of(sender), FlowParty.Of(receiver));
        sum.Connections++;
        sum.Add(null);
        sum.AddQueues(null, socket.ReceiveQueue);
    }
}
