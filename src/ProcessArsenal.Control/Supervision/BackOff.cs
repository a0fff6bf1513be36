namespace ProcessArsenal.Control.Supervision;

/// <summary>How long is waited before a child that failed is started again. At once the first time, since most failures are single ones; then ever longer,
/// so that one that can't start does not burn the machine as far as its supervisor lets it.</summary>
internal static class BackOff
{
    public static readonly TimeSpan Second = TimeSpan.FromMilliseconds(100), Longest = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LeastHealthy = TimeSpan.FromSeconds(10);

    /// <summary>0, 100 ms, 200 ms ... 30 s.</summary>
    /// <param name="failures">In a row, with this one: 1 or more.</param>
    public static TimeSpan Delay(int failures)
    {
        if (failures <= 1) return TimeSpan.Zero;
        TimeSpan delay = Second * Math.Pow(2, Math.Min(failures - 2, 20));
        return delay < Longest ? delay : Longest;
    }

    /// <summary>After so long a life the failures before it are forgotten: when its supervisor's window has forgotten them too, and 10 s at least.</summary>
    public static TimeSpan HealthyAfter(int maxSeconds) => TimeSpan.FromSeconds(maxSeconds) > LeastHealthy ? TimeSpan.FromSeconds(maxSeconds) : LeastHealthy;
}
