using System.Diagnostics;
using System.Runtime.CompilerServices;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Web;

/// <summary>An OpenTelemetry SDK, as the authors of the program may have put it there: it samples what its callers have sampled and nothing else, and
/// collects metrics.</summary>
internal static class OwnTelemetry
{
    private const int CollectEachMilliseconds = 200;

    public static void Add(IServiceCollection services, Exported exported) => services.AddOpenTelemetry()
        .WithTracing(tracing => tracing
            .AddSource("Microsoft.AspNetCore", "System.Net.Http")
            .SetSampler(new ParentBasedSampler(new AlwaysOffSampler()))
            .AddProcessor(new SimpleActivityExportProcessor(new Exporter<Activity>(_ => exported.AddSpan()))))
        .WithMetrics(metrics => metrics
            .AddMeter("Microsoft.AspNetCore.Hosting", "System.Net.Http")
            .AddReader(new PeriodicExportingMetricReader(new Exporter<Metric>(metric => Take(metric, exported)), CollectEachMilliseconds)));

    /// <summary>The same for traces alone, of a program that has begun long ago.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // Or the SDK is loaded as soon as its caller is compiled.
    public static IDisposable Begin(Exported exported) => Sdk.CreateTracerProviderBuilder()
        .AddSource("Microsoft.AspNetCore", "System.Net.Http")
        .SetSampler(new ParentBasedSampler(new AlwaysOffSampler()))
        .AddProcessor(new SimpleActivityExportProcessor(new Exporter<Activity>(_ => exported.AddSpan())))
        .Build();

    private static void Take(Metric metric, Exported exported)
    {
        long count = 0;
        foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
        {
            exported.AddPoint();
            if (metric.MetricType == MetricType.Histogram) count += point.GetHistogramCount();
        }
        if (metric.Name == "http.server.request.duration") exported.SetDurations(count);
    }

    /// <summary>Takes what would go to a collector.</summary>
    private sealed class Exporter<T>(Action<T> take) : BaseExporter<T>
        where T : class
    {
        public override ExportResult Export(in Batch<T> batch)
        {
            foreach (T item in batch) take(item);
            return ExportResult.Success;
        }
    }
}
