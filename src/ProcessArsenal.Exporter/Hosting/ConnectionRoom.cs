using System.Net;
using Microsoft.AspNetCore.Connections;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Room for so many connections of one listener. Who comes when it is full is let in all the same: the oldest connection of the address that has most
/// is closed for it, so that nobody who only holds connections keeps others out. A request is answered in milliseconds, which no flood of newcomers ages
/// a connection in.</summary>
internal sealed class ConnectionRoom(int most)
{
    /// <summary>More that the server itself lets in, for those that are being closed; it refuses what goes beyond.</summary>
    public const int Spare = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, LinkedList<ConnectionContext>> _byAddress = [];
    private int _count;

    public async Task PassAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        IPAddress address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        ConnectionContext? leaving = null;
        LinkedListNode<ConnectionContext> place;
        lock (_lock)
        {
            if (_count >= most) leaving = OldestOfMost();
            if (!_byAddress.TryGetValue(address, out LinkedList<ConnectionContext>? others)) _byAddress.Add(address, others = []);
            place = others.AddLast(connection);
            _count++;
        }
        leaving?.Abort(new ConnectionAbortedException("Closed to make room for another."));
        try
        {
            await next(connection);
        }
        finally
        {
            lock (_lock) Leave(address, place);
        }
    }

    /// <summary>It gives its place away at once, and goes when its server has noticed.</summary>
    private ConnectionContext OldestOfMost()
    {
        (IPAddress address, LinkedList<ConnectionContext> connections) = _byAddress.MaxBy(static pair => pair.Value.Count);
        LinkedListNode<ConnectionContext> oldest = connections.First!;
        Leave(address, oldest);
        return oldest.Value;
    }

    private void Leave(IPAddress address, LinkedListNode<ConnectionContext> place)
    {
        if (place.List is not { } list) return; // It gave its place away.
        list.Remove(place);
        _count--;
        if (list.Count == 0) _byAddress.Remove(address);
    }
}
