using System.Threading.RateLimiting;

namespace ProcessArsenal.Exporter.Api;

/// <summary>A limiter for each name. Replenished when it is asked: a <see cref="PartitionedRateLimiter{TResource}"/> wakes a thread ten times a second for as long as it lives.</summary>
/// <param name="most">Names that have one of their own, beyond those that stand idle; all others share one.</param>
/// <param name="make">Makes one, which is not to replenish itself.</param>
internal sealed class LimitersByName(int most, Func<RateLimiter> make) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RateLimiter> _byName = new(StringComparer.Ordinal);
    private readonly RateLimiter _others = make();

    /// <summary>How many have one of their own.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _byName.Count;
        }
    }

    public RateLimitLease AttemptAcquire(string name)
    {
        lock (_gate) return Find(name).AttemptAcquire();
    }

    public ValueTask<RateLimitLease> AcquireAsync(string name, CancellationToken cancellation)
    {
        lock (_gate) return Find(name).AcquireAsync(1, cancellation);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (RateLimiter limiter in _byName.Values) limiter.Dispose();
            _others.Dispose();
        }
    }

    private RateLimiter Find(string name)
    {
        if (!_byName.TryGetValue(name, out RateLimiter? limiter))
        {
            if (_byName.Count >= most) ForgetIdle();
            if (_byName.Count >= most) limiter = _others;
            else _byName.Add(name, limiter = make());
        }
        Replenish(limiter);
        return limiter;
    }

    private void ForgetIdle()
    {
        foreach ((string name, RateLimiter limiter) in _byName)
        {
            Replenish(limiter);
            if (limiter.IdleDuration is not null) _byName.Remove(name);
        }
    }

    private static void Replenish(RateLimiter limiter) => (limiter as ReplenishingRateLimiter)?.TryReplenish();
}
