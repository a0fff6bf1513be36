using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

/// <summary>A <see cref="SmapsReader"/> over a fixture tree, and a clock in which a reading takes as long as the test says.</summary>
internal sealed class SmapsBench : IDisposable
{
    private readonly FixtureProc _tree = new();
    private readonly ProcFs _proc;
    private readonly SignalBoard _signals = new();
    private readonly SortedDictionary<int, TrackedProcess> _processes = [];
    private long _tick;

    public SmapsBench()
    {
        _proc = ProcFs.Open(_tree.Root);
        _signals.Declare(SmapsReader.Signal);
        Reader = new SmapsReader(_proc, Clock, _signals);
    }

    public string Root => _tree.Root;

    public ReadingClock Clock { get; } = new();

    public SmapsReader Reader { get; }

    public TimeSpan Budget { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Called when all are offered, and before the thread begins.</summary>
    public Action? BeforeReading { get; set; }

    public SignalStatus Signal => _signals.List.Single();

    /// <summary>Adds a process, or changes its resident memory.</summary>
    public SmapsBench Process(int pid, long mebibytes, Action<ProcessFixture>? edit = null)
    {
        _tree.Process(pid, p =>
        {
            p.ResidentPages = mebibytes * 256;
            p.ProportionalKibibytes = (ulong)mebibytes * 512; // Half of it is shared with one other.
            p.PrivateDirtyKibibytes = 0;
            edit?.Invoke(p);
        });
        using ProcessDirectory directory = Open(pid);
        byte[] buffer = new byte[4096];
        if (!_processes.TryGetValue(pid, out TrackedProcess? process))
            _processes[pid] = process = new TrackedProcess(new ProcessIdentity(pid, 1, 2), null, null);
        Assert.Equal(ReadOutcome.Ok, directory.ReadStat(buffer, out process.Sample.Stat, out _));
        Assert.Equal(ReadOutcome.Ok, directory.ReadStatm(buffer, out ProcStatm statm));
        process.Sample.Statm = statm;
        return this;
    }

    /// <summary>One tick, and all of the reading after it; then what the next tick makes of it, in MiB of proportional memory by pid.</summary>
    public Dictionary<int, double> Round(double seconds = 5)
    {
        Tick(seconds);
        Assert.True(SpinWait.SpinUntil(() => !Reader.IsBusy, 30_000), "The thread did not finish within 30 s.");
        return Values();
    }

    public void Tick(double seconds = 5)
    {
        Clock.Advance(seconds);
        Begin();
        foreach (TrackedProcess process in _processes.Values) Reader.Offer(process);
        BeforeReading?.Invoke();
        Reader.EndTick();
    }

    public Dictionary<int, double> Values()
    {
        Begin();
        return _processes.Where(pair => ProcessFacts.ProportionalBytes(pair.Value.Sample) is not null)
            .ToDictionary(pair => pair.Key, pair => ProcessFacts.ProportionalBytes(pair.Value.Sample)!.Value / (1 << 20));
    }

    public void Exit(int pid) => _tree.Exit(pid);

    public ProcessSample Sample(int pid) => _processes[pid].Sample;

    public void Dispose()
    {
        Reader.Dispose();
        _proc.Dispose();
        _tree.Dispose();
    }

    private void Begin()
    {
        _signals.BeginTick(++_tick);
        Reader.BeginTick(Budget);
        foreach (TrackedProcess process in _processes.Values) Reader.Apply(process);
        _signals.EndTick();
    }

    private ProcessDirectory Open(int pid)
    {
        Assert.Equal(ReadOutcome.Ok, _proc.OpenProcess(pid, out ProcessDirectory? directory));
        return directory!;
    }
}

/// <summary>A clock that stands still but for the thread that reads: each look of that thread at the clock takes a step.</summary>
internal sealed class ReadingClock : TimeProvider
{
    private long _now = 1;

    /// <summary>Microseconds that a reading takes.</summary>
    public long ReadingTakes { get; set; }

    public override long TimestampFrequency => 1_000_000;

    public void Advance(double seconds) => Interlocked.Add(ref _now, (long)(seconds * 1e6));

    /// <summary>The thread looks twice, before and after: the first look is free.</summary>
    public override long GetTimestamp()
    {
        if (Thread.CurrentThread.Name != "smaps") return Interlocked.Read(ref _now);
        return Interlocked.Add(ref _now, ++_looks % 2 == 0 ? ReadingTakes : 0);
    }

    [ThreadStatic]
    private static int _looks;
}
