namespace ProcessArsenal.Control.Supervision;

/// <summary>The failures of the last max_seconds, of all children of a supervisor together, as OTP counts them: max_restarts are borne, one more is not.</summary>
internal sealed class RestartWindow(int maxRestarts, TimeSpan within)
{
    private readonly Queue<(TimeSpan At, int Child)> _failures = new();

    /// <summary>Those that are in it, the oldest first.</summary>
    public IReadOnlyCollection<(TimeSpan At, int Child)> Failures => _failures;

    /// <summary>Puts one in, and forgets those that are older than the window.</summary>
    /// <returns>Whether they are too many now.</returns>
    public bool Add(TimeSpan now, int child)
    {
        Forget(now);
        if (_failures.Count > maxRestarts) _failures.Dequeue(); // Latched already: no more than these are ever kept.
        _failures.Enqueue((now, child));
        return _failures.Count > maxRestarts;
    }

    public void Forget(TimeSpan now)
    {
        while (_failures.TryPeek(out (TimeSpan At, int Child) oldest) && now - oldest.At > within) _failures.Dequeue();
    }

    public int CountOf(int child) => _failures.Count(failure => failure.Child == child);

    public void Clear() => _failures.Clear();
}
