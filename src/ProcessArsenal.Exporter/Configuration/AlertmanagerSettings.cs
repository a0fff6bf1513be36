using System.Collections.Immutable;
using ProcessArsenal.Control.Alerting;

namespace ProcessArsenal.Exporter.Configuration;

/// <summary>How alerts come in, and where ours go.</summary>
public sealed record AlertmanagerSettings
{
    internal static readonly ImmutableSortedDictionary<string, string> NoLabels = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Where its replicas are, in whom we raise alerts; none: we raise none.</summary>
    public ImmutableArray<Uri> Urls { get; init; } = [];

    /// <summary>An alert that began longer ago is not accepted any more: 1 min to 24 h.</summary>
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>What comes again sooner is the same delivery by another replica: 1 s to 1 h.</summary>
    public TimeSpan RepeatAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A delivery that names more instances is about the whole fleet: 1 to 10,000.</summary>
    public int MaxInstances { get; init; } = 5;
}

/// <summary>Who we are.</summary>
public sealed record HostSettings
{
    /// <summary>Labels that an alert about this host has; none: its instance names us.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = AlertmanagerSettings.NoLabels;
}

internal static class AlertSettings
{
    public static AlertOptions ToAlertOptions(this ExporterConfiguration configuration) => new()
    {
        Host = Control.Alerting.HostLabels.Of(configuration.Host.Labels),
        StaleAfter = configuration.Alertmanager.StaleAfter,
        RepeatAfter = configuration.Alertmanager.RepeatAfter,
        MaxInstances = configuration.Alertmanager.MaxInstances,
    };

    /// <summary>What our own alerts say of where they come from: so that they are for us, if they come back.</summary>
    public static IReadOnlyDictionary<string, string> HostLabels(this ExporterConfiguration configuration) =>
        configuration.Host.Labels.IsEmpty ? new Dictionary<string, string> { ["instance"] = Environment.MachineName } : configuration.Host.Labels;
}
