using System.Globalization;
using BenchmarkDotNet.Attributes;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Analysis.Findings;
using ProcessArsenal.Telemetry.Analysis.Health;
using ProcessArsenal.Telemetry.Analysis.Reports;
using ProcessArsenal.Telemetry.Analysis.Standings;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Benchmarks;

/// <summary>The analysis of 2,000 processes in 200 groups, each with six hours of a history that moves at every tick, and 8,192 starts and exits.
/// One thread does it, so its time is its CPU; the bound is 20 ms.</summary>
[MemoryDiagnoser]
public class AnalysisBenchmarks
{
    private const int Processes = 2000, Groups = 200, Seconds = 5, Ticks = 6 * 3600 / Seconds;

    private readonly StandingBoard _standings = new();
    private Evidence _evidence = null!;

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        var history = new History(TimeProvider.System, TimeSpan.FromMinutes(10), TimeSpan.FromHours(6), TimeSpan.FromSeconds(Seconds));
        var rows = new ProcessRow[Processes];
        for (int i = 0; i < Processes; i++) rows[i] = Row(i + 1, random);
        var known = new ProcessHistory?[Processes];
        DateTimeOffset began = DateTimeOffset.UnixEpoch.AddSeconds(1_767_500_000);
        for (int tick = 1; tick <= Ticks; tick++)
        {
            history.BeginTick(tick, tick * Seconds * TimeProvider.System.TimestampFrequency, began.AddSeconds(tick * Seconds));
            for (int i = 0; i < Processes; i++)
            {
                Move(ref rows[i], i, tick, random);
                known[i] = history.Add(known[i], rows[i]);
            }
            history.EndTick();
        }
        var snapshot = new Snapshot { Health = new SamplingHealth { Signals = [], SeesAllProcesses = true }, Time = began.AddSeconds(Ticks * Seconds) };
        snapshot.Reset(Processes);
        for (int i = 0; i < Processes; i++)
        {
            ref ProcessRow row = ref snapshot.AddProcess();
            row = rows[i];
            row.History = new HistoryRef(history, known[i], Ticks);
        }
        _evidence = new Evidence(snapshot, Events(snapshot.Time, random), snapshot.Time - Evidence.Window);
        AnalysisReport report = Report();
        Console.WriteLine($"// findings: {string.Join(", ", report.Findings.GroupBy(static found => found.Kind).Select(static kind => $"{kind.Count()} {kind.Key}"))}");
    }

    [Benchmark]
    public AnalysisReport Report() => Analyst.Report(_evidence, remembers: true);

    /// <summary>What is found alone.</summary>
    [Benchmark]
    public int Findings() => Detectors.Find(_evidence).Count;

    /// <summary>What is done twice a minute.</summary>
    [Benchmark]
    public void Standings() => _standings.Update(_evidence.Snapshot);

    [Benchmark]
    public string Health() => HealthReport.Of(_evidence).Status;

    private static ProcessRow Row(int pid, Random random) => new()
    {
        Sample = new ProcessSample
        {
            Identity = new ProcessIdentity(pid, (ulong)pid, 1),
            Stat = new ProcStat { Pid = pid, ParentPid = pid < 50 ? 1 : random.Next(1, 50), State = (byte)'S', Threads = random.Next(1, 40), Session = pid / 4, ProcessGroup = pid / 2 },
            Statm = new ProcStatm { ResidentPages = (ulong)random.Next(2_000, 200_000), SizePages = 500_000 },
            Descriptors = random.Next(10, 300),
        },
        Description = new ProcessDescription
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"worker-{pid % Groups}"),
            Executable = string.Create(CultureInfo.InvariantCulture, $"/usr/bin/worker-{pid % Groups}"),
            User = "www-data",
            Arguments = ["/usr/bin/worker"],
            CommandLine = "/usr/bin/worker",
            DescriptorLimit = 1024,
        },
        Group = string.Create(CultureInfo.InvariantCulture, $"worker-{pid % Groups}"),
        Uptime = TimeSpan.FromHours(7),
        Reported = pid <= 200 ? ReportReason.Watched : ReportReason.None,
    };

    /// <summary>One in a hundred leaks; all make noise, two in ten much, as those do that have a garbage collector.</summary>
    private static void Move(ref ProcessRow row, int i, int tick, Random random)
    {
        ulong before = 5_000 + (ulong)(i * 37 % 100_000);
        int noise = i % 10 < 2 ? 8_000 : 200; // Pages.
        row.Sample.Statm = row.Sample.Statm!.Value with { ResidentPages = before + (ulong)random.Next(noise) + (i % 100 == 0 ? (ulong)tick * 20 : 0) };
        row.Sample.Descriptors = 20 + i % 200 + random.Next(8);
        row.Rates = new ProcessRates { Cpu = random.NextDouble() * 0.2, DiskRead = random.Next(100_000), DiskWrite = random.Next(100_000), RunQueueWait = random.NextDouble() * 0.01 };
    }

    private static List<LifecycleEvent> Events(DateTimeOffset now, Random random)
    {
        var events = new List<LifecycleEvent>();
        for (int i = 0; i < LifecycleLog.Most; i++)
        {
            bool isEnd = i % 2 == 1;
            string group = string.Create(CultureInfo.InvariantCulture, $"worker-{i / 2 % Groups}");
            events.Add(new LifecycleEvent(i + 1, now - TimeSpan.FromSeconds((LifecycleLog.Most - i) * 0.07), isEnd, 10_000 + i, null, random.Next(1, 50), group, group,
                isEnd && i % 10 == 1 ? ExitOutcome.Failure : ExitOutcome.Success, isEnd ? i % 10 == 1 ? 1 : 0 : null, isEnd ? TimeSpan.FromSeconds(random.NextDouble() * 30) : null, null));
        }
        return events;
    }
}
