using ProcessArsenal.Telemetry.Analysis.Categories;
using ProcessArsenal.Telemetry.Analysis.Findings;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Analysis.Reports;

/// <summary>Makes the report of one snapshot. Pure.</summary>
public static class Analyst
{
    private const int Most = 10, MostExamples = 5;

    private static readonly (string Name, double Share)[] Percentiles = [("p50", 0.5), ("p75", 0.75), ("p90", 0.9), ("p99", 0.99), ("p100", 1)];

    /// <param name="evidence">What is looked at.</param>
    /// <param name="remembers">Whether what began and ended is known.</param>
    public static AnalysisReport Report(Evidence evidence, bool remembers)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        Snapshot snapshot = evidence.Snapshot;
        double? all = Sum(snapshot, static (in ProcessRow row) => ProcessFacts.ResidentBytes(row.Sample));
        return new AnalysisReport
        {
            Time = snapshot.Time,
            Summary = Summarize(snapshot, all),
            Categories = Categorize(snapshot),
            Memory = Remember(snapshot, all ?? 0),
            Performance = new PerformanceReport(
                Top(snapshot, static (in ProcessRow row) => row.Rates.Cpu), Top(snapshot, static (in ProcessRow row) => row.Rates.RunQueueWait), Top(snapshot, static (in ProcessRow row) => row.Rates.DiskRead + row.Rates.DiskWrite)),
            Relationships = Relate(snapshot),
            Lifecycle = remembers ? Live(evidence) : null,
            Findings = Detectors.Find(evidence),
        };
    }

    private delegate double? Value(in ProcessRow row);

    private static ReportSummary Summarize(Snapshot snapshot, double? memory)
    {
        int kernel = 0, threads = 0, dotnet = 0;
        var states = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (ref readonly ProcessRow row in snapshot.Processes)
        {
            if (row.Description.IsKernelThread) kernel++;
            if (Categorizer.RuntimeOf(row) == "dotnet") dotnet++;
            threads += row.Sample.Stat.Threads;
            if (ProcessStates.NameOf(row.Sample.Stat.State) is { } state) states[state] = states.GetValueOrDefault(state) + 1;
        }
        return new ReportSummary(snapshot.ProcessCount, kernel, snapshot.GroupCount, threads, Rounded(Sum(snapshot, static (in ProcessRow row) => row.Rates.Cpu)), memory, dotnet, states);
    }

    private static List<CategoryUse> Categorize(Snapshot snapshot)
    {
        var byName = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (int i = 0; i < snapshot.ProcessCount; i++)
        {
            string category = Categorizer.NameOf(snapshot.Processes[i]);
            if (!byName.TryGetValue(category, out List<int>? members)) byName.Add(category, members = []);
            members.Add(i);
        }
        return [.. byName.Select(pair => Use(snapshot, pair.Key, pair.Value)).OrderByDescending(static use => use.Memory ?? 0).ThenBy(static use => use.Category, StringComparer.Ordinal)];
    }

    private static CategoryUse Use(Snapshot snapshot, string name, List<int> members)
    {
        double? cpu = null, memory = null;
        foreach (int index in members)
        {
            ref readonly ProcessRow row = ref snapshot.Processes[index];
            if (row.Rates.Cpu is { } cores) cpu = (cpu ?? 0) + cores;
            if (ProcessFacts.ResidentBytes(row.Sample) is { } bytes) memory = (memory ?? 0) + bytes;
        }
        var examples = members.OrderByDescending(index => ProcessFacts.ResidentBytes(snapshot.Processes[index].Sample) ?? 0).Take(MostExamples)
            .Select(index => new CategoryExample(Evidence.Of(snapshot.Processes[index]), Categorizer.Of(snapshot.Processes[index]).Reason));
        return new CategoryUse(name, members.Count, Rounded(cpu), memory, [.. examples]);
    }

    private static MemoryReport Remember(Snapshot snapshot, double all)
    {
        var sizes = new List<double>();
        var holders = new PriorityQueue<int, double>();
        for (int i = 0; i < snapshot.ProcessCount; i++)
        {
            if (ProcessFacts.ResidentBytes(snapshot.Processes[i].Sample) is not (> 0 and var bytes)) continue;
            sizes.Add(bytes);
            holders.Enqueue(i, bytes);
            if (holders.Count > Most) holders.Dequeue();
        }
        sizes.Sort();
        var percentiles = new Dictionary<string, double>();
        if (sizes.Count > 0)
            foreach ((string name, double share) in Percentiles) percentiles[name] = sizes[Math.Max(0, (int)Math.Ceiling(share * sizes.Count) - 1)];
        return new MemoryReport(sizes.Count > 0 ? Math.Round(sizes.Average()) : null, percentiles, [.. Descending(holders).Select(index => Holder(snapshot.Processes[index], all))]);
    }

    private static MemoryHolder Holder(in ProcessRow row, double all)
    {
        double resident = ProcessFacts.ResidentBytes(row.Sample)!.Value;
        return new MemoryHolder(Evidence.Of(row), row.Group, resident, ProcessFacts.ProportionalBytes(row.Sample), Math.Round(resident / all, 4));
    }

    private static List<RateHolder> Top(Snapshot snapshot, Value value)
    {
        var holders = new PriorityQueue<int, double>();
        for (int i = 0; i < snapshot.ProcessCount; i++)
        {
            if (value(snapshot.Processes[i]) is not (> 0 and var rate)) continue;
            holders.Enqueue(i, rate);
            if (holders.Count > Most) holders.Dequeue();
        }
        return [.. Descending(holders).Select(index => Rate(snapshot.Processes[index], value))];

        static RateHolder Rate(in ProcessRow row, Value value) => new(Evidence.Of(row), row.Group, Math.Round(value(row)!.Value, 4));
    }

    private static RelationshipReport Relate(Snapshot snapshot)
    {
        HashSet<int> sessions = [], groups = [];
        var children = new Dictionary<int, int>();
        int orphans = 0;
        foreach (ref readonly ProcessRow row in snapshot.Processes)
        {
            if (row.Description.IsKernelThread) continue;
            sessions.Add(row.Sample.Stat.Session);
            groups.Add(row.Sample.Stat.ProcessGroup);
            int parent = row.Sample.Stat.ParentPid;
            children[parent] = children.GetValueOrDefault(parent) + 1;
            if (parent == 1 && row.Description.Unit is null && row.Description.Container is null) orphans++;
        }
        List<Supervisor> supervisors = Supervisors.Of(snapshot);
        var families = children.Where(pair => snapshot.IndexOf(pair.Key) >= 0).OrderByDescending(static pair => pair.Value).ThenBy(static pair => pair.Key).Take(Most)
            .Select(pair => new Family(Evidence.Of(snapshot.Processes[snapshot.IndexOf(pair.Key)]), pair.Value));
        return new RelationshipReport(sessions.Count, groups.Count, supervisors.Sum(static one => one.ChildCount), supervisors.Count, [.. families], orphans);
    }

    private static LifecycleReport Live(Evidence evidence)
    {
        double minutes = Math.Max(1.0 / 60, (evidence.Snapshot.Time - evidence.Since).TotalMinutes);
        int starts = 0, exits = 0, failed = 0, bySignal = 0, byOom = 0, shortLived = 0;
        var groups = new Dictionary<string, GroupStarts>(StringComparer.Ordinal);
        for (int i = 0; i < evidence.Events.Count; i++)
        {
            LifecycleEvent happened = evidence.Events[i];
            GroupStarts group = groups.GetValueOrDefault(happened.Group) ?? new GroupStarts(happened.Group, 0, 0);
            if (!happened.IsEnd)
            {
                starts++;
                groups[happened.Group] = group with { Starts = group.Starts + 1 };
                continue;
            }
            exits++;
            if (happened.Outcome == ExitOutcome.Failure) failed++;
            if (happened.Outcome == ExitOutcome.Signal) bySignal++;
            if (happened.Outcome == ExitOutcome.OomKill) byOom++;
            if (happened.Lifetime < TimeSpan.FromSeconds(1)) shortLived++;
            if (happened.Outcome is ExitOutcome.Failure or ExitOutcome.OomKill) groups[happened.Group] = group with { Failed = group.Failed + 1 };
        }
        var most = groups.Values.Where(static group => group.Starts > 0).OrderByDescending(static group => group.Starts).ThenBy(static group => group.Group, StringComparer.Ordinal).Take(Most);
        return new LifecycleReport(evidence.Since, Math.Round(starts / minutes, 2), Math.Round(exits / minutes, 2), failed, bySignal, byOom, shortLived, [.. most]);
    }

    private static double? Sum(Snapshot snapshot, Value value)
    {
        double? sum = null;
        foreach (ref readonly ProcessRow row in snapshot.Processes)
            if (value(row) is { } one) sum = (sum ?? 0) + one;
        return sum;
    }

    private static List<int> Descending(PriorityQueue<int, double> queue)
    {
        var order = new List<int>();
        while (queue.TryDequeue(out int index, out _)) order.Add(index);
        order.Reverse();
        return order;
    }

    private static double? Rounded(double? value) => value is { } number ? Math.Round(number, 4) : null;
}
