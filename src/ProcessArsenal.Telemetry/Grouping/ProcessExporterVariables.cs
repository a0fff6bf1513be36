using System.Globalization;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Grouping;

/// <summary>The variables of a template in a file of process-exporter, with the values that they have there (measured with 0.7.10).</summary>
internal static class ProcessExporterVariables
{
    public static readonly TemplateVariable[] All =
    [
        new(".Comm", (d, _) => d.Name),
        new(".ExeBase", (d, _) => Base(First(d))),
        new(".ExeFull", (d, _) => First(d)),
        new(".Username", (d, _) => d.User),
        new(".PID", (_, pid) => pid.ToString(CultureInfo.InvariantCulture)),
        // Hundredths of a second at most, zeros at the end left out.
        new(".StartTime", (d, _) => d.StartTime?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FF '+0000 UTC'", CultureInfo.InvariantCulture)),
        new(".Cgroups", (d, _) => d.Cgroups ?? "[]"),
    ];

    /// <summary>The first argument as the process has it, which need not be a path; comm where there is none.</summary>
    private static string First(ProcessDescription d) => d.Arguments is { Count: > 0 } ? d.Arguments[0] : d.Name;

    /// <summary>Of an empty text a dot, of slashes alone a slash, and slashes at the end don't count.</summary>
    private static string Base(string path)
    {
        if (path.Length == 0) return ".";
        string trimmed = path.TrimEnd('/');
        return trimmed.Length == 0 ? "/" : ProcessDescription.BaseName(trimmed);
    }
}
