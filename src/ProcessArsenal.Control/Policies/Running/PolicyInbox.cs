using System.Threading.Channels;
using ProcessArsenal.Control.Alerting;

namespace ProcessArsenal.Control.Policies.Running;

/// <summary>Alerts that wait to be looked at. Bounded: who delivers them is told when there is no room, and has them on the disk.</summary>
public sealed class PolicyInbox
{
    public const int Most = 10_000;

    private readonly Channel<(AlertEvent Event, Action? Handled)> _waiting = Channel.CreateBounded<(AlertEvent Event, Action? Handled)>(new BoundedChannelOptions(Most) { SingleReader = true });
    private long _refused;

    /// <summary>Told that something waits. Must not wait.</summary>
    internal Action? Arrived { get; set; }

    /// <summary>How many wait.</summary>
    public int Waiting => _waiting.Reader.Count;

    /// <summary>How many there was no room for.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Takes what happened to an incident, in the order in which it did; from any thread, at once.</summary>
    /// <param name="handled">Called when what follows from it is on the disk; null: nobody need know.</param>
    /// <returns>False: there is no room. It is to be offered again.</returns>
    public bool Offer(AlertEvent alert, Action? handled = null)
    {
        if (_waiting.Writer.TryWrite((alert, handled)))
        {
            Arrived?.Invoke();
            return true;
        }
        Interlocked.Increment(ref _refused);
        return false;
    }

    internal bool TryTake(out (AlertEvent Event, Action? Handled) alert) => _waiting.Reader.TryRead(out alert);
}
