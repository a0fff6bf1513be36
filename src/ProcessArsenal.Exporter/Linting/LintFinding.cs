using System.Text.Json.Serialization;

namespace ProcessArsenal.Exporter.Linting;

/// <summary>How much a finding matters.</summary>
internal enum LintSeverity
{
    /// <summary>No action could come of the alert.</summary>
    [JsonStringEnumMemberName("error")]
    Error,

    /// <summary>Something is not understood, and so not checked.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>What can't be told from the rule alone.</summary>
    [JsonStringEnumMemberName("note")]
    Note,
}

/// <summary>What is wrong with an alert.</summary>
/// <param name="File">As it was named.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in UTF-16 units.</param>
/// <param name="Rule">Which check: no-target, no-host, unknown-metric, not-understood, cannot-tell, yaml.</param>
/// <param name="Alert">The alert; null where the file itself is wrong.</param>
/// <param name="Message">What, and what to do.</param>
internal sealed record LintFinding(string File, int Line, int Column, LintSeverity Severity, string Rule, string? Alert, string Message);

/// <summary>What was looked at, and what was found.</summary>
internal sealed record LintReport(int Files, int Alerts, IReadOnlyList<LintFinding> Findings)
{
    public int Errors => Count(LintSeverity.Error);

    public int Warnings => Count(LintSeverity.Warning);

    public int Notes => Count(LintSeverity.Note);

    private int Count(LintSeverity severity) => Findings.Count(finding => finding.Severity == severity);
}
