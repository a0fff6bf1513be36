using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Analysis.Findings;

/// <summary>Groups that start processes without end.</summary>
internal static class ForkStorms
{
    private const double LeastPerSecond = 20;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1), Still = TimeSpan.FromSeconds(10);

    public static void Find(Evidence evidence, List<Finding> found)
    {
        DateTimeOffset now = evidence.Snapshot.Time, since = now - Window > evidence.Since ? now - Window : evidence.Since;
        // What is remembered of a real storm may reach back some seconds only.
        double seconds = (now - since).TotalSeconds;
        if (seconds < 10) return;
        foreach (IGrouping<string, LifecycleEvent> group in evidence.Events.Where(happened => !happened.IsEnd && happened.Time > since).GroupBy(static start => start.Group, StringComparer.Ordinal))
        {
            double perSecond = group.Count() / seconds;
            if (perSecond < LeastPerSecond) continue;
            // All the time, not at once, and still: a build, or the start of a service, is over soon.
            DateTimeOffset half = since + (now - since) / 2;
            if (group.Count(start => start.Time < half) < LeastPerSecond * seconds / 4 || group.Count(start => start.Time > now - Still) < LeastPerSecond * Still.TotalSeconds / 2) continue;
            LifecycleEvent last = group.Last();
            int parent = group.GroupBy(static start => start.ParentPid).OrderByDescending(static starts => starts.Count()).First().Key;
            int at = evidence.Snapshot.IndexOf(parent);
            string by = at < 0 ? "" : FormattableString.Invariant($", most of them by {evidence.Snapshot.Processes[at].Description.Name} ({parent})");
            found.Add(new Finding
            {
                Kind = "fork_storm",
                Severity = FindingSeverity.Warning,
                Process = at < 0 ? null : Evidence.Of(evidence.Snapshot.Processes[at]),
                Group = group.Key,
                What = FormattableString.Invariant($"{perSecond:0} processes of {group.Key} were started a second, for {seconds:0} s{by}; the last was {last.Name}"),
                Advice = at < 0 ? "find who starts them: process-arsenal lifecycle --follow --output json" : FormattableString.Invariant($"look at whoever starts them: process-arsenal inspect {parent}"),
            });
        }
    }
}
