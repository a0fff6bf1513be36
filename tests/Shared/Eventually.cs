namespace ProcessArsenal.Tests;

/// <summary>The only way these tests wait: for a condition, with a deadline, and with a message that says what was last seen.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks again and again until <paramref name="ask"/> gives a value; null means "not yet".</summary>
    public static async Task<T> Get<T>(string what, Func<Task<T?>> ask, Func<string>? lastSeen = null, TimeSpan? within = null)
        where T : class
    {
        TimeSpan patience = within ?? Patience;
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            T? answer = await ask();
            if (answer is not null)
                return answer;
            if (TimeProvider.System.GetElapsedTime(start) > patience)
                Assert.Fail($"Not within {patience.TotalSeconds} s: {what}. {lastSeen?.Invoke()}");
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }

    public static Task True(string what, Func<Task<bool>> ask, Func<string>? lastSeen = null, TimeSpan? within = null) =>
        Get(what, async () => await ask() ? what : null, lastSeen, within);

    public static Task True(string what, Func<bool> ask, Func<string>? lastSeen = null, TimeSpan? within = null) =>
        True(what, () => Task.FromResult(ask()), lastSeen, within);

    /// <summary>Does something once per period until the time is over: for measurements that are about a length of time.</summary>
    public static async Task Every(TimeSpan period, TimeSpan duration, Func<Task> act)
    {
        long start = TimeProvider.System.GetTimestamp();
        for (int round = 1; TimeProvider.System.GetElapsedTime(start) < duration; round++)
        {
            await act();
            TimeSpan rest = (period * round) - TimeProvider.System.GetElapsedTime(start);
            if (rest > TimeSpan.Zero)
                await Task.Delay(rest, TestContext.Current.CancellationToken);
        }
    }
}
