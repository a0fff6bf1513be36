using ProcessArsenal.Telemetry.Analysis.Health;
using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Control;

/// <summary>What holds for every request, from the configuration.</summary>
public sealed record ControlOptions
{
    /// <summary>Nothing is done to a process for which one of them is true, or not known.</summary>
    public IReadOnlyList<Expression> Protected { get; init; } = [];

    /// <summary>Most actions of this host within an hour.</summary>
    public int MaxActionsPerHour { get; init; } = 60;

    /// <summary>A younger process is not counted as fit for work yet.</summary>
    internal TimeSpan Grace { get; init; } = ProcessHealth.Grace;
}
