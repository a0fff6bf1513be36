namespace ProcessArsenal.Telemetry.Analysis.Findings;

/// <summary>All that is looked for. A new one is a file and a line here.</summary>
public static class Detectors
{
    private static readonly Action<Evidence, List<Finding>>[] All =
    [
        CrashLoops.Find,
        ForkStorms.Find,
        Stopped.Find,
        Starvation.Find,
        Leaks.Find,
        Descriptors.Find,
        OutlierFindings.Find,
        StuckPipes.Find,
        Zombies.Find,
    ];

    /// <summary>What is wrong, the worst first. Pure.</summary>
    public static List<Finding> Find(Evidence evidence)
    {
        var found = new List<Finding>();
        foreach (Action<Evidence, List<Finding>> find in All) find(evidence, found);
        return [.. found.OrderBy(static one => Array.IndexOf(FindingSeverity.Order, one.Severity))];
    }
}
