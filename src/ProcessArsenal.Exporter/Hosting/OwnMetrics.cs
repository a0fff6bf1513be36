using System.Reflection;
using Prometheus;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Counters of what the program itself does, by prometheus-net, in a registry of their own.</summary>
internal sealed class OwnMetrics
{
    private readonly Counter _reloads;

    public OwnMetrics()
    {
        Registry = Metrics.NewCustomRegistry();
        MetricFactory factory = Metrics.WithCustomRegistry(Registry);
        factory.CreateGauge("arsenal_build_info", "Which build this is; always 1.", ["version", "revision", "runtime"])
            .WithLabels(Version, Revision, Environment.Version.ToString()).Set(1);
        _reloads = factory.CreateCounter("arsenal_config_reloads_total", "Times that the configuration was read again, by outcome.", ["outcome"]);
        Scrapes = factory.CreateCounter("arsenal_scrapes_total", "Pages of metrics that were answered.");
        ScrapesRefused = factory.CreateCounter("arsenal_scrapes_refused_total", "Pages that were refused because too many were being written at once.");
        ScrapeDuration = factory.CreateHistogram("arsenal_scrape_duration_seconds", "Time to write one page, compression included.",
            new HistogramConfiguration { Buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] });
        LastReloadSuccessful = factory.CreateGauge("arsenal_config_last_reload_successful",
            "1 if the configuration in force is the one in the file; 0 if the file is broken and the one before is kept.");
        LastReloadSuccessful.Set(1);
        foreach (string outcome in (ReadOnlySpan<string>)["success", "failure"]) _reloads.WithLabels(outcome);
    }

    /// <summary>The release, without the build's revision.</summary>
    public static string Version => InformationalVersion.Split('+')[0];

    /// <summary>The commit that it was built from, seven digits; empty if unknown.</summary>
    public static string Revision => InformationalVersion.Split('+') is [_, { Length: >= 7 } commit] ? commit[..7] : "";

    public CollectorRegistry Registry { get; }

    public Counter Scrapes { get; }

    public Counter ScrapesRefused { get; }

    public Histogram ScrapeDuration { get; }

    public Gauge LastReloadSuccessful { get; }

    private static string InformationalVersion { get; } =
        typeof(OwnMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public void Reloaded(bool success)
    {
        _reloads.WithLabels(success ? "success" : "failure").Inc();
        LastReloadSuccessful.Set(success ? 1 : 0);
    }
}
