using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Telemetry.Compatibility;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>What of a configuration can change while running, and what can't.</summary>
internal static class ConfigurationChanges
{
    private const string OtlpKeys = "otlp.";

    public static SamplingOptions ToSamplingOptions(this ExporterConfiguration configuration) => new()
    {
        Interval = configuration.Sampling.Interval,
        SmapsBudget = configuration.Sampling.SmapsBudget,
        HistoryFine = configuration.Sampling.HistoryFine,
        HistoryCoarse = configuration.Sampling.HistoryCoarse,
        Grouper = new Grouper(Rules(configuration.Groups)),
        Compatibility = configuration.Compatibility == Compatibility.ProcessExporter ? new NamedGroupOptions(Rules(configuration.Groups)) : null,
        Categories = configuration.Categories.Rules,
        Exclude = configuration.Groups.Exclude,
        Watch = configuration.Watch,
        MaxGroups = configuration.Groups.Max,
        GroupLinger = configuration.Groups.Linger,
        Top = configuration.PerProcess.Top,
        MaxReported = configuration.PerProcess.Max,
        Dotnet = ToDotnetOptions(configuration),
    };

    private static DotnetOptions? ToDotnetOptions(ExporterConfiguration configuration)
    {
        bool attachesToNone = configuration.Dotnet.Attach == AttachRule.None;
        if (attachesToNone && configuration.Dotnet.Port.Length == 0) return null;
        return new DotnetOptions
        {
            Attach = configuration.Dotnet.Attach.Condition,
            AttachesToNone = attachesToNone,
            HasExclusions = !configuration.Groups.Exclude.IsEmpty,
            Meters = configuration.Dotnet.Meters,
            Port = configuration.Dotnet.Port.Length > 0 ? configuration.Dotnet.Port : null,
            Spans = configuration.Dotnet.HasSpans && configuration.ToOtlpOptions()?.Traces is not null ? configuration.Dotnet.Sampler : null, // They cost the target something.
            Points = configuration.ToOtlpOptions()?.Metrics is not null,
        };
    }

    /// <summary>Without the headers of variables, which can't change while the program runs, and are another list each time, and without the directory, which
    /// has a key of its own.</summary>
    private static OtlpSendingOptions? Comparable(ExporterConfiguration configuration) => configuration.ToOtlpOptions() is not { } options ? null : options with
    {
        Traces = options.Traces is { } traces ? traces with { Headers = [] } : null,
        Metrics = options.Metrics is { } metrics ? metrics with { Headers = [] } : null,
        SpoolDirectory = null,
    };

    private static IReadOnlyList<GroupRule> Rules(GroupSettings groups) => [.. groups.Rules, .. groups.ProcessExporter.Rules];

    /// <summary>Keys that take a restart, and of which the file now says something else than what is in force.</summary>
    public static IEnumerable<string> NeedRestart(ExporterConfiguration running, ExporterConfiguration read)
    {
        bool isSentOtherwise = Comparable(running) != Comparable(read)
            || (running.Otlp.Interval, running.Otlp.Processes) != (read.Otlp.Interval, read.Otlp.Processes);
        string[] keys = [.. ConfigurationCatalogue.Keys
            .Where(key => key.Path is "state_directory" or "procfs" or "flows.enabled" || key.Path.StartsWith("listen.", StringComparison.Ordinal) || (isSentOtherwise && key.Path.StartsWith(OtlpKeys, StringComparison.Ordinal)))
            .Where(key => key.Format(running) != key.Format(read)).Select(key => key.Path), .. SupervisorSpecs.AreSame(running.Supervisors, read.Supervisors) ? (string[])[] : ["supervisors"]];
        // That a key is gone may also bring back what variables of OpenTelemetry say of one signal.
        return isSentOtherwise && !Array.Exists(keys, key => key.StartsWith(OtlpKeys, StringComparison.Ordinal)) ? [.. keys, "otlp"] : keys;
    }
}
