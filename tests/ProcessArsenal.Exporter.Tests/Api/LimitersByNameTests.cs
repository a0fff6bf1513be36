using System.Threading.RateLimiting;
using ProcessArsenal.Exporter.Api;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.Api;

public sealed class LimitersByNameTests
{
    [Fact]
    public async Task Each_name_has_what_it_may_and_has_it_again_when_time_has_passed()
    {
        using var limiters = new LimitersByName(10, static () => Bucket(TimeSpan.FromSeconds(2)));
        Assert.Equal((true, true, false), (Take(limiters, "a"), Take(limiters, "a"), Take(limiters, "a")));
        Assert.True(Take(limiters, "b"));
        await Eventually.True("a may again", () => Take(limiters, "a"));
    }

    [Fact]
    public void Sources_without_number_take_no_memory_without_bound_and_free_nobody()
    {
        using var limiters = new LimitersByName(10, static () => Bucket(TimeSpan.FromHours(1)));
        for (int i = 0; i < 10; i++) Assert.True(Take(limiters, $"{i}"));
        int more = 0;
        for (int i = 10; i < 1000; i++)
            if (Take(limiters, $"{i}")) more++;
        Assert.Equal((10, 2), (limiters.Count, more)); // They share what one may have.
        Assert.Equal((true, false), (Take(limiters, "3"), Take(limiters, "3"))); // Whoever was there first is known still.
    }

    [Fact]
    public void Who_stands_idle_makes_room()
    {
        using var limiters = new LimitersByName(10, static () => new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = 1, QueueLimit = 0 }));
        using RateLimitLease held = limiters.AttemptAcquire("held");
        for (int i = 0; i < 100; i++) Assert.True(Take(limiters, $"{i}"));
        Assert.False(Take(limiters, "held"));
        Assert.InRange(limiters.Count, 1, 10);
    }

    [Fact]
    public async Task Who_may_wait_is_let_in_when_another_has_left()
    {
        using var limiters = new LimitersByName(10, static () => new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = 1, QueueLimit = 1 }));
        RateLimitLease first = await limiters.AcquireAsync("a", TestContext.Current.CancellationToken);
        Task<RateLimitLease> second = limiters.AcquireAsync("a", TestContext.Current.CancellationToken).AsTask();
        using RateLimitLease third = await limiters.AcquireAsync("a", TestContext.Current.CancellationToken);
        Assert.Equal((true, false, false), (first.IsAcquired, second.IsCompleted, third.IsAcquired));
        first.Dispose();
        using RateLimitLease now = await second.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.True(now.IsAcquired);
    }

    private static TokenBucketRateLimiter Bucket(TimeSpan period) =>
        new(new TokenBucketRateLimiterOptions { TokenLimit = 2, TokensPerPeriod = 1, ReplenishmentPeriod = period, QueueLimit = 0, AutoReplenishment = false });

    private static bool Take(LimitersByName limiters, string name)
    {
        using RateLimitLease lease = limiters.AttemptAcquire(name);
        return lease.IsAcquired;
    }
}
