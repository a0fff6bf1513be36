using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Collectors;

/// <summary>Reads one value of one process, in raw units (ticks, bytes, counts).</summary>
/// <returns>Null if it could not be read: a group with such a member has no value at all, since a part of a sum is a wrong number.
/// NaN if it does not apply to this process: then the group ignores it.</returns>
public delegate double? RowReader(in ProcessRow row);

/// <summary>Whether a value only rises.</summary>
public enum MetricKind
{
    Counter,
    Gauge,
}

/// <summary>How a group's gauge follows from its members. Counters are always summed, as increments.</summary>
public enum Aggregation
{
    Sum,
    Max,
    Min,
}

/// <summary>One quantity: published per group, per process, or both.</summary>
public sealed class Metric
{
    public required MetricKind Kind { get; init; }

    /// <summary>Family name per group, with <c>_total</c> if it is a counter; null if it has none.</summary>
    public string? GroupName { get; init; }

    public string GroupHelp { get; init; } = "";

    public Aggregation Aggregation { get; init; }

    /// <summary>Family name per process, with <c>_total</c> if it is a counter; null if it has none.</summary>
    public string? ProcessName { get; init; }

    public string ProcessHelp { get; init; } = "";

    /// <summary>What OpenTelemetry calls it, per process; null if it is not sent by OTLP.</summary>
    public SemanticName? Semantic { get; init; }

    /// <summary>The unit that ends the name (<c>bytes</c>, <c>seconds</c>); null if none.</summary>
    public string? Unit { get; init; }

    /// <summary>Raw units per published unit: clock ticks per second, for instance. Applied when written, so that counters add up exactly.</summary>
    public double Divisor { get; init; } = 1;

    public required MetricSeries[] Series { get; init; }

    /// <summary>Index of the first series among all group values; set by the catalogue.</summary>
    internal int GroupSlot { get; set; } = -1;

    /// <summary>Index of the first series among the counters kept per process; set by the catalogue.</summary>
    internal int CounterSlot { get; set; } = -1;
}

/// <summary>One member of a family.</summary>
/// <param name="GroupLabel">Label that tells it apart per group, as <c>name="value"</c>; empty if it is alone.</param>
/// <param name="ProcessLabel">The same, per process.</param>
/// <param name="Read">Null for events, which are counted where they are seen.</param>
public sealed record MetricSeries(string GroupLabel, string ProcessLabel, RowReader? Read)
{
    /// <summary>The signal without which nothing is known of any process, so that even a group without processes has no 0; null if there is none.
    /// </summary>
    public string? Signal { get; init; }

    /// <summary>What the process label says: the text between its quotation marks; empty if there is none.</summary>
    internal string ProcessLabelValue => ProcessLabel.Length == 0 ? "" : ProcessLabel[(ProcessLabel.IndexOf('"') + 1)..^1];

    public MetricSeries(RowReader read)
        : this("", "", read)
    {
    }
}
