using System.Collections.Concurrent;
using ProcessArsenal.Control.Alerting;

namespace ProcessArsenal.Control.Tests.Alerting;

/// <summary>Takes what it is offered, as long as it has room.</summary>
internal sealed class RecordingSink
{
    private readonly ConcurrentQueue<AlertEvent> _events = new();

    public int Room { get; set; } = int.MaxValue;

    public IReadOnlyList<AlertEvent> Events => [.. _events];

    /// <summary>It takes what it is offered for good; else it has it until we end, and no longer.</summary>
    public bool Handles { get; set; } = true;

    public bool Offer(AlertEvent happened, Action handled)
    {
        if (_events.Count >= Room) return false;
        _events.Enqueue(happened);
        if (Handles) handled();
        return true;
    }
}
