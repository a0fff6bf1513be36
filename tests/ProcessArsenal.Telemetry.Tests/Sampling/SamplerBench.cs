using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Publishing;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

/// <summary>A sampler over a fixture tree, with a clock that the test moves; answers are read off the page, as Prometheus would.</summary>
internal sealed class SamplerBench : IDisposable
{
    private readonly ProcFs _proc;
    private double _uptime = 1000;

    public SamplerBench(SamplingOptions? options = null, ulong? descriptorLimit = null)
    {
        Time.SetUtcNow(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        _proc = ProcFs.Open(Proc.Root);
        Sampler = new Sampler(_proc, Store, options ?? new SamplingOptions(), Time, descriptorLimit);
    }

    public FixtureProc Proc { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public SnapshotStore Store { get; } = new();

    public Sampler Sampler { get; }

    /// <summary>Clock ticks since boot, for processes that start now.</summary>
    public ulong Now => (ulong)(_uptime * 100);

    /// <summary>Lets time pass, samples, and waits until what is read between two ticks has been read.</summary>
    public Dictionary<string, double> Tick(double seconds = 5)
    {
        LetPass(seconds);
        Sampler.Tick();
        Assert.True(SpinWait.SpinUntil(() => !Sampler.Smaps.IsBusy, 30_000), "The reader of smaps_rollup did not finish within 30 s.");
        return Values();
    }

    public void LetPass(double seconds)
    {
        Time.Advance(TimeSpan.FromSeconds(seconds));
        _uptime += seconds;
        Proc.Uptime(_uptime);
    }

    public string Page(ExpositionFormat format = ExpositionFormat.PrometheusText)
    {
        var output = new ArrayBufferWriter<byte>();
        using SnapshotLease lease = Store.Acquire();
        PrometheusPage.Write(lease.Snapshot!, output, format, Time);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>Every sample of the page by name and labels.</summary>
    public Dictionary<string, double> Values()
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (string line in Page().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '#') continue;
            int space = line.LastIndexOf(' ');
            values.Add(line[..space], double.Parse(line[(space + 1)..], CultureInfo.InvariantCulture)); // Throws on a sample that is there twice.
        }
        return values;
    }

    public void Dispose()
    {
        Sampler.Dispose();
        _proc.Dispose();
        Proc.Dispose();
    }
}
