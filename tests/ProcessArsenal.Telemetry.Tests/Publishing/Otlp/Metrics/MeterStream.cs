using System.Text;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;
using ProcessArsenal.Telemetry.EventPipe.Publishing;
using ProcessArsenal.Telemetry.EventPipe.Runtime;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Metrics;

/// <summary>A made-up target that tells what a test has it tell, as MetricsEventSource writes it, into a snapshot.</summary>
internal sealed class MeterStream(int major, bool points = true)
{
    private const int CounterRate = 4, GaugeValue = 5, HistogramValue = 6, BeginReporting = 7, UpDownCounterRate = 16, ExponentialHistogramValue = 19;

    private static readonly TraceHeader Header = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), 0, 1_000_000, 8, 1);

    private readonly ForeignFamilies _families = new();
    private readonly RuntimeInfo _runtime = new($"{major}.0.1", major, "Orders.Api", "Linux", "x64");
    private TargetView? _view;

    public RuntimeEvents Events { get; } = new();

    public TargetReadings Readings { get; private set; } = null!;

    /// <summary>Begins a session, anew if there was one.</summary>
    public MeterStream Begin(DateTimeOffset now)
    {
        Readings = new TargetReadings(new DotnetOptions { Points = points }, _runtime, Events);
        Readings.Begin(now);
        return this;
    }

    public void Describe(string meter, string instrument, string description) => Take(BeginReporting, Texts("s", meter, "", instrument, "", "", description));

    /// <param name="rate">Empty at the first telling of one that is observed.</param>
    public void Counter(string meter, string instrument, string unit, string tags, string rate, string total, string version = "") =>
        Take(CounterRate, Texts("s", meter, version, instrument, unit, tags, rate, total));

    public void UpDownCounter(string meter, string instrument, string unit, string tags, string rate, string total) =>
        Take(UpDownCounterRate, Texts("s", meter, "", instrument, unit, tags, rate, total));

    public void Gauge(string meter, string instrument, string unit, string tags, string value) => Take(GaugeValue, Texts("s", meter, "", instrument, unit, tags, value));

    public void Histogram(string meter, string instrument, string unit, string tags, string quantiles, int count, double sum) =>
        Take(HistogramValue, [.. Texts("s", meter, "", instrument, unit, tags, quantiles), .. BitConverter.GetBytes(count), .. BitConverter.GetBytes(sum)]);

    /// <summary>All that it recorded since it is listened to.</summary>
    public void Exponential(string meter, string instrument, string unit, string tags, double[] values, int scale, int number = 7)
    {
        double[] positive = [.. values.Where(value => value > 0)];
        long[] indexes = [.. positive.Select(value => (long)ExponentialHistogram.IndexOf(value, scale))];
        string buckets = "";
        if (indexes.Length > 0)
        {
            var counts = new List<string>();
            for (long i = indexes.Min(); i <= indexes.Max(); i++) counts.Add($"{indexes.Count(index => index == i)}");
            buckets = string.Join(", ", counts);
        }
        double least = values.Length == 0 ? double.MaxValue : values.Min(), most = values.Length == 0 ? double.MinValue : values.Max();
        Take(ExponentialHistogramValue,
        [
            .. Texts("s", meter, "", instrument), .. BitConverter.GetBytes(number), .. Texts(unit, tags), .. BitConverter.GetBytes(scale), .. BitConverter.GetBytes(values.Sum()),
            .. BitConverter.GetBytes((long)values.Length), .. BitConverter.GetBytes((long)(values.Length - positive.Length)), .. BitConverter.GetBytes(least), .. BitConverter.GetBytes(most),
            .. Texts(buckets),
        ]);
    }

    /// <summary>An event of the runtime.</summary>
    public void Runtime(int id, long microseconds, byte[] payload, int version = 1) =>
        Readings.Take(new NetTraceEvent(new EventMetadata(RuntimeEvents.Provider, id, "", 0, version, 4, []), microseconds, 0, payload), Header);

    public static byte[] Texts(params IEnumerable<string> texts) => Encoding.Unicode.GetBytes(string.Concat(texts.Select(text => text + '\0')));

    /// <summary>Into a snapshot, as the tick does it.</summary>
    /// <param name="row">Index of the process.</param>
    public void AddTo(Snapshot snapshot, int row)
    {
        _view ??= new TargetView(new MeterFamilies(_families, DotnetOptions.OwnMeters), new RuntimeFamilies(_families), points ? new PointView() : null);
        var source = new DotnetSource(row, Readings.Runtime, Readings.Began, Events.Began);
        snapshot.Dotnet.Begin(source, [], _view.StateLine, true, 0, null);
        _view.CopyTo(snapshot.Dotnet, Readings, 1);
    }

    private void Take(int id, byte[] payload) => Readings.Take(new NetTraceEvent(new EventMetadata(MeterTable.Provider, id, "Event", MeterTable.Keywords, 0, 4, []), 0, 0, payload), Header);
}
