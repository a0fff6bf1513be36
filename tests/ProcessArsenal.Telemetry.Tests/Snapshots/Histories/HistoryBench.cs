using Microsoft.Extensions.Time.Testing;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Tests.Snapshots.Histories;

/// <summary>A history with a clock that the test moves, and processes that are what the test says.</summary>
internal sealed class HistoryBench
{
    private readonly Dictionary<int, ProcessHistory> _processes = [];

    public HistoryBench(double fine = 600, double coarse = 21_600, double interval = 5)
    {
        Time.SetUtcNow(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        Interval = interval;
        History = new History(Time, TimeSpan.FromSeconds(fine), TimeSpan.FromSeconds(coarse), TimeSpan.FromSeconds(interval));
    }

    public FakeTimeProvider Time { get; } = new();

    public History History { get; }

    public double Interval { get; set; }

    public long Ticks { get; private set; }

    /// <summary>One tick for one process whose CPU and memory are so; the row as conditions would see it in that tick.</summary>
    public ProcessRow Tick(double? cpu, double memory = 4096, double? seconds = null, double uptime = 100_000, int pid = 42)
    {
        BeginTick(seconds);
        ProcessRow row = Add(pid, cpu, memory, uptime);
        History.EndTick();
        return row;
    }

    public void BeginTick(double? seconds = null)
    {
        Time.Advance(TimeSpan.FromSeconds(seconds ?? Interval));
        History.BeginTick(++Ticks, Time.GetTimestamp(), Time.GetUtcNow());
    }

    public ProcessRow Add(int pid, double? cpu, double memory = 4096, double uptime = 100_000)
    {
        ProcessRow row = Row(pid, cpu, memory, uptime);
        ProcessHistory process = History.Add(_processes.GetValueOrDefault(pid), row);
        _processes[pid] = process;
        row.History = new HistoryRef(History, process, Ticks);
        return row;
    }

    public void End(int pid)
    {
        History.End(_processes[pid]);
        _processes.Remove(pid);
    }

    public static ProcessRow Row(int pid, double? cpu, double memory, double uptime) => new()
    {
        Sample = new ProcessSample
        {
            Identity = Identity(pid),
            Stat = new ProcStat { Pid = pid, State = (byte)'S', Threads = 4 },
            Statm = new ProcStatm { SizePages = 1 << 20, ResidentPages = (ulong)(memory / SystemConstants.PageSize) },
        },
        Rates = new ProcessRates { Cpu = cpu },
        Description = new ProcessDescription { Name = "x" },
        Group = "g",
        Uptime = TimeSpan.FromSeconds(uptime),
    };

    public static ProcessIdentity Identity(int pid) => new(pid, (ulong)pid, 1);

    public List<HistoryPoint> Read(HistorySignal signal, int pid = 42, DateTimeOffset since = default)
    {
        var points = new List<HistoryPoint>();
        Assert.True(History.TryRead(Identity(pid), signal, since, points));
        return points;
    }
}
