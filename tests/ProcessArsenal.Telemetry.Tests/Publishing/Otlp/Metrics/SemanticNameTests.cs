using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.EventPipe.Meters;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Metrics;

/// <summary>The two names of a metric of a process are one, by OpenTelemetry's own rules.</summary>
public sealed class SemanticNameTests
{
    [Fact]
    public void Every_metric_of_a_process_has_one() =>
        Assert.Empty(CollectorCatalogue.Metrics.Where(metric => metric.ProcessName is not null && metric.Semantic is null).Select(metric => metric.ProcessName));

    [Fact]
    public void They_are_unique_and_described()
    {
        Metric[] sent = [.. CollectorCatalogue.Metrics.Where(metric => metric.Semantic is not null)];
        Assert.Distinct(sent.Select(metric => metric.Semantic!.Name));
        Assert.All(sent, metric => Assert.NotEmpty(metric.ProcessHelp));
    }

    [Fact]
    public void They_become_those_of_Prometheus()
    {
        foreach (Metric metric in CollectorCatalogue.Metrics.Where(metric => metric.Semantic is not null))
        {
            SemanticName name = metric.Semantic!;
            string expected = metric.ProcessName ?? metric.GroupName!.Replace("process_group_", "process_", StringComparison.Ordinal);
            Assert.Equal(expected, MeterNaming.Family(name.Name, name.Unit, metric.Kind == MetricKind.Counter ? MeterKind.Counter : MeterKind.UpDownCounter));
            Assert.Equal(metric.Unit, name.Unit switch { "s" => "seconds", "By" => "bytes", "By/s" => "bytes_per_second", _ => null });
            foreach (MetricSeries series in metric.Series)
            {
                string label = name.Attribute is null ? "" : $"{MeterNaming.Label(name.Attribute)}=\"{series.ProcessLabelValue}\"";
                Assert.Equal(series.ProcessLabel, label);
            }
        }
    }
}
