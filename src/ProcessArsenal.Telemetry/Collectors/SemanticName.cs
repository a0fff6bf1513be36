namespace ProcessArsenal.Telemetry.Collectors;

/// <summary>What OpenTelemetry calls a metric of a process
/// (<see href="https://opentelemetry.io/docs/specs/semconv/system/process-metrics/">process metrics</see>; in their style where they have none).</summary>
/// <param name="Name"><c>process.cpu.time</c></param>
/// <param name="Unit">UCUM: <c>s</c>, <c>By</c>, or in braces what is counted. Seconds may have fractions, all else is whole.</param>
public sealed record SemanticName(string Name, string Unit)
{
    /// <summary>The attribute that tells series apart (<c>cpu.mode</c>); its values are those of their labels. Null if there is but one series.</summary>
    public string? Attribute { get; init; }

    /// <summary>A level that makes no sense when added up over processes: a gauge; else it is an up-down counter. Counters are counters.</summary>
    public bool IsGauge { get; init; }
}
