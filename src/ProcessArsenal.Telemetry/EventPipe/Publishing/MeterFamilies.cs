using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.Publishing;

namespace ProcessArsenal.Telemetry.EventPipe.Publishing;

/// <summary>Series of targets' instruments as samples of families: <c>http.server.request.duration</c> with its tags as
/// <c>http_server_request_duration_seconds_count{...}</c>.</summary>
/// <param name="known">Meters whose names of instruments are known to be their own; series of others say whose they are.</param>
internal sealed class MeterFamilies(ForeignFamilies families, IReadOnlyList<string> known)
{
    private static readonly string[] Quantiles = ["0.5", "0.95", "0.99"];

    /// <summary>Adds the samples of one series.</summary>
    /// <param name="taken">Lines that the target has already: two names may become the same one.</param>
    /// <returns>False if there is no place for it.</returns>
    public bool TryAddTo(List<ForeignSample> samples, MeterSeries series, HashSet<(ForeignFamily, string)> taken)
    {
        string type = series.Meaning switch
        {
            MeterKind.Counter => "counter",
            MeterKind.Histogram => "histogram",
            _ => "gauge",
        };
        string labels = Labels(series);
        if (families.Of(series, type) is not { } family || !taken.Add((family, labels))) return false;
        if (series.Kind != MeterKind.Histogram)
        {
            samples.Add(new ForeignSample(family, new SeriesText(family.Name, labels), () => series.Value));
            return true;
        }
        AddHistogram(samples, family, series, labels);
        // A runtime that tells buckets tells no quantiles.
        return series.Buckets is not null || TryAddQuantiles(samples, series, labels, taken);
    }

    private static void AddHistogram(List<ForeignSample> samples, ForeignFamily family, MeterSeries series, string labels)
    {
        for (int i = 0; i < series.Bounds.Length && series.Buckets is not null; i++)
        {
            int index = i;
            samples.Add(new ForeignSample(family, RuntimeFamilies.Bucket(family, series.Bounds[i], labels), () => series.Buckets[index]));
        }
        samples.Add(new ForeignSample(family, RuntimeFamilies.Bucket(family, double.PositiveInfinity, labels), () => series.Count));
        samples.Add(new ForeignSample(family, new SeriesText(family.Name + "_sum", labels), () => series.Value));
        samples.Add(new ForeignSample(family, new SeriesText(family.Name + "_count", labels), () => series.Count));
    }

    private bool TryAddQuantiles(List<ForeignSample> samples, MeterSeries series, string labels, HashSet<(ForeignFamily, string)> taken)
    {
        if (families.Of(series, "gauge", "_quantile") is not { } quantiles || !taken.Add((quantiles, labels))) return false;
        for (int i = 0; i < Quantiles.Length; i++)
        {
            int index = i;
            string label = (labels.Length == 0 ? "" : labels + ",") + $"quantile=\"{Quantiles[i]}\"";
            samples.Add(new ForeignSample(quantiles, new SeriesText(quantiles.Name, label), () => series.Quantiles[index]));
        }
        return true;
    }

    /// <summary>In the order of their names, and each name once: as OpenTelemetry has it, values of names that become the same are put together.</summary>
    private string Labels(MeterSeries series)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string tag, string value) in MeterNaming.Tags(series.Tags))
        {
            string name = MeterNaming.Label(tag);
            labels[name] = labels.TryGetValue(name, out string? other) ? other + ";" + value : value;
        }
        if (!known.Contains(series.Meter)) labels["otel_scope_name"] = series.Meter;
        return LabelBlock.Text([.. labels.Select(label => (label.Key, (string?)label.Value))]);
    }
}
