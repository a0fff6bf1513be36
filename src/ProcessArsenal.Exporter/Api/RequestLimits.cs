using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using ProcessArsenal.Control.Authorization;

namespace ProcessArsenal.Exporter.Api;

/// <summary>How much may be asked for.</summary>
internal sealed class RequestLimits : IDisposable
{
    /// <summary>Requests a second of each token, and how many of them at once after a pause.</summary>
    public const int PerSecond = 100, Burst = 500;

    /// <summary>Expensive requests of each token at a time, and how many more may wait for their turn.</summary>
    public const int Expensive = 4, WaitingExpensive = 16;

    /// <summary>Streams of each token, and of all of them.</summary>
    public const int Streams = 8, AllStreams = 64;

    /// <summary>Wrong tokens of each source in <see cref="WrongWindow"/> before it is told to come back later.</summary>
    public const int Wrong = 10;

    public static readonly TimeSpan WrongWindow = TimeSpan.FromMinutes(1);

    /// <summary>Tokens, or sources of wrong ones, that are told apart.</summary>
    private const int Most = 1024;

    private readonly LimitersByName _requests = new(Most, static () => new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
    {
        TokenLimit = Burst,
        TokensPerPeriod = PerSecond / 10,
        ReplenishmentPeriod = TimeSpan.FromMilliseconds(100),
        QueueLimit = 0,
        AutoReplenishment = false,
    }));

    private readonly LimitersByName _expensive = Concurrent(Expensive, WaitingExpensive);

    private readonly LimitersByName _streams = Concurrent(Streams, 0);

    private readonly ConcurrencyLimiter _allStreams = new(new ConcurrencyLimiterOptions { PermitLimit = AllStreams, QueueLimit = 0 });

    private readonly LimitersByName _wrong = new(Most, static () => new FixedWindowRateLimiter(new FixedWindowRateLimiterOptions
    {
        PermitLimit = Wrong,
        Window = WrongWindow,
        QueueLimit = 0,
        AutoReplenishment = false,
    }));

    /// <summary>Counts a wrong token.</summary>
    /// <returns>Seconds to stay away; null if it may try again.</returns>
    public int? WrongToken(IPAddress source)
    {
        using RateLimitLease lease = _wrong.AttemptAcquire(Source(source));
        return lease.IsAcquired ? null : RetryAfter(lease);
    }

    /// <summary>Counts a request, and takes what it needs until it is over.</summary>
    /// <param name="isStream">It goes on for as long as the other end stays.</param>
    /// <exception cref="ProblemException">It is too much.</exception>
    public async ValueTask<IDisposable> EnterAsync(AccessToken token, bool isStream, bool isExpensive, CancellationToken cancellation)
    {
        using (RateLimitLease lease = _requests.AttemptAcquire(token.Name))
            if (!lease.IsAcquired) throw new ProblemException(Problem.TooManyRequests($"The token '{token.Name}' may ask {PerSecond} times a second.", RetryAfter(lease)));
        if (isStream)
        {
            RateLimitLease own = _streams.AttemptAcquire(token.Name);
            RateLimitLease all = _allStreams.AttemptAcquire();
            var both = new Both(own, all);
            if (own.IsAcquired && all.IsAcquired) return both;
            both.Dispose();
            throw new ProblemException(Problem.TooManyRequests($"There may be {Streams} streams of one token and {AllStreams} in all at a time: end one.", 10));
        }
        if (!isExpensive) return Both.Nothing;
        RateLimitLease turn = await _expensive.AcquireAsync(token.Name, cancellation);
        if (turn.IsAcquired) return turn;
        turn.Dispose();
        throw new ProblemException(Problem.TooManyRequests($"{Expensive} requests like this one are being answered for the token '{token.Name}', and {WaitingExpensive} wait.", 1));
    }

    public void Dispose()
    {
        _requests.Dispose();
        _expensive.Dispose();
        _streams.Dispose();
        _allStreams.Dispose();
        _wrong.Dispose();
    }

    private static LimitersByName Concurrent(int permits, int waiting) => new(Most, () =>
        new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = permits, QueueLimit = waiting, QueueProcessingOrder = QueueProcessingOrder.OldestFirst }));

    private static int RetryAfter(RateLimitLease lease) =>
        lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan after) ? Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)) : 1;

    /// <summary>Who has one address of IPv6 has a whole network of them.</summary>
    private static string Source(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address.ToString();
        return Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8));
    }

    private sealed class Both(params RateLimitLease[] leases) : IDisposable
    {
        public static readonly Both Nothing = new();

        public void Dispose()
        {
            foreach (RateLimitLease lease in leases) lease.Dispose();
        }
    }
}
