using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>Remembers what each page said of each identity, and fails on the first contradiction.</summary>
internal sealed class IdentityLedger
{
    private readonly Dictionary<string, double> _createdOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _pidOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _counters = new(StringComparer.Ordinal);

    public int Count => _createdOf.Count;

    public void Add(MetricsPage page)
    {
        foreach (Series created in page.Where("process_creation_time_seconds"))
        {
            string identity = created["identity"]!;
            Assert.StartsWith(created["pid"] + "-", identity, StringComparison.Ordinal);
            Assert.Equal(created["pid"], _pidOf.GetValueOrDefault(identity, created["pid"]!));
            Assert.Equal(created.Value, _createdOf.GetValueOrDefault(identity, created.Value));
            _pidOf[identity] = created["pid"]!;
            _createdOf[identity] = created.Value;
        }

        // One pid, one living process: two identities of one pid on one page would be a mix-up.
        Series[] alive = page.Where("process_info").ToArray();
        Assert.Equal(alive.Length, alive.Select(s => s["pid"]).Distinct(StringComparer.Ordinal).Count());

        foreach (Series series in page.All.Where(s => s["identity"] is not null && s.Name.EndsWith("_total", StringComparison.Ordinal)))
        {
            Assert.Contains(series["identity"]!, _createdOf.Keys);
            string key = series.Name + string.Join('|', series.Labels.Select(l => l.Value));
            Assert.True(
                series.Value >= _counters.GetValueOrDefault(key),
                $"{series.Line} fell: it was {Numbers.Text(_counters.GetValueOrDefault(key))}.");
            _counters[key] = series.Value;
        }
    }
}
