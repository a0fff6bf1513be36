using System.Collections.Concurrent;
using ProcessArsenal.Control.Alerting;

namespace ProcessArsenal.Control.Tests.Alerting;

/// <summary>Takes what it is offered, as long as it has room.</summary>
internal sealed class RecordingSink
{
    private readonly ConcurrentQueue<AlertEvent> _events = new();

    public int Room { get; set; } = int.MaxValue;

    public IReadOnlyList<AlertEvent> Events => [.. _events];

    public bool Offer(AlertEvent happened)
    {
        if (_events.Count >= Room) return false;
        _events.Enqueue(happened);
        return true;
    }
}
