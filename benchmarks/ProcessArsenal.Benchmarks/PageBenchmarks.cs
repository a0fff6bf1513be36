using System.Buffers;
using BenchmarkDotNet.Attributes;
using ProcessArsenal.Telemetry.Publishing;

namespace ProcessArsenal.Benchmarks;

/// <summary>Writing 20,000 samples with three labels each, of which the label block is encoded once per process. The baseline formats
/// each line as a string.</summary>
[MemoryDiagnoser]
public class PageBenchmarks
{
    private const int Processes = 1000;
    private const int Families = 20;

    private readonly ArrayBufferWriter<byte> _output = new(4 * 1024 * 1024);
    private readonly byte[][] _labels = new byte[Processes][];
    private readonly string[] _names = [.. Enumerable.Range(0, Families).Select(i => $"process_family_{i}_bytes_total")];

    [GlobalSetup]
    public void Setup()
    {
        for (int i = 0; i < Processes; i++)
            _labels[i] = LabelBlock.Encode(("identity", $"{i}-{i * 77}-0123abcd"), ("pid", $"{i}"), ("group", "orders.service"));
    }

    [Benchmark(Baseline = true)]
    public int Strings()
    {
        var text = new System.Text.StringBuilder();
        for (int f = 0; f < Families; f++)
            for (int p = 0; p < Processes; p++)
                text.Append(System.Globalization.CultureInfo.InvariantCulture,
                    $"{_names[f]}{{identity=\"{p}-{p * 77}-0123abcd\",pid=\"{p}\",group=\"orders.service\"}} {p * 1000.5}\n");
        return System.Text.Encoding.UTF8.GetBytes(text.ToString()).Length;
    }

    [Benchmark]
    public int ExpositionWriter()
    {
        _output.ResetWrittenCount();
        var writer = new ExpositionWriter(_output, ExpositionFormat.PrometheusText);
        for (int f = 0; f < Families; f++)
            for (int p = 0; p < Processes; p++) writer.Sample(_names[f], _labels[p], "", p * 1000.5);
        return _output.WrittenCount;
    }
}
