using ProcessArsenal.Telemetry.Analysis.Findings;
using ProcessArsenal.Telemetry.Analysis.Reports;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Tests.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Analysis;

/// <summary>What is found, and what is not, over processes and events that are made up.</summary>
public sealed class FindingsTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 4, 0, 0, TimeSpan.Zero);

    private readonly SamplerBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_service_that_fails_again_and_again_is_in_a_crash_loop()
    {
        Finding found = Assert.Single(Find(Lives("shop.service", 6, every: 20, life: 3, ExitOutcome.Failure, 139)));
        Assert.Equal(("crash_loop", "shop.service", FindingSeverity.Critical), (found.Kind, found.Group, found.Severity));
        Assert.Contains("svc of shop.service ended badly 6 times in 100 s (6 times exit code 139), each time after some 3 s, and was started again by 7, which is gone; the last time 0 s ago", found.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9, 20, 3, ExitOutcome.Failure, 1)] // Who started them is gone, and may have been a script that waits for something.
    [InlineData(6, 20, 3, ExitOutcome.Success, 0)]
    [InlineData(3, 20, 3, ExitOutcome.Failure, 1)] // Too few.
    [InlineData(200, 1, 0.003, ExitOutcome.Failure, 1)] // Commands of a script.
    [InlineData(6, 20, 3, ExitOutcome.Signal, 15)] // Somebody ends them.
    [InlineData(4, 130, 125, ExitOutcome.Failure, 1)] // They did their work before.
    [InlineData(50, 0, 3, ExitOutcome.Failure, 1)] // A crowd that fails at once.
    public void What_is_no_crash_loop(int count, double every, double life, ExitOutcome outcome, int code) => Assert.Empty(Find(Lives("g", count, every, life, outcome, code)));

    [Theory]
    [InlineData(ExitOutcome.Signal, 11)]
    [InlineData(ExitOutcome.OomKill, 9)]
    [InlineData(ExitOutcome.Failure, 134)]
    public void What_crashes_at_once_is_in_one_too(ExitOutcome outcome, int code) =>
        Assert.Equal("crash_loop", Assert.Single(Find(Lives("g", 30, every: 1, life: 0.01, outcome, code))).Kind);

    [Fact]
    public void Most_ends_must_be_bad()
    {
        LifecycleEvent[] bad = Lives("g", 5, every: 20, life: 3, ExitOutcome.Failure, 1), good = Lives("g", 2, every: 20, life: 3, ExitOutcome.Success, 0);
        Assert.Single(Find(Init(bad)));
        Assert.Empty(Find([.. Init(bad), .. Init(good)]));
        // Of the same program: others of the group may do what they like.
        Assert.Single(Find([.. Init(bad), .. Init(good).Select(happened => happened with { Name = "other" })]));
    }

    /// <summary>What is no shell starts again what fails at once too.</summary>
    [Fact]
    public void What_fails_at_once_is_in_a_loop_if_no_script_starts_it()
    {
        LifecycleEvent[] fast = Lives("g", 6, every: 2, life: 0.003, ExitOutcome.Failure, 1);
        Assert.Empty(Find(fast));
        Assert.Contains("6 times exit code 1), each time after some 0 s", Assert.Single(Find(Init(fast))).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loop_that_is_over_is_none()
    {
        LifecycleEvent[] lives = Lives("shop.service", 6, every: 5, life: 3, ExitOutcome.Failure, 139);
        Assert.Single(Find(lives));
        Assert.Empty(Find([.. lives.Select(happened => happened with { Time = happened.Time - TimeSpan.FromMinutes(1) })]));
    }

    [Fact]
    public void A_storm_that_is_over_is_none()
    {
        LifecycleEvent[] lives = Lives("g", 3000, every: 0.02, life: 0.001, ExitOutcome.Success, 0);
        Assert.Empty(Find([.. lives.Select(happened => happened with { Time = happened.Time - TimeSpan.FromSeconds(12) })]));
    }

    private static LifecycleEvent[] Init(LifecycleEvent[] lives) => [.. lives.Select(static happened => happened with { ParentPid = 1 })];

    [Fact]
    public void A_storm_is_told_with_its_rate()
    {
        Finding found = Assert.Single(Find(Lives("g", 3000, every: 0.02, life: 0.001, ExitOutcome.Success, 0)));
        Assert.Equal(("fork_storm", "g"), (found.Kind, found.Group));
        Assert.StartsWith("50 processes of g were started a second, for 60 s", found.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2000, 0.005)] // A build of ten seconds.
    [InlineData(1100, 0.06)] // 17 a second.
    public void What_is_no_storm(int count, double every) => Assert.Empty(Find(Lives("g", count, every, life: 0.001, ExitOutcome.Success, 0)));

    [Fact]
    public void Zombies_are_their_parents_after_a_minute()
    {
        _bench.Proc.Process(5, p => p.Name = "careless").Process(10, p => (p.ParentPid, p.State, p.HasMemory) = (5, 'S', true));
        for (int i = 0; i < 15; i++) _bench.Tick();
        _bench.Proc.Process(10, p => (p.State, p.HasMemory) = ('Z', false));
        for (int i = 0; i < 12; i++)
        {
            _bench.Tick();
            Assert.Empty(Report().Findings);
        }
        for (int i = 0; i < 2; i++) _bench.Tick();
        Finding found = Assert.Single(Report().Findings);
        Assert.Equal(("zombies", 5, FindingSeverity.Info), (found.Kind, found.Process!.Pid, found.Severity));
        Assert.Contains("careless (5) does not wait for them", found.What, StringComparison.Ordinal);
    }

    [Fact]
    public void What_leaks_is_told_once_it_is_sure_enough()
    {
        _bench.Proc.Process(10, p => p.Name = "leaky").Process(11, p => (p.Name, p.ResidentPages) = ("steady", 50_000));
        var random = new Random(3);
        for (int tick = 0; tick < 720; tick++)
        {
            // 200 MB, and 5 MB more each minute.
            int tickNow = tick;
            _bench.Proc.Process(10, p => p.ResidentPages = 50_000 + tickNow * 102 + random.Next(-50, 50)).Process(11, p => p.ResidentPages = 50_000 + random.Next(-50, 50));
            _bench.LetPass(5);
            _bench.Sampler.Tick();
        }
        Finding found = Assert.Single(Report().Findings);
        Assert.Equal(("memory_leak", 10, FindingSeverity.Warning), (found.Kind, found.Process!.Pid, found.Severity));
    }

    [Fact]
    public void What_opens_more_than_it_closes_is_told_with_when_it_ends()
    {
        _bench.Proc.Process(10, p => p.Name = "leaky").Process(11, p => p.Name = "steady");
        for (int tick = 0; tick < 360; tick++)
        {
            int now = tick; // One each 15 s.
            _bench.Proc.Update(10, p => p.Descriptors = [.. Enumerable.Repeat("/dev/null", 20 + now / 3)]);
            _bench.Proc.Update(11, p => p.Descriptors = [.. Enumerable.Repeat("/dev/null", 30 + now % 5)]);
            _bench.LetPass(5);
            _bench.Sampler.Tick();
        }
        Finding found = Assert.Single(Report().Findings);
        Assert.Equal(("descriptor_leak", 10), (found.Kind, found.Process!.Pid));
        Assert.Matches("^it opens more than it closes: its descriptors rose from [0-9]+ to 1[34][0-9] in [0-9]+ minutes, [34](\\.[0-9])? a minute; at that pace it reaches the 1024 that it may have in 3.[0-9] hours$", found.What);
    }

    [Fact]
    public void One_of_equals_that_works_for_a_minute_is_out()
    {
        for (int pid = 10; pid < 16; pid++) _bench.Proc.Process(pid, p => p.Name = "equal");
        for (int tick = 0; tick < 15; tick++)
        {
            _bench.Proc.Process(12, p => p.UserTicks += 200); // 0.4 cores.
            _bench.Tick();
            if (tick < 12) Assert.Empty(Report().Findings);
        }
        Finding found = Assert.Single(Report().Findings);
        Assert.Equal(("outlier_cpu", 12, FindingSeverity.Info), (found.Kind, found.Process!.Pid, found.Severity));
        Assert.Equal("cpu 0.4 cores is 40 MADs above the median of the 6 members of its group, 0 cores, for a minute", found.What);
        _bench.Tick(); // It rests, for one sample.
        Assert.Empty(Report().Findings);
    }

    [Fact]
    public void Who_waits_for_room_in_a_pipe_is_told_with_who_does_not_read()
    {
        _bench.Proc.Process(10, p => p.Name = "writes").Process(11, p => p.Name = "deaf");
        _bench.Tick();
        using SnapshotLease lease = _bench.Store.Acquire();
        Evidence evidence = new(lease.Snapshot!, [], lease.Snapshot!.Time);
        var reader = new ProcessArsenal.Telemetry.Inspection.Relative("11-1-1", 11, "deaf");
        Finding found = Assert.Single(Detectors.Find(evidence with { StuckWriters = [new StuckWriter(lease.Snapshot.IndexOf(10), [reader])] }));
        Assert.Equal(("stuck_pipe", 11, "worker"), (found.Kind, found.Process!.Pid, found.Group));
        Assert.Equal("writes (10) has waited for room in a pipe for a minute, and does nothing else: deaf (11) has the other end, and does not read", found.What);
        found = Assert.Single(Detectors.Find(evidence with { StuckWriters = [new StuckWriter(lease.Snapshot.IndexOf(10), [])] }));
        Assert.Equal((10, "worker"), (found.Process!.Pid, found.Group));
        Assert.EndsWith("who has the other end is not known", found.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stopped_one_is_told_at_once_and_since_a_minute()
    {
        _bench.Proc.Process(10, p => p.State = 'T');
        _bench.Tick();
        Assert.DoesNotContain("minute", Assert.Single(Report().Findings).What, StringComparison.Ordinal);
        for (int i = 0; i < 14; i++) _bench.Tick();
        Assert.Contains("for more than a minute", Assert.Single(Report().Findings).What, StringComparison.Ordinal);
    }

    /// <summary>A day of a host on which nothing happens but the usual: half a minute of each hour a build, each ten minutes a job that fails.</summary>
    [Fact]
    public void On_a_quiet_host_nothing_is_found_for_a_day()
    {
        for (int pid = 1; pid <= 8; pid++) _bench.Proc.Process(pid, p => (p.Name, p.ParentPid) = ($"daemon{pid}", pid == 1 ? 0 : 1));
        var random = new Random(7);
        var events = new List<LifecycleEvent>();
        for (int tick = 0; tick < 24 * 3600 / 120; tick++)
        {
            _bench.Proc.Process(random.Next(2, 9), p => p.ResidentPages = random.Next(900, 1100));
            _bench.Tick(120);
            DateTimeOffset now = _bench.Time.GetUtcNow();
            if (tick % 5 == 0) events.AddRange(Lives("job", 1, every: 0, life: 2, ExitOutcome.Failure, 1, now));
            if (tick % 30 == 0) events.AddRange(Lives("cc1", 600, every: 0.05, life: 0.5, ExitOutcome.Success, 0, now));
            events.RemoveAll(happened => happened.Time < now - Evidence.Window);
            using SnapshotLease lease = _bench.Store.Acquire();
            Assert.Empty(Detectors.Find(new Evidence(lease.Snapshot!, events, now - Evidence.Window)));
        }
    }

    [Fact]
    public void A_report_adds_up()
    {
        _bench.Proc.Process(1, p => (p.ParentPid, p.Name, p.Executable, p.ResidentPages) = (0, "systemd", "/lib/systemd/systemd", 1000)).Process(2, p => (p.Name, p.ParentPid, p.Executable, p.ResidentPages) = ("postgres", 1, "/usr/lib/postgresql/15/bin/postgres", 5000))
            .Process(3, p => (p.Name, p.ParentPid, p.Executable, p.ResidentPages) = ("thing", 2, "/opt/thing", 4000));
        _bench.Tick();
        AnalysisReport report = Report();
        Assert.Equal(3, report.Summary.Processes);
        Assert.Equal(10_000 * 4096.0, report.Summary.Memory);
        Assert.Equal(["database", "native", "supervisor"], report.Categories.Select(use => use.Category));
        Assert.Equal("its executable is postgres", report.Categories[0].Examples[0].Reason);
        Assert.Equal([(2, 0.5), (3, 0.4), (1, 0.1)], report.Memory.Largest.Select(holder => (holder.Process.Pid, holder.Share)));
        Assert.Equal(4000 * 4096.0, report.Memory.Percentiles["p50"]);
        Assert.Equal(5000 * 4096.0, report.Memory.Percentiles["p100"]);
        Assert.Equal([(1, 1), (2, 1)], report.Relationships.Families.Select(family => (family.Parent.Pid, family.Children)));
        Assert.Equal(0, report.Lifecycle!.StartsPerMinute);
    }

    private AnalysisReport Report()
    {
        using SnapshotLease lease = _bench.Store.Acquire();
        return Analyst.Report(new Evidence(lease.Snapshot!, [], lease.Snapshot!.Time), remembers: true);
    }

    /// <summary>On a host without processes.</summary>
    private static List<Finding> Find(LifecycleEvent[] events) => Detectors.Find(new Evidence(new Snapshot { Time = Now }, [.. events.OrderBy(happened => happened.Time)], Now - Evidence.Window));

    /// <summary>One after the other, the last of which has just ended.</summary>
    private static LifecycleEvent[] Lives(string group, int count, double every, double life, ExitOutcome outcome, int code, DateTimeOffset? now = null) =>
    [
        .. Enumerable.Range(0, count).SelectMany(i =>
        {
            DateTimeOffset end = (now ?? Now) - TimeSpan.FromSeconds(every * (count - 1 - i));
            return (LifecycleEvent[])
            [
                new LifecycleEvent(0, end - TimeSpan.FromSeconds(life), false, 100 + i, null, 7, "svc", group, ExitOutcome.Unknown, null, null, null),
                new LifecycleEvent(0, end, true, 100 + i, null, 7, "svc", group, outcome, code, TimeSpan.FromSeconds(life), null),
            ];
        }),
    ];
}
