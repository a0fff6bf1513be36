using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Telemetry.Grouping;

/// <summary>Which names a rule's own labels may have.</summary>
public static class GroupLabels
{
    public const int MaxNameLength = 100;

    /// <summary>Taken: by our own families, by the text format, and by Prometheus, which sets job and instance itself.</summary>
    public static readonly string[] Reserved =
    [
        "group", "identity", "pid", "state", "cpu_mode", "type", "reason", "disk_io_direction", "outcome", "source", "destination",
        "transport", "le", "quantile", "job", "instance",
        // Those of process-exporter's families.
        "groupname", "mode", "memtype", "ctxswitchtype", "wchan", "threadname", "iomode",
    ];

    /// <summary>Null if the name is good; else what is wrong with it and what to do.</summary>
    public static string? Check(string name)
    {
        if (name.Length is 0 or > MaxNameLength || !IsWord(name))
            return $"'{Quoting.Cap(name)}' can't be a label's name: use letters, digits and _, no digit first, at most {MaxNameLength}.";
        if (name.StartsWith("__", StringComparison.Ordinal))
            return $"label names that start with __ are Prometheus's own: rename '{name}'.";
        return Array.IndexOf(Reserved, name) < 0
            ? null : $"the label '{name}' is set by the exporter or by Prometheus: choose another name.";
    }

    // [a-zA-Z_][a-zA-Z0-9_]*
    private static bool IsWord(string name)
    {
        foreach (char c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c != '_') return false;
        return !char.IsAsciiDigit(name[0]);
    }
}
