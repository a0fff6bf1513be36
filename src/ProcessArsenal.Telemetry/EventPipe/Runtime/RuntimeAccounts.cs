using System.Collections.Concurrent;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.EventPipe.Runtime;

/// <summary>What .NET processes have told of themselves, of those that live and of the latest that have ended: whoever wants evidence asks here. Kept by the tick,
/// read by anybody.</summary>
public sealed class RuntimeAccounts
{
    /// <summary>Ended processes that are remembered.</summary>
    public const int MostEnded = 32;

    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<ProcessIdentity, DotnetTarget> _living = new(concurrencyLevel: 1, capacity: 31);
    private readonly ConcurrentDictionary<ProcessIdentity, RuntimeAccount> _ended = new(concurrencyLevel: 1, capacity: 31);
    private readonly Queue<ProcessIdentity> _order = [];

    internal RuntimeAccounts(TimeProvider time) => _time = time;

    /// <summary>What one has told.</summary>
    /// <returns>Null if it is not known to be a .NET process, or ended too long ago.</returns>
    public RuntimeAccount? Of(ProcessIdentity identity) =>
        _living.TryGetValue(identity, out DotnetTarget? target) && RuntimeAccount.Of(target, _time.GetUtcNow()) is { } now ? now : _ended.GetValueOrDefault(identity);

    internal void Begin(ProcessIdentity identity, DotnetTarget target) => _living[identity] = target;

    /// <summary>It has ended, or is not listened to any more.</summary>
    internal void End(ProcessIdentity identity)
    {
        if (!_living.TryRemove(identity, out DotnetTarget? target) || RuntimeAccount.Of(target, _time.GetUtcNow()) is not { ListenedSince: not null } last) return;
        if (!_ended.ContainsKey(identity)) _order.Enqueue(identity);
        _ended[identity] = last;
        if (_order.Count > MostEnded) _ended.TryRemove(_order.Dequeue(), out _);
    }
}
