namespace ProcessArsenal.Control.Policies.Machine;

/// <summary>Many things that begin at once are one thing that policies do not know: nothing new is begun until it has been quiet for a while.</summary>
internal sealed class StormBreaker
{
    /// <summary>Firings within <see cref="Window"/> that are borne.</summary>
    public const int Most = 20;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1), CoolDown = TimeSpan.FromMinutes(5);

    private readonly Queue<DateTimeOffset> _firings = new();

    /// <summary>Until when nothing new is begun; null: there was no storm.</summary>
    public DateTimeOffset? Until { get; private set; }

    public StormBreaker(DateTimeOffset? until) => Until = until;

    public bool IsTripped(DateTimeOffset now) => now < Until;

    /// <summary>Something begins.</summary>
    /// <returns>Whether it began a storm with that.</returns>
    public bool Note(DateTimeOffset now)
    {
        while (_firings.Count > 0 && (now - _firings.Peek() > Window || _firings.Count > Most)) _firings.Dequeue();
        _firings.Enqueue(now);
        if (_firings.Count <= Most) return false;
        bool isNew = !IsTripped(now);
        Until = now + CoolDown; // As long as it goes on.
        return isNew;
    }
}
