using CsCheck;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Tests.Snapshots.Histories;

public sealed class HistoryTests
{
    [Fact]
    public void Each_tick_is_there_at_its_true_time()
    {
        var bench = new HistoryBench(fine: 60);
        bench.Tick(1);
        bench.Tick(2, seconds: 0.3); // An early one.
        bench.Tick(null, seconds: 4.7);
        bench.Tick(0);
        List<HistoryPoint> points = bench.Read(HistorySignal.Cpu);
        Assert.Equal([1, 2, null, 0], points.Select(p => p.Value is { } value ? Math.Round(value, 2) : (double?)null));
        Assert.All(points, p => Assert.False(p.IsCoarse));
        Assert.Equal([0, 0.3, 5, 10], points.Select(p => Math.Round((p.Time - points[0].Time).TotalSeconds, 3)));
        Assert.Equal(bench.Time.GetUtcNow(), points[^1].Time);
    }

    /// <summary>Whatever comes: values, none, the same again, ticks in which it could not be read, other sizes.</summary>
    [Fact]
    public void It_is_what_a_plain_list_would_hold() => Gen.Select(
        Gen.Int[0, 9], Gen.Double[0, 1e6]).List[1, 150].Sample(steps =>
    {
        var bench = new HistoryBench(fine: 60);
        var model = new List<(DateTimeOffset Time, double? Value)>();
        double last = 1;
        int capacity = 12;
        foreach ((int kind, double value) in steps)
        {
            if (kind == 9)
            {
                capacity = 4 + (int)value % 20;
                bench.History.Configure(TimeSpan.FromSeconds(5 * capacity), TimeSpan.FromHours(6), TimeSpan.FromSeconds(5));
                continue;
            }
            double? cpu = kind switch
            {
                0 => null,
                1 or 2 => value,
                _ => last,
            };
            last = cpu ?? last;
            if (kind == 8)
            {
                bench.BeginTick();
                bench.History.EndTick();
                if (model.Count > 0) model.Add((bench.Time.GetUtcNow(), null));
            }
            else
            {
                bench.Tick(cpu);
                model.Add((bench.Time.GetUtcNow(), cpu));
            }
        }
        if (model.Count == 0) return;
        List<HistoryPoint> points = bench.Read(HistorySignal.Cpu);
        points.RemoveAll(p => p.IsCoarse);
        Assert.All(points, p => Assert.InRange(p.Time, model[0].Time - TimeSpan.FromSeconds(5 * steps.Count), model[^1].Time));
        foreach ((HistoryPoint point, (DateTimeOffset Time, double? Value) expected) in points.AsEnumerable().Reverse().Zip(model.AsEnumerable().Reverse()))
        {
            Assert.Equal(expected.Time, point.Time);
            Assert.Equal(expected.Value is null, point.Value is null);
            if (expected.Value is { } value) Assert.InRange(point.Value!.Value, value * 0.9995 - 1e-6, value * 1.0005 + 1e-6);
        }
    }, iter: 1000);

    [Fact]
    public void Older_ticks_become_means()
    {
        var bench = new HistoryBench(fine: 60, coarse: 1080); // Spans of 10 s.
        for (int i = 0; i < 200; i++) bench.Tick(i % 2 == 0 ? 1 : 3);
        List<HistoryPoint> points = bench.Read(HistorySignal.Cpu);
        List<HistoryPoint> coarse = points.FindAll(p => p.IsCoarse), fine = points.FindAll(p => !p.IsCoarse);
        Assert.InRange(fine.Count, 12, 14);
        Assert.InRange(coarse.Count, 90, 100);
        Assert.All(coarse.Skip(1), p => Assert.Equal(2, p.Value!.Value, 0.001));
        Assert.Equal(points.Select(p => p.Time).Order(), points.Select(p => p.Time));
        Assert.True(coarse[^1].Time + coarse[^1].Span >= fine[0].Time - TimeSpan.FromSeconds(5)); // No hole between the two.
        Assert.Equal(4, bench.Read(HistorySignal.Threads)[0].Value!.Value, 0.01); // Never changed, and known as long.
        Assert.Equal(points.Count, bench.Read(HistorySignal.Threads).Count);
        Assert.Equal(fine.Count, bench.Read(HistorySignal.Cpu, since: fine[0].Time).Count);
    }

