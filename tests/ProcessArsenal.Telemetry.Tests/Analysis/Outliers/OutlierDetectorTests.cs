using ProcessArsenal.Telemetry.Analysis.Outliers;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Tests.Expressions;
using ProcessArsenal.Telemetry.Tests.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Tests.Analysis.Outliers;

public sealed class OutlierDetectorTests
{
    private const double MiB = 1 << 20;

    [Fact]
    public void A_member_that_is_far_from_its_equals_is_told_with_figures()
    {
        ProcessRow[] rows = [.. Enumerable.Range(0, 8).Select(i => HistoryBench.Row(i + 1, i == 5 ? 0.9 : 0.1 + i * 0.001, 100 * MiB, 1000))];
        var found = new List<Outlier>();
        foreach (OutlierSignal signal in OutlierSignal.All) OutlierDetector.AmongEquals(rows, [0, 1, 2, 4, 5, 6, 7], signal, found);
        Outlier outlier = Assert.Single(found);
        Assert.Equal((5, "cpu", 7, true), (outlier.Index, outlier.Signal.Name, outlier.Members, outlier.IsAbove));
        Assert.Equal("cpu 0.9 cores is 79.6 MADs above the median of the 7 members of its group, 0.1 cores", outlier.Reason);
    }

    [Fact]
    public void A_new_member_is_no_equal_yet()
    {
        ProcessRow[] rows = [.. Enumerable.Range(0, 7).Select(i => HistoryBench.Row(i + 1, 0.1, i > 5 ? 1 * MiB : 500 * MiB, i > 5 ? 30 : 1000))];
        var found = new List<Outlier>();
        OutlierDetector.AmongEquals(rows, [0, 1, 2, 3, 4, 5, 6], OutlierSignal.Memory, found);
        Assert.Empty(found);
        rows[6].Uptime = TimeSpan.FromMinutes(2);
        OutlierDetector.AmongEquals(rows, [0, 1, 2, 3, 4, 5, 6], OutlierSignal.Memory, found);
        Assert.False(Assert.Single(found).IsAbove);
        found.Clear();
        OutlierDetector.AmongEquals(rows, [0, 1, 2, 6], OutlierSignal.Memory, found); // Too few.
        Assert.Empty(found);
    }

    [Fact]
    public void Every_signal_is_read_from_a_row_and_remembered_by_the_same_name()
    {
        ProcessRow full = Rows.Full(), bare = Rows.Bare();
        Assert.All(OutlierSignal.All, signal => Assert.True(double.IsFinite(signal.Of(full)), signal.Name));
        Assert.All(OutlierSignal.All, signal => Assert.True(signal == OutlierSignal.Threads || double.IsNaN(signal.Of(bare)), signal.Name));
        Assert.All(OutlierSignal.All, signal => Assert.Same(signal.History, Telemetry.Snapshots.Histories.HistorySignal.Find(signal.Name)));
        Assert.Equal(OutlierSignal.All.Count, OutlierSignal.All.Select(signal => signal.Name).Distinct().Count());
    }

    [Fact]
    public void A_process_that_is_not_what_it_was_is_told()
    {
        var bench = new HistoryBench();
        var random = new Random(3);
        ProcessRow row = default;
        for (int i = 0; i < 720; i++) row = bench.Tick(0.2 + random.NextDouble() * 0.02, 300 * MiB);
        Assert.All(OutlierSignal.All, signal => Assert.Null(OutlierDetector.AgainstPast(row, signal)));
        for (int i = 0; i < 11; i++) row = bench.Tick(0.9, 300 * MiB);
        Outlier outlier = OutlierDetector.AgainstPast(row, OutlierSignal.Cpu)!.Value;
        Assert.True(outlier.IsAbove && outlier.Members == 0);
        Assert.Matches(@"^cpu 0\.9 cores is [0-9.]+ MADs above its own median of the last hour, 0\.21 cores$", outlier.Reason);
        for (int i = 0; i < 700; i++) row = bench.Tick(0.9, 300 * MiB); // It is what it is now.
        Assert.Null(OutlierDetector.AgainstPast(row, OutlierSignal.Cpu));
        Assert.Null(OutlierDetector.AgainstPast(default(ProcessRow), OutlierSignal.Cpu));
    }

    [Fact]
    public void Too_short_a_past_is_none()
    {
        var bench = new HistoryBench();
        ProcessRow row = default;
        for (int i = 0; i < 100; i++) row = bench.Tick(i < 90 ? 0.1 : 4, 300 * MiB);
        Assert.Null(OutlierDetector.AgainstPast(row, OutlierSignal.Cpu));
    }

    [Fact]
    public void The_median_and_the_MAD_are_the_middle_ones()
    {
        Assert.Equal(new Robust(3, 1, 5), Robust.Of([1, 2, 3, 4, 100], new double[5]));
        Assert.Equal(new Robust(2.5, 1, 4), Robust.Of([1, 2, 3, 4, double.NaN], new double[5]));
        Assert.Equal(default, Robust.Of([double.NaN], new double[1]));
        Assert.Equal(double.PositiveInfinity, new Robust(3, 0, 5).Deviations(4, 0));
    }
}
