using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Snapshots;

/// <summary>One process in a snapshot: raw facts, what was derived from them, who it is and where it belongs.</summary>
public struct ProcessRow
{
    public ProcessSample Sample;
    public ProcessRates Rates;
    public ProcessDescription Description;

    /// <summary>The group it is counted in; null if an exclusion rule took it out.</summary>
    public string? Group;

    /// <summary>The same with the group's own labels.</summary>
    public Grouping.GroupKey? GroupKey;

    /// <summary>Time since it started; null if the clock can't be read.</summary>
    public TimeSpan? Uptime;

    /// <summary>Whether it has series of its own, and why.</summary>
    public ReportReason Reported;

    /// <summary>What it tells of itself as a .NET process; null if it is not known to be one.</summary>
    public RuntimeFacts? Runtime;

    /// <summary>The category that the configuration gives it; null if none.</summary>
    public string? DeclaredCategory;

    /// <summary>How it stands against its past and its equals, if it has series of its own and enough is known.</summary>
    public Analysis.Standings.Standing? Standing;

    /// <summary>What it was like before.</summary>
    internal HistoryRef History;

    /// <summary>Labels of its own series, encoded; null if it has none.</summary>
    internal byte[]? Labels;

    /// <summary>Labels of its info series, encoded; null if it has none.</summary>
    internal byte[]? InfoLabels;
}

/// <summary>Where the history of a row is.</summary>
/// <param name="All">Null if nobody keeps any.</param>
/// <param name="Process">Of this process.</param>
/// <param name="Tick">The tick that the row is of.</param>
internal readonly record struct HistoryRef(History? All, ProcessHistory? Process, long Tick);

/// <summary>Why a process has series of its own.</summary>
public enum ReportReason : byte
{
    None,

    /// <summary>An expression under <c>watch</c> selects it.</summary>
    Watched,

    /// <summary>It is a .NET process.</summary>
    Dotnet,

    /// <summary>It is among the busiest or largest.</summary>
    Top,
}
