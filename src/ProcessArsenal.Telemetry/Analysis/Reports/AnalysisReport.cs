using ProcessArsenal.Telemetry.Analysis.Findings;
using ProcessArsenal.Telemetry.Flows;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Analysis.Reports;

/// <summary>All processes at once: what they are, what they use, who belongs to whom, what comes and goes, and what is wrong. What is not known is null.</summary>
public sealed record AnalysisReport
{
    /// <summary>When the processes were sampled.</summary>
    public required DateTimeOffset Time { get; init; }

    public required ReportSummary Summary { get; init; }

    /// <summary>By what kind of program they are, those that use most memory first.</summary>
    public required IReadOnlyList<CategoryUse> Categories { get; init; }

    public required MemoryReport Memory { get; init; }
    public required PerformanceReport Performance { get; init; }
    public required RelationshipReport Relationships { get; init; }

    /// <summary>The same with who is connected to whom.</summary>
    public AnalysisReport WithPeers(FlowReport peers) => this with { Relationships = Relationships with { Peers = peers.Pairs } };

    /// <summary>Null where nobody remembers what began and ended.</summary>
    public LifecycleReport? Lifecycle { get; init; }

    /// <summary>What is wrong, the worst first, with what to do.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }
}

/// <param name="Threads">Of all of them.</param>
/// <param name="Cpu">Cores in use.</param>
/// <param name="Memory">Bytes resident, summed: pages that several share count in each.</param>
/// <param name="Dotnet">.NET processes.</param>
/// <param name="States">Processes by state.</param>
public sealed record ReportSummary(int Processes, int KernelThreads, int Groups, int Threads, double? Cpu, double? Memory, int Dotnet, IReadOnlyDictionary<string, int> States);

/// <param name="Category">See categories.</param>
/// <param name="Cpu">Cores in use; null if of none it is known.</param>
/// <param name="Memory">Bytes resident.</param>
/// <param name="Examples">Those that use most memory, at most five, with the reason why they are thought to be of the kind.</param>
public sealed record CategoryUse(string Category, int Processes, double? Cpu, double? Memory, IReadOnlyList<CategoryExample> Examples);

public sealed record CategoryExample(Relative Process, string Reason);

/// <param name="Mean">Bytes resident of a process that has an address space.</param>
/// <param name="Percentiles">Bytes resident at p50, p75, p90, p99 and p100.</param>
/// <param name="Largest">At most ten.</param>
public sealed record MemoryReport(double? Mean, IReadOnlyDictionary<string, double> Percentiles, IReadOnlyList<MemoryHolder> Largest);

/// <param name="Resident">Bytes.</param>
/// <param name="Proportional">Bytes, shared pages divided by those who map them; null if it was not read.</param>
/// <param name="Share">Of what all processes have resident.</param>
public sealed record MemoryHolder(Relative Process, string? Group, double Resident, double? Proportional, double Share);

/// <param name="Busiest">By CPU, at most ten.</param>
/// <param name="Waiting">By the time that they were ready to run and had no processor, at most ten.</param>
/// <param name="Storage">By bytes from and to storage, at most ten.</param>
public sealed record PerformanceReport(IReadOnlyList<RateHolder> Busiest, IReadOnlyList<RateHolder> Waiting, IReadOnlyList<RateHolder> Storage);

/// <param name="Value">Cores, seconds per second, or bytes per second.</param>
public sealed record RateHolder(Relative Process, string? Group, double Value);

/// <param name="Sessions">Login sessions and those that daemons made (setsid(2)).</param>
/// <param name="ProcessGroups">Process groups (setpgid(2)).</param>
/// <param name="Supervised">Processes that somebody starts again when they end.</param>
/// <param name="Supervisors">Who does so.</param>
/// <param name="Families">Parents with most children, at most ten.</param>
/// <param name="Orphans">Processes whose parent is the first process, and that are no service.</param>
/// <param name="Peers">Who is connected to whom by TCP, unix sockets and pipes; null if that was not asked.</param>
public sealed record RelationshipReport(int Sessions, int ProcessGroups, int Supervised, int Supervisors, IReadOnlyList<Family> Families, int Orphans, IReadOnlyList<FlowPair>? Peers = null);

public sealed record Family(Relative Parent, int Children);

/// <param name="Since">From when on all are known.</param>
/// <param name="StartsPerMinute">Processes that began.</param>
/// <param name="ShortLived">Of those that ended, how many lived less than a second.</param>
/// <param name="MostStarted">Groups by how many of their processes began, at most ten.</param>
public sealed record LifecycleReport(DateTimeOffset Since, double StartsPerMinute, double ExitsPerMinute, int Failed, int BySignal, int ByOom, int ShortLived, IReadOnlyList<GroupStarts> MostStarted);

public sealed record GroupStarts(string Group, int Starts, int Failed);
