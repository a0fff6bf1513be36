using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;
using BenchmarkDotNet.Attributes;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Benchmarks;

/// <summary>A recording of a living runtime's meters, read to the values of each series. The baseline is TraceEvent, which the runtime's own tools
/// read with. Times are for one event.</summary>
[MemoryDiagnoser]
public class NetTraceBenchmarks
{
    /// <summary>Events of a recording, at least.</summary>
    internal const int Events = 100_000;

    private const int Series = 2000;

    private byte[] _recording = [];

    [GlobalSetup]
    public async Task Setup()
    {
        using var meter = new Meter("Shop.Benchmark");
        Counter<long> orders = meter.CreateCounter<long>("shop.orders", "{order}");
        var settings = new Dictionary<string, string>
        {
            ["SessionId"] = "SHARED",
            ["ClientId"] = "benchmark",
            ["SharedIdentifier"] = "benchmark",
            ["Metrics"] = "Shop.Benchmark",
            ["RefreshInterval"] = "0.1",
            ["MaxTimeSeries"] = "10000",
            ["MaxHistograms"] = "10",
        };
        var client = new DiagnosticsClient(Environment.ProcessId);
        var recording = new MemoryStream();
        using EventPipeSession session = await client.StartEventPipeSessionAsync(
            [new EventPipeProvider(MeterTable.Provider, EventLevel.Informational, MeterTable.Keywords, settings)], requestRundown: false, circularBufferMB: 64, CancellationToken.None);
        Task copy = session.EventStream.CopyToAsync(recording);
        // Each series is told once in an interval, whether it moved or not.
        for (int i = 0; i < Series; i++) orders.Add(i, new KeyValuePair<string, object?>("customer", i), new KeyValuePair<string, object?>("city", "Amsterdam"));
        await Task.Delay(TimeSpan.FromSeconds(0.1 * (Events / Series + 5)));
        await session.StopAsync(CancellationToken.None);
        await copy;
        _recording = recording.ToArray();
        if (await Ours() != Theirs()) throw new InvalidOperationException("The two read different values.");
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Events)]
    public double Theirs()
    {
        var values = new Dictionary<(string, string, string, string, string), double>();
        int left = Events;
        using var source = new EventPipeEventSource(new MemoryStream(_recording));
        source.Dynamic.All += value =>
        {
            if (left <= 0 || value.ID != (TraceEventID)4 || value.ProviderName != MeterTable.Provider) return;
            left--;
            values[((string)value.PayloadValue(1), (string)value.PayloadValue(2), (string)value.PayloadValue(3), (string)value.PayloadValue(4), (string)value.PayloadValue(5))]
                = double.Parse((string)value.PayloadValue(7), System.Globalization.CultureInfo.InvariantCulture);
        };
        source.Process();
        return left > 0 ? throw new InvalidOperationException($"{left} events are missing.") : values.Values.Sum();
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public async Task<double> Ours()
    {
        var table = new MeterTable(10_000);
        int left = Events;
        await new NetTraceReader(new MemoryStream(_recording)).ReadAsync(
            (in NetTraceEvent value) =>
            {
                if (left <= 0 || value.Metadata.EventId != 4 || value.Metadata.Provider != MeterTable.Provider) return;
                left--;
                table.Take(value);
            },
            CancellationToken.None);
        return left > 0 ? throw new InvalidOperationException($"{left} events are missing.") : table.Series.Sum(series => series.Value);
    }
}
