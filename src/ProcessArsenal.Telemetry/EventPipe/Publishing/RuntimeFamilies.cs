using System.Globalization;
using ProcessArsenal.Telemetry.EventPipe.Runtime;
using ProcessArsenal.Telemetry.Publishing;

namespace ProcessArsenal.Telemetry.EventPipe.Publishing;

/// <summary>Families of what the runtimes of targets tell of themselves by events.</summary>
internal sealed class RuntimeFamilies(ForeignFamilies families)
{
    private readonly Duration _pauses = new(families.Own(
        "dotnet_gc_pause_duration_seconds", "histogram", "Times in which a garbage collection had all managed threads wait, since the session began."));

    private readonly Duration _contention = new(families.Own(
        "dotnet_monitor_lock_contention_duration_seconds", "histogram", "Times that threads waited for a lock (Monitor) of another, since the session began."));

    private readonly ForeignFamily _starvation = families.Own(
        "dotnet_thread_pool_starvation_total", "counter", "Times that the thread pool took more threads since work waited too long, since the session began.");

    private readonly ForeignFamily _exceptions = families.Own(
        "dotnet_exceptions_total", "counter", "Exceptions thrown, caught ones included, since the session began.");

    /// <summary>Adds the samples of one target.</summary>
    /// <param name="exceptions">By type; those that its own meter does not count.</param>
    public void AddTo(List<ForeignSample> samples, RuntimeEvents events, IReadOnlyDictionary<string, long> exceptions)
    {
        _pauses.AddTo(samples, events.Pauses);
        _contention.AddTo(samples, events.Contention);
        samples.Add(new ForeignSample(_starvation, _starvation.Text.Series[0], () => events.Starvation));
        foreach (string type in exceptions.Keys)
        {
            var text = new SeriesText(_exceptions.Name, LabelBlock.Text(("error_type", type)));
            samples.Add(new ForeignSample(_exceptions, text, () => exceptions[type]));
        }
    }

    /// <summary>A <see cref="DurationHistogram"/> as a family.</summary>
    private sealed class Duration(ForeignFamily family)
    {
        private readonly SeriesText[] _buckets = [.. DurationHistogram.Bounds.Select(bound => Bucket(family, bound)), Bucket(family, double.PositiveInfinity)];
        private readonly SeriesText _sum = new(family.Name + "_sum", ""), _count = new(family.Name + "_count", "");

        public void AddTo(List<ForeignSample> samples, DurationHistogram histogram)
        {
            for (int i = 0; i < _buckets.Length; i++)
            {
                int index = i;
                samples.Add(new ForeignSample(family, _buckets[i], () => Sum(histogram.Buckets[..(index + 1)])));
            }
            samples.Add(new ForeignSample(family, _sum, () => histogram.Sum));
            samples.Add(new ForeignSample(family, _count, () => histogram.Count));
        }

        private static double Sum(ReadOnlySpan<long> buckets)
        {
            long sum = 0;
            foreach (long bucket in buckets) sum += bucket;
            return sum;
        }
    }

    /// <summary>The line of a bucket.</summary>
    public static SeriesText Bucket(ForeignFamily family, double bound, string labels = "")
    {
        // As OpenMetrics wants it: 1.0, 0.25, 1e-06.
        string le = double.IsPositiveInfinity(bound) ? "+Inf"
            : bound == Math.Floor(bound) && bound < 1e15 ? bound.ToString("0.0", CultureInfo.InvariantCulture)
            : bound.ToString(CultureInfo.InvariantCulture).Replace('E', 'e');
        return new SeriesText(family.Name + "_bucket", (labels.Length == 0 ? "" : labels + ",") + $"le=\"{le}\"");
    }
}
