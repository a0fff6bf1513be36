using ProcessArsenal.Telemetry.Analysis.Findings;
using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Analysis.Health;

/// <summary>How fit all processes are, by group. Kernel threads are left out, and who is in no group.</summary>
/// <param name="Time">When they were sampled.</param>
/// <param name="Status"><c>healthy</c>, or <c>unhealthy</c> if any process or group is.</param>
/// <param name="Groups">Those with most unhealthy members first.</param>
/// <param name="Unhealthy">Processes that are not healthy, and why.</param>
public sealed record HealthReport(DateTimeOffset Time, string Status, IReadOnlyList<GroupHealth> Groups, IReadOnlyList<UnhealthyProcess> Unhealthy)
{
    /// <summary>Unhealthy processes that are named.</summary>
    public const int MostNamed = 1000;

    /// <summary>Makes it. Pure.</summary>
    public static HealthReport Of(Evidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        var loops = new List<Finding>();
        CrashLoops.Find(evidence, loops);
        HashSet<string> looping = [.. loops.Select(static loop => loop.Group!)];
        var groups = new Dictionary<string, GroupHealth>(StringComparer.Ordinal);
        var unhealthy = new List<UnhealthyProcess>();
        foreach (ref readonly GroupRow group in evidence.Snapshot.Groups) groups.TryAdd(group.Key.Name, new GroupHealth(group.Key.Name, 0, 0, 0, 0, looping.Contains(group.Key.Name)));
        foreach (ref readonly ProcessRow row in evidence.Snapshot.Processes)
        {
            if (row.Description.IsKernelThread || row.Group is not { } name) continue;
            GroupHealth group = groups.GetValueOrDefault(name) ?? new GroupHealth(name, 0, 0, 0, 0, looping.Contains(name));
            HealthStatus status = ProcessHealth.Of(row, group.IsInCrashLoop, out string? reason);
            groups[name] = group.With(status);
            if (reason is not null && unhealthy.Count < MostNamed) unhealthy.Add(new UnhealthyProcess(Evidence.Of(row), name, reason));
        }
        groups.Remove(Sampling.ProcessDescription.KernelGroup);
        bool isHealthy = groups.Values.All(static group => group.Unhealthy == 0 && !group.IsInCrashLoop);
        return new HealthReport(evidence.Snapshot.Time, isHealthy ? "healthy" : "unhealthy",
            [.. groups.Values.OrderByDescending(static group => group.IsInCrashLoop).ThenByDescending(static group => group.Unhealthy).ThenBy(static group => group.Group, StringComparer.Ordinal)], unhealthy);
    }
}

/// <param name="Processes">Members that exist.</param>
/// <param name="Starting">Younger than <see cref="ProcessHealth.Grace"/>.</param>
/// <param name="IsInCrashLoop">Its processes fail and are started again, over and over; it may have none at the moment.</param>
public sealed record GroupHealth(string Group, int Processes, int Healthy, int Starting, int Unhealthy, bool IsInCrashLoop)
{
    internal GroupHealth With(HealthStatus status) => this with
    {
        Processes = Processes + 1,
        Healthy = Healthy + (status == HealthStatus.Healthy ? 1 : 0),
        Starting = Starting + (status == HealthStatus.Starting ? 1 : 0),
        Unhealthy = Unhealthy + (status == HealthStatus.Unhealthy ? 1 : 0),
    };
}

/// <param name="Reason">In words.</param>
public sealed record UnhealthyProcess(Relative Process, string Group, string Reason);
