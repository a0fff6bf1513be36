using System.Collections.Concurrent;

namespace ProcessArsenal.Control.Ledger;

/// <summary>What a policy remembers across restarts: when a cooldown ends, what a budget has left, which incident is open.</summary>
/// <param name="Value">As its owner writes it.</param>
/// <param name="Changed">When it was set.</param>
/// <param name="Expires">From when on it counts as absent, and may be forgotten; null: never.</param>
/// <param name="Version">To be given as <see cref="StateChange.Expected"/>. Retention may renew it.</param>
public sealed record StateEntry(string Key, string Value, DateTimeOffset Changed, DateTimeOffset? Expires, long Version);

/// <summary>A state that is set, or removed.</summary>
/// <param name="Key">1 to 256 characters, none of them a control character.</param>
/// <param name="Value">Null: removed. At most 16 KiB.</param>
/// <param name="Expires">From when on it counts as absent; null: never.</param>
public sealed record StateChange(string Key, string? Value, DateTimeOffset? Expires = null)
{
    /// <summary>Which version it must have for the change to be made, 0: none may be there. Null: whichever. So two that decide at once can't spend the same budget.</summary>
    public long? Expected { get; init; }
}

/// <summary>All states in force. Changed by the writer alone, once the change is on the disk; read by anybody.</summary>
internal sealed class PolicyState(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, StateEntry> _entries = new(StringComparer.Ordinal);

    public StateEntry? Get(string key) => _entries.TryGetValue(key, out StateEntry? entry) && IsInForce(entry) ? entry : null;

    public IEnumerable<StateEntry> All => _entries.Values.Where(IsInForce);

    public void Set(StateEntry entry) => _entries[entry.Key] = entry;

    public void Remove(string key) => _entries.TryRemove(key, out _);

    /// <summary>Whether there is room for so many more, after those that have expired are forgotten if need be.</summary>
    public bool HasRoom(int more, int most)
    {
        if (_entries.Count + more <= most) return true;
        foreach (StateEntry entry in _entries.Values)
            if (!IsInForce(entry)) Remove(entry.Key);
        return _entries.Count + more <= most;
    }

    /// <summary>Those in force whose rows are not younger than a given one.</summary>
    public List<StateEntry> UpTo(long version) => [.. All.Where(entry => entry.Version <= version)];

    private bool IsInForce(StateEntry entry) => !(entry.Expires <= time.GetUtcNow());
}
