using System.Buffers;
using System.Globalization;
using System.Text;
using BenchmarkDotNet.Attributes;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Publishing;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Benchmarks;

/// <summary>The page of a snapshot with 20,000 samples. The baseline formats each line of the same families as a string.</summary>
[MemoryDiagnoser]
public class PageBenchmarks
{
    private const int Samples = 20_000;

    private readonly ArrayBufferWriter<byte> _output = new(8 * 1024 * 1024);
    private Snapshot _snapshot = null!;

    [GlobalSetup]
    public void Setup()
    {
        _snapshot = Snapshots.WithSamples(Samples);
        Console.WriteLine($"// {_snapshot.ProcessCount} processes, {Snapshots.CountSamples(_snapshot)} samples, {Page()} bytes");
    }

    [Benchmark(Baseline = true)]
    public int Strings()
    {
        var text = new StringBuilder();
        foreach (Metric metric in CollectorCatalogue.Metrics.Where(metric => metric.ProcessName is not null))
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {metric.ProcessName} {metric.ProcessHelp}\n# TYPE {metric.ProcessName} gauge\n");
            foreach (ref readonly ProcessRow row in _snapshot.Processes)
            {
                foreach (MetricSeries series in metric.Series)
                {
                    int pid = row.Sample.Stat.Pid;
                    text.Append(CultureInfo.InvariantCulture,
                        $"{metric.ProcessName}{{identity=\"{pid}-{pid * 77}-0123abcd\",pid=\"{pid}\",group=\"{row.Group}\"}} {series.Read!(row) / metric.Divisor}\n");
                }
            }
        }
        return Encoding.UTF8.GetBytes(text.ToString()).Length;
    }

    [Benchmark]
    public int Page()
    {
        _output.ResetWrittenCount();
        PrometheusPage.Write(_snapshot, _output, ExpositionFormat.PrometheusText, TimeProvider.System);
        return _output.WrittenCount;
    }
}
