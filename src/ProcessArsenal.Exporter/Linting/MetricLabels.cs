using ProcessArsenal.Exporter.Linting.PromQl;

namespace ProcessArsenal.Exporter.Linting;

/// <summary>Which labels that name a target the series of a metric have.</summary>
internal static class MetricLabels
{
    private static readonly string[] OfProcess = ["identity", "pid", "group"];

    public static LabelSet Of(PromSelector selector)
    {
        if (selector.Name is not { } name) return LabelSet.Any;
        // Recorded series (level:metric:operation) have the labels that their rule has left them.
        if (name.Contains(':', StringComparison.Ordinal) || name is "ALERTS" or "ALERTS_FOR_STATE") return LabelSet.Any;
        LabelSet scraped = LabelSet.Any.With("instance", LabelState.Yes).With("job", LabelState.Yes);
        if (Known(name) is not { } labels) return scraped;
        string about = labels.Length > 0 ? $"{name} is about whole groups" : $"{name} is about no process and no group";
        foreach (string target in RuleLinter.TargetLabels.Append("pid"))
            scraped = scraped.With(target, labels.Contains(target) ? LabelState.Yes : LabelState.No(selector.Start, about));
        return scraped;
    }

    /// <summary>Null for those that are not ours.</summary>
    private static string[]? Known(string name)
    {
        if (!MetricNames.IsOurs(name)) return name == "up" || name.StartsWith("scrape_", StringComparison.Ordinal) ? [] : null;
        if (name == "process_info") return [.. OfProcess, "unit", "container"];
        if (name.StartsWith("process_group_", StringComparison.Ordinal)) return ["group"];
        if (name.StartsWith("arsenal_dotnet_", StringComparison.Ordinal)) return OfProcess;
        return StartsWithAny(name, "arsenal_", "process_controller_", "process_supervisor_", "process_flow_", "system_", "namedprocess_") ? [] : OfProcess;
    }

    private static bool StartsWithAny(string name, params string[] beginnings) => Array.Exists(beginnings, beginning => name.StartsWith(beginning, StringComparison.Ordinal));
}
