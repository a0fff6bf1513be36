using System.Diagnostics;
using System.Globalization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Benchmarks;

/// <summary>A tick over a tree of fixtures of up to 20,000 processes: the column "Per process" must be about flat. Not comparable with a
/// tick over /proc, where the kernel composes each file.</summary>
[Config(typeof(Once))]
public class SamplerScaleBenchmarks
{
    private sealed class Once : ManualConfig
    {
        // One tick per measurement, since processes have to become active in between; compiled fully at once, as the program is ahead of
        // time: else the few ticks over a small tree would be those of half-compiled code.
        public Once() => AddColumn(new PerProcessColumn()).AddJob(Job.Default
            .WithStrategy(RunStrategy.Monitoring).WithWarmupCount(3).WithIterationCount(15).WithInvocationCount(1).WithUnrollFactor(1)
            .WithEnvironmentVariable("DOTNET_TieredCompilation", "0"));
    }

    /// <summary>As on a large host: a dozen processes share a name, and thereby a group.</summary>
    private const int PerGroup = 12;

    private const double UptimeAtStart = 1000;

    private readonly Stopwatch _elapsed = new();
    private readonly List<ProcessFixture> _processes = [];
    private FixtureProc _tree = null!;
    private ProcFs _proc = null!;
    private Sampler _sampler = null!;

    [Params(1_000, 2_000, 5_000, 10_000, 20_000)]
    public int Processes { get; set; }

    /// <summary>Whether every process used some CPU since the last tick; else none did.</summary>
    [ParamsAllValues]
    public bool Active { get; set; }

    /// <summary>Whether descriptors stay open, of as many processes as RLIMIT_NOFILE allows; else every file is opened at each tick.</summary>
    [ParamsAllValues]
    public bool Keep { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        ulong limit = OpenFileLimit.Raise();
        _tree = new FixtureProc(uptimeSeconds: UptimeAtStart);
        _elapsed.Start();
        for (int pid = 1; pid <= Processes; pid++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"service-{pid / PerGroup}");
            _tree.Process(pid, p =>
            {
                (p.Name, p.Executable, p.Arguments) = (name, "/usr/bin/" + name, [name, "--serve"]);
                _processes.Add(p);
            });
        }
        _proc = ProcFs.Open(_tree.Root);
        _sampler = new Sampler(_proc, new SnapshotStore(), new SamplingOptions(), TimeProvider.System, Keep ? null : 0);
        _sampler.Tick();
        Console.WriteLine($"// {Processes} processes in {_tree.Root} after {_elapsed.ElapsedMilliseconds} ms, {limit} descriptors allowed");
    }

    [IterationSetup]
    public void LetTimePass()
    {
        // The sampler takes its clock to be stepped if uptime and wall clock don't move together, and then reads more than usual.
        _tree.Uptime(UptimeAtStart + _elapsed.Elapsed.TotalSeconds);
        if (!Active) return;
        foreach (ProcessFixture process in _processes)
        {
            process.UserTicks++;
            process.MinorFaults++;
            File.WriteAllBytes(Path.Combine(_tree.Root, process.Folder, "stat"), process.RenderStat());
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _sampler.Dispose();
        _proc.Dispose();
        _tree.Dispose();
    }

    [Benchmark]
    public void Tick() => _sampler.Tick();
}
