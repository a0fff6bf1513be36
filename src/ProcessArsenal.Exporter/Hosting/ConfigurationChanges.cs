using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Telemetry.Compatibility;
using ProcessArsenal.Telemetry.EventPipe;
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
        Grouper = new Grouper(Rules(configuration.Groups)),
        Compatibility = configuration.Compatibility == Compatibility.ProcessExporter ? new NamedGroupOptions(Rules(configuration.Groups)) : null,
        Exclude = configuration.Groups.Exclude,
        Watch = configuration.Watch,
        MaxGroups = configuration.Groups.Max,
        GroupLinger = configuration.Groups.Linger,
        Top = configuration.PerProcess.Top,
        MaxReported = configuration.PerProcess.Max,
        Dotnet = configuration.Dotnet.Attach == AttachRule.None ? null : new DotnetOptions
        {
            Attach = configuration.Dotnet.Attach.Condition,
            HasExclusions = !configuration.Groups.Exclude.IsEmpty,
            Meters = configuration.Dotnet.Meters,
            Port = configuration.Dotnet.Port.Length > 0 ? configuration.Dotnet.Port : null,
        },
    };

    private static IReadOnlyList<GroupRule> Rules(GroupSettings groups) => [.. groups.Rules, .. groups.ProcessExporter.Rules];

    /// <summary>Keys that differ and take a restart.</summary>
    public static IEnumerable<string> NeedRestart(ExporterConfiguration before, ExporterConfiguration after)
    {
        if (before.Listen != after.Listen) yield return "listen";
        if (before.StateDirectory != after.StateDirectory) yield return "state_directory";
        if (before.Procfs != after.Procfs) yield return "procfs";
    }
}
