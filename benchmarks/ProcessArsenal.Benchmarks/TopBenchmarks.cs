using System.Globalization;
using BenchmarkDotNet.Attributes;
using ProcessArsenal.Exporter.Commands.Top;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Benchmarks;

/// <summary>What one refresh of <c>top</c> costs beyond the sample, with 2,000 processes: filter, order, lines and bytes of a large screen. The
/// baseline formats every process, as one does who leaves what is seen to the terminal.</summary>
[MemoryDiagnoser]
public class TopBenchmarks
{
    private const int Processes = 2000, Width = 200, Height = 50;

    private readonly ProcessRow[] _rows = [.. Enumerable.Range(1, Processes).Select(Row)];
    private readonly Listing _listing = new();
    private readonly TopScreen _screen = new(new Frame(StyleSupport.Colours), TimeZoneInfo.Utc);
    private readonly FramePainter _painter = new();
    private readonly HostSummary _host = new() { States = [2, 1998, 0, 0, 0, 0] };
    private readonly TopState _processes = new();
    private readonly TopState _groups = new() { Grouped = true };
    private TopState _filtered = new();
    private long _tick;

    [GlobalSetup]
    public void Setup() => _filtered = new TopState
    {
        Where = Expression.TryParse("cpu > 20% and not name = \"worker-7\"", out Expression? where, out _) ? where : throw new InvalidOperationException(),
    };

    [Benchmark(Baseline = true)]
    public int FormatAll()
    {
        _listing.Build(_rows, _processes);
        _screen.DrawAll(_rows, _host, [], _listing, _processes, Width);
        return _screen.Frame.LineCount;
    }

    [Benchmark]
    public int ByCpu() => Refresh(_processes);

    [Benchmark]
    public int Filtered() => Refresh(_filtered);

    [Benchmark]
    public int Groups() => Refresh(_groups);

    private int Refresh(TopState state)
    {
        _rows[_tick++ % Processes].Rates.Cpu = _tick % 89 / 50.0; // So that lines move.
        _listing.Build(_rows, state);
        _screen.Draw(_rows, _host, [], _listing, state, Width, Height);
        return _painter.Paint(_screen.Frame).Length;
    }

    private static ProcessRow Row(int pid) => new()
    {
        Sample = new ProcessSample
        {
            Identity = new ProcessIdentity(pid, (ulong)pid, 1),
            Stat = new ProcStat { Pid = pid, State = (byte)'S', Threads = pid % 40 },
            Statm = new ProcStatm { ResidentPages = (ulong)(pid * 37 % 9001), SizePages = 10_000 },
            Descriptors = pid % 300,
        },
        Rates = new ProcessRates { Cpu = pid % 97 / 200.0, DiskRead = pid % 3 * 1e5, DiskWrite = pid % 7 * 1e5, RunQueueWait = pid % 11 / 100.0 },
        Description = new ProcessDescription
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"worker-{pid % 50}"),
            User = "www-data",
            Arguments = ["/usr/bin/worker"],
            CommandLine = string.Create(CultureInfo.InvariantCulture, $"/usr/bin/worker --queue orders --shard {pid} --config /etc/worker/worker.conf"),
        },
        Group = string.Create(CultureInfo.InvariantCulture, $"worker-{pid % 200}.service"),
        Uptime = TimeSpan.FromSeconds(pid * 60),
    };
}
