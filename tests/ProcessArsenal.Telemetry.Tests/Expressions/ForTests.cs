using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Tests.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Tests.Expressions;

public sealed class ForTests
{
    private const Truth F = Truth.False, U = Truth.Unknown, T = Truth.True;

    /// <summary>Every series of five samples of which each is false, unknown or true: three of them are within 10 s.</summary>
    [Fact]
    public void It_is_the_least_of_what_it_was_at_each_sample_of_the_time()
    {
        Expression expression = Rows.Parse("cpu > 1 for 10s");
        for (int series = 0; series < 243; series++)
        {
            Truth[] truths = [.. Enumerable.Range(0, 5).Select(i => (Truth)(series / (int)Math.Pow(3, i) % 3))];
            var bench = new HistoryBench();
            ProcessRow row = default;
            foreach (Truth truth in truths) row = bench.Tick(truth == U ? null : truth == T ? 2 : 0.5);
            Assert.Equal(truths[2..].Min(), expression.Evaluate(row));
        }
    }

    [Fact]
    public void It_is_the_same_in_the_tick_and_long_after_it()
    {
        var bench = new HistoryBench();
        Expression expression = Rows.Parse("cpu > 1 for 10s");
        ProcessRow row = default;
        for (int i = 0; i < 4; i++)
        {
            bench.BeginTick();
            row = bench.Add(42, 2);
            Assert.Equal(i < 2 ? U : T, expression.Evaluate(row)); // In the tick, as watch does.
            bench.History.EndTick();
        }
        for (int i = 0; i < 5; i++) bench.Tick(0.5);
        Assert.Equal(T, expression.Evaluate(row)); // By a request that holds the snapshot still.
        for (int i = 0; i < 200; i++) bench.Tick(0.5);
        Assert.Equal(U, expression.Evaluate(row)); // What it looked at was overwritten.
    }

    [Fact]
    public void Who_is_younger_is_false_and_who_is_not_covered_is_unknown()
    {
        var bench = new HistoryBench();
        for (int i = 0; i < 20; i++)
        {
            ProcessRow row = bench.Tick(2, uptime: 5 * i);
            Assert.Equal(i < 6 ? F : T, Rows.Evaluate("cpu > 1 for 30s", row));
            row.Uptime = TimeSpan.FromHours(1); // It was there before we were.
            Assert.Equal(i < 6 ? U : T, Rows.Evaluate("cpu > 1 for 30s", row));
            row.Uptime = null;
            Assert.Equal(i < 6 ? U : T, Rows.Evaluate("cpu > 1 for 30s", row));
        }
    }

    [Fact]
    public void Without_a_history_it_is_false_or_unknown_and_never_true()
    {
        ProcessRow row = Rows.Full();
        Assert.Equal(U, Rows.Evaluate("cpu > 0.1 for 5m", row));
        Assert.Equal(F, Rows.Evaluate("cpu > 64 for 5m", row));
        Assert.Equal(F, Rows.Evaluate("cpu > 0.1 for 3h", row)); // Up for two.
        Assert.Equal(U, Rows.Evaluate("memory growing", row));
    }

    [Fact]
    public void A_time_without_ticks_is_not_covered()
    {
        var bench = new HistoryBench();
        for (int i = 0; i < 10; i++) bench.Tick(2);
        Assert.Equal(U, Rows.Evaluate("cpu > 1 for 40s", bench.Tick(2, seconds: 30)));
        for (int i = 0; i < 3; i++) bench.Tick(2);
        Assert.Equal(T, Rows.Evaluate("cpu > 1 for 10s", bench.Tick(2)));
        Assert.Equal(U, Rows.Evaluate("cpu > 1 for 30s", bench.Tick(2)));
        Assert.Equal(F, Rows.Evaluate("cpu > 3 for 30s", bench.Tick(2)));
    }

    [Fact]
    public void Beyond_single_ticks_means_count()
    {
        var bench = new HistoryBench(fine: 60, coarse: 1080);
        ProcessRow row = default;
        for (int i = 0; i < 200; i++) row = bench.Tick(i == 50 ? 0.5 : 2);
        Assert.Equal(T, Rows.Evaluate("cpu > 1 for 50s", row));
        Assert.Equal(T, Rows.Evaluate("cpu > 1 for 10m", row));
        Assert.Equal(T, Rows.Evaluate("cpu > 1 for 15m", row)); // The mean of its span was 1.25.
        Assert.Equal(F, Rows.Evaluate("cpu > 1.5 for 15m", row));
        Assert.Equal(T, Rows.Evaluate("cpu > 1.5 for 10m", row));
        Assert.Equal(U, Rows.Evaluate("cpu > 1 for 1h", row));
    }

    [Fact]
    public void What_hardly_changes_counts_as_it_is_and_time_is_turned_back()
    {
        var bench = new HistoryBench();
        ProcessRow row = default;
        for (int i = 0; i < 20; i++) row = bench.Tick(2, uptime: 1000 + 5 * i);
        Assert.Equal(T, Rows.Evaluate("group = 'g' and name = 'x' and has(cpu) and not has(fds) and cpu > 1 for 1m", row));
        Assert.Equal(F, Rows.Evaluate("uptime > 1050 for 1m", row));
        Assert.Equal(T, Rows.Evaluate("uptime > 1030 for 1m", row));
        Assert.Equal(T, Rows.Evaluate("cpu > 1 or memory > 1TiB for 90s", row));
    }
}