    [Fact]
    public void Who_has_ended_is_remembered_for_a_while()
    {
        var bench = new HistoryBench(fine: 60);
        for (int i = 0; i < 5; i++) bench.Tick(2);
        bench.End(42);
        DateTimeOffset end = bench.Time.GetUtcNow();
        for (int i = 0; i < 6; i++) bench.Tick(1, pid: 1);
        Assert.Equal(end, bench.History.EndOf(HistoryBench.Identity(42)));
        List<HistoryPoint> points = bench.Read(HistorySignal.Cpu);
        Assert.Equal(5, points.Count(p => p.Value is not null));
        Assert.All(points.Skip(5), p => Assert.Null(p.Value));
        for (int i = 0; i < 12; i++) bench.Tick(1, pid: 1);
        Assert.False(bench.History.TryRead(HistoryBench.Identity(42), HistorySignal.Cpu, default, points));
        Assert.Equal(1, bench.History.Count);
    }

    [Fact]
    public void Who_has_ended_is_remembered_up_to_a_number_and_who_was_hardly_there_is_not()
    {
        var bench = new HistoryBench();
        for (int i = 0; i < 3; i++)
        {
            bench.BeginTick();
            for (int pid = 1; pid <= 300; pid++) bench.Add(pid, i);
            if (i == 2) bench.Add(1000, i);
            bench.History.EndTick();
        }
        for (int pid = 1; pid <= 300; pid++) bench.End(pid);
        bench.End(1000);
        bench.BeginTick();
        bench.History.EndTick();
        Assert.Equal(History.MostEnded, bench.History.Count);
        Assert.False(bench.History.TryRead(HistoryBench.Identity(1000), HistorySignal.Cpu, default, []));
    }

    [Fact]
    public void A_tick_allocates_nothing_for_whom_it_knows()
    {
        var bench = new HistoryBench(fine: 60, coarse: 1080);
        for (int i = 0; i < 40; i++) bench.Tick(i, 4096 * i);
        ProcessRow row = HistoryBench.Row(42, 1, 4096, 1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) bench.Tick(i, 4096 * i);
        long with = GC.GetAllocatedBytesForCurrentThread() - before;
        before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            bench.Time.Advance(TimeSpan.FromSeconds(5));
            row = HistoryBench.Row(42, i, 4096 * i, 1000);
        }
        Assert.Equal(GC.GetAllocatedBytesForCurrentThread() - before, with); // The rows of the test itself.
    }

    [Fact]
    public async Task Readers_see_each_value_at_its_own_time_however_fast_it_is_overwritten()
    {
        // 12 ticks are kept: the tick goes around a thousand times while they read. The value says when it was.
        var bench = new HistoryBench(fine: 50, coarse: 1080);
        DateTimeOffset began = bench.Time.GetUtcNow();
        bench.Tick(1, 4096);
        bench.Tick(2, 2 * 4096);
        bool isOver = false;
        long[] counts = new long[3];
        Task[] readers = [.. Enumerable.Range(0, counts.Length).Select(reader => Task.Factory.StartNew(() =>
        {
            var points = new List<HistoryPoint>();
            while (!Volatile.Read(ref isOver))
            {
                if (!bench.History.TryRead(HistoryBench.Identity(42), HistorySignal.Cpu, default, points)) continue; // Overtaken too often.
                foreach (HistoryPoint point in points)
                {
                    if (point.IsCoarse || point.Value is not { } value) continue;
                    double tick = (point.Time - began).TotalSeconds / 5;
                    Assert.InRange(value, tick * 0.9995, tick * 1.0005);
                    Interlocked.Increment(ref counts[reader]);
                }
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        long start = TimeProvider.System.GetTimestamp();
        for (int i = 3; (i < 20_000 || counts.Any(static count => count < 10_000)) && !readers.Any(reader => reader.IsFaulted); i++)
        {
            bench.Tick(i, 4096);
            if (i % 2000 == 0) bench.History.Configure(TimeSpan.FromSeconds(50 + i / 2000 % 9 * 5), TimeSpan.FromSeconds(1080), TimeSpan.FromSeconds(5));
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromMinutes(1));
        }
        Volatile.Write(ref isOver, true);
        await Task.WhenAll(readers);
    }
}
