using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Tests.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Tests.Expressions;

public sealed class GrowthTests
{
    private const double MiB = 1 << 20;

    /// <summary>What memory is at second t of ten minutes, and whether somebody should look at it.</summary>
    private static readonly Dictionary<string, (Func<double, Random, double> Memory, Truth Expected)> Cases = new()
    {
        ["constant"] = ((_, _) => 500, Truth.False),
        ["leak"] = ((t, _) => 500 + t * 0.1, Truth.True),
        ["slow leak of 2 % in noise of 0.1 %"] = ((t, random) => 500 + t / 60 + random.NextDouble() * 0.5, Truth.True),
        ["too slow to be told"] = ((t, _) => 500 + t / 200, Truth.False),
        ["leak under a sawtooth of a collector"] = ((t, _) => 500 + t * 0.2 + t % 40 * 3, Truth.True),
        ["faster and faster"] = ((t, _) => 100 + Math.Exp(t / 100), Truth.True),
        ["sawtooth"] = ((t, _) => 500 + t % 35 * 5, Truth.False),
        ["slow sawtooth"] = ((t, _) => 500 + t % 170 * 2, Truth.False),
        ["very slow sawtooth"] = ((t, _) => 500 + (t + 100) % 400, Truth.False),
        ["a step"] = ((t, _) => t < 300 ? 500 : 800, Truth.False),
        ["a late step"] = ((t, _) => t < 590 ? 500 : 800, Truth.False),
        ["two steps"] = ((t, _) => t < 200 ? 500 : t < 400 ? 600 : 700, Truth.False),
        ["warm-up"] = ((t, _) => 500 - 400 * Math.Exp(-t / 100), Truth.False),
        ["slow warm-up"] = ((t, _) => 500 - 400 * Math.Exp(-t / 180), Truth.False),
        ["noise"] = ((_, random) => 500 + random.NextDouble() * 100, Truth.False),
        ["falls"] = ((t, _) => 500 - t * 0.1, Truth.False),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_tells_what_grows_from_what_only_moves(string name)
    {
        (Func<double, Random, double> memory, Truth expected) = Cases[name];
        for (int seed = 0; seed < 20; seed++)
        {
            var bench = new HistoryBench();
            var random = new Random(seed);
            ProcessRow row = default;
            for (int t = 0; t <= 605; t += 5) row = bench.Tick(0, memory(t, random) * MiB);
            Assert.Equal(expected, Rows.Evaluate("memory growing", row));
        }
    }

    [Fact]
    public void How_fast_is_told_by_the_middle_of_the_slopes()
    {
        var bench = new HistoryBench();
        ProcessRow row = default;
        for (int t = 0; t <= 605; t += 5)
        {
            row = bench.Tick(0, (500 + t * 0.5 + (t is > 200 and < 230 ? 300 : 0)) * MiB);
            Assert.Equal(t < 250 ? Truth.Unknown : Truth.True, t is >= 250 and < 300 ? Truth.True : Rows.Evaluate("memory_growth > 100KiB", row));
        }
        Assert.Equal(Truth.True, Rows.Evaluate("memory_growth > 0.48MiB and memory_growth < 0.52MiB", row));
    }

    [Fact]
    public void Less_than_half_of_the_time_is_unknown_and_a_hole_ends_what_is_known()
    {
        var bench = new HistoryBench();
        ProcessRow row = default;
        for (int t = 0; t <= 240; t += 5) row = bench.Tick(0, (500 + t) * MiB);
        Assert.Equal(Truth.Unknown, Rows.Evaluate("memory growing", row));
        for (int t = 245; t <= 400; t += 5) row = bench.Tick(0, (500 + t) * MiB);
        Assert.Equal(Truth.True, Rows.Evaluate("memory growing", row));
        row = bench.Tick(0, 1000 * MiB, seconds: 200);
        Assert.Equal(Truth.Unknown, Rows.Evaluate("memory growing or has(memory_growth)", row));
    }

    [Fact]
    public void The_middle_slope_is_not_changed_by_some_that_are_out_of_line()
    {
        Assert.Equal(2, Growth.Slope([0, 2, 4, 6, 80, 10, 12, 14]));
        Assert.Equal(0, Growth.Slope([5, 5, 5, 5, 5, 5]));
    }
}
