using Polly;
using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Sending;

public sealed class SendingPaceTests
{
    [Fact]
    public async Task Pauses_grow_to_half_a_minute_and_stay_there()
    {
        List<double> pauses = await Pauses(Enumerable.Repeat(new SendOutcome(SendResult.Retry), 3000));
        Assert.InRange(pauses[0], 0.05, 2);
        Assert.All(pauses, pause => Assert.InRange(pause, 0.001, 30));
        Assert.InRange(pauses[2000..].Average(), 10, 30);
        Assert.True(pauses.Take(5).Distinct().Count() > 3); // jitter
    }

    [Theory]
    [InlineData(7, 7)]
    [InlineData(100, 100)]
    [InlineData(1e9, 300)]
    public async Task What_the_receiver_asks_for_is_done_within_reason(double asked, double pause) =>
        Assert.Equal([pause, pause], await Pauses(Enumerable.Repeat(new SendOutcome(SendResult.Retry, RetryAfter: TimeSpan.FromSeconds(asked)), 2)));

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task At_once_is_not_at_once(double asked) =>
        Assert.True((await Pauses(Enumerable.Repeat(new SendOutcome(SendResult.Retry, RetryAfter: TimeSpan.FromSeconds(asked)), 20))).Sum() > 60);

    [Fact]
    public async Task Bad_credentials_are_tried_seldom() =>
        Assert.Equal([30.0, 30.0], await Pauses(Enumerable.Repeat(new SendOutcome(SendResult.Retry) { IsCredentials = true }, 2)));

    /// <summary>Seconds between tries with these outcomes, and a good one at last.</summary>
    private static async Task<List<double>> Pauses(IEnumerable<SendOutcome> outcomes)
    {
        var time = new NoTime();
        ResiliencePipeline<SendOutcome> pace = SendingPace.Create(time);
        var rest = new Queue<SendOutcome>(outcomes);
        SendOutcome last = await pace.ExecuteAsync(_ => ValueTask.FromResult(rest.TryDequeue(out SendOutcome next) ? next : default), TestContext.Current.CancellationToken);
        Assert.Equal(SendResult.Accepted, last.Result);
        return time.Waited;
    }

    /// <summary>Whoever waits is told at once that the time is over.</summary>
    private sealed class NoTime : TimeProvider
    {
        public List<double> Waited { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == Timeout.InfiniteTimeSpan) return base.CreateTimer(callback, state, dueTime, period);
            Waited.Add(dueTime.TotalSeconds);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
