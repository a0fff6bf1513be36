namespace ProcessArsenal.Control.Ledger;

/// <summary>Changes of policy state, as rows of the chain.</summary>
internal static class StateRows
{
    public const int MaxKeyLength = 256, MaxValueLength = 16 * 1024;

    /// <summary>Whether each state is what its change expects.</summary>
    public static bool AreExpected(IReadOnlyList<StateChange> changes, PolicyState states) =>
        changes.All(change => change.Expected is not { } version || (states.Get(change.Key)?.Version ?? 0) == version);

    /// <exception cref="LedgerException">There are too many, or one is too large.</exception>
    public static void Check(IReadOnlyList<StateChange> changes)
    {
        foreach (StateChange change in changes)
        {
            if (change.Key.Length is 0 or > MaxKeyLength || change.Key.Any(char.IsControl)) throw new LedgerException(LedgerFault.TooLarge, $"a key of state has 1 to {MaxKeyLength} characters, none of them a control character.");
            if (change.Value?.Length > MaxValueLength) throw new LedgerException(LedgerFault.TooLarge, $"the state {change.Key} has {change.Value.Length} characters: at most {MaxValueLength} are kept.");
        }
    }

    /// <returns>What each was before, as changes that would lead back to it.</returns>
    /// <exception cref="LedgerException">There would be too many.</exception>
    public static List<StateChange> Write(AuditLog log, PolicyState states, IReadOnlyList<StateChange> changes, int most)
    {
        if (changes.Count == 0) return [];
        if (!states.HasRoom(changes.Count(change => change.Value is not null && states.Get(change.Key) is null), most))
            throw new LedgerException(LedgerFault.Overloaded, $"there are {most} states in force already: nothing new is begun.");
        var before = new List<StateChange>(changes.Count);
        foreach (StateChange change in changes)
        {
            StateEntry? entry = states.Get(change.Key);
            long version = Write(log, states, change.Key, change.Value, log.Now, change.Expires);
            before.Add(new StateChange(change.Key, entry?.Value, entry?.Expires) { Expected = change.Value is null ? 0 : version });
        }
        return before;
    }

    /// <param name="value">Null: removed.</param>
    public static long Write(AuditLog log, PolicyState states, string key, string? value, DateTimeOffset changed, DateTimeOffset? expires)
    {
        long version = log.Append(AuditKind.State, null, key, LedgerJson.Write(new StateContent(changed, value, expires), LedgerJson.Default.StateContent), log.Now);
        log.WhenCommitted(() =>
        {
            if (value is null) states.Remove(key);
            else states.Set(new StateEntry(key, value, changed, expires, version));
        });
        return version;
    }
}
