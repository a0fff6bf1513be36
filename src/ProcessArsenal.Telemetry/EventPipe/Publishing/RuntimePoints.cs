using ProcessArsenal.Telemetry.EventPipe.Runtime;
using ProcessArsenal.Telemetry.Publishing.Otlp;
using ProcessArsenal.Telemetry.Publishing.Otlp.Metrics;

namespace ProcessArsenal.Telemetry.EventPipe.Publishing;

/// <summary>What the runtimes of targets tell of themselves by events, as OTLP has it: the families of <see cref="RuntimeFamilies"/>.</summary>
internal static class RuntimePoints
{
    private static readonly MetricHead Pauses = new(
        "dotnet.gc.pause.duration", "s", "Times in which a garbage collection had all managed threads wait.", PointKind.Histogram, DurationHistogram.Bounds);

    private static readonly MetricHead Contention = new(
        "dotnet.monitor.lock_contention.duration", "s", "Times that threads waited for a lock (Monitor) of another.", PointKind.Histogram, DurationHistogram.Bounds);

    private static readonly MetricHead Starvation = new(
        "dotnet.thread_pool.starvation", "{starvation}", "Times that the thread pool took more threads since work waited too long.", PointKind.Counter);

    private static readonly MetricHead Exceptions = new("dotnet.exceptions", "{exception}", "Exceptions thrown, caught ones included.", PointKind.Counter);

    /// <summary>Adds those of one target.</summary>
    /// <param name="add">False if there is no place for it.</param>
    /// <param name="exceptions">By type; those that its own meter does not count.</param>
    public static void AddTo(Func<DotnetPoint, PointReader, bool> add, RuntimeEvents events, IReadOnlyDictionary<string, long> exceptions)
    {
        add(new DotnetPoint(null, Pauses, [], true), room => Put(room, events.Pauses));
        add(new DotnetPoint(null, Contention, [], true), room => Put(room, events.Contention));
        add(new DotnetPoint(null, Starvation, [], true), room => PointValues.PutSum(room, events.Starvation, true));
        foreach (string type in exceptions.Keys.Order(StringComparer.Ordinal))
        {
            byte[] attributes = OtlpText.Attributes(Exceptions.AttributesField, KeyValuePair.Create("error.type", type));
            add(new DotnetPoint(null, Exceptions, attributes, true), room => PointValues.PutSum(room, exceptions[type], true));
        }
    }

    private static int Put(Span<double> room, DurationHistogram histogram) => PointValues.PutHistogram(room, histogram.Count, histogram.Sum, histogram.Buckets);
}
