using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>What of a configuration can change while running, and what can't.</summary>
internal static class ConfigurationChanges
{
    public static SamplingOptions ToSamplingOptions(this ExporterConfiguration configuration) => new()
    {
        Interval = configuration.Sampling.Interval,
        SmapsBudget = configuration.Sampling.SmapsBudget,
        Grouper = new Grouper(configuration.Groups.Rules),
        Exclude = configuration.Groups.Exclude,
        Watch = configuration.Watch,
        MaxGroups = configuration.Groups.Max,
        GroupLinger = configuration.Groups.Linger,
        Top = configuration.PerProcess.Top,
        MaxReported = configuration.PerProcess.Max,
    };

    /// <summary>Keys that differ and take a restart.</summary>
    public static IEnumerable<string> NeedRestart(ExporterConfiguration before, ExporterConfiguration after)
    {
        if (before.Listen != after.Listen) yield return "listen";
        if (before.StateDirectory != after.StateDirectory) yield return "state_directory";
        if (before.Procfs != after.Procfs) yield return "procfs";
    }
}
