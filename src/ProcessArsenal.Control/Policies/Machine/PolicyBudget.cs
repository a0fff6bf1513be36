namespace ProcessArsenal.Control.Policies.Machine;

/// <summary>When a policy acted within the last hour. What is under way was begun then, and moves on to its end when that comes: so that of no hour too little is remembered.</summary>
internal sealed class PolicyBudget(IEnumerable<long> times)
{
    /// <summary>In whole seconds since 1970, rounded up.</summary>
    private readonly List<long> _times = [.. times];

    public IReadOnlyList<long> Times => _times;

    public int Spent(DateTimeOffset now)
    {
        long oldest = now.ToUnixTimeSeconds() - 3600;
        _times.RemoveAll(time => time < oldest);
        return _times.Count;
    }

    public void Spend(DateTimeOffset now) => _times.Add(Seconds(now));

    /// <summary>What was spent then turned out not to have been done.</summary>
    public void GiveBack(DateTimeOffset then) => _times.Remove(Seconds(then));

    /// <summary>What was begun then has ended now.</summary>
    public void Move(DateTimeOffset then, DateTimeOffset now)
    {
        GiveBack(then);
        Spend(now);
    }

    public static long Seconds(DateTimeOffset time) => (time.ToUnixTimeMilliseconds() + 999) / 1000;
}
