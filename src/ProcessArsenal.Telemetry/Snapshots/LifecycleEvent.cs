using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Collectors;

namespace ProcessArsenal.Telemetry.Snapshots;

/// <summary>A process began or ended.</summary>
/// <param name="Id">Ascending by one, from 1 on.</param>
/// <param name="Time">When it happened, where the kernel tells; else when we learned of it. So not quite ascending.</param>
/// <param name="IsEnd">It ended; else it began.</param>
/// <param name="Pid">Its pid, which may be somebody else's by now.</param>
/// <param name="Identity">Null if it was gone before it could be looked at.</param>
/// <param name="ParentPid">0 if it has none that we may see, or if that is not known.</param>
/// <param name="Name">comm; chosen by the process.</param>
/// <param name="Group">The group that it is counted in.</param>
/// <param name="Outcome">How it ended; of one that began, <see cref="ExitOutcome.Unknown"/>.</param>
/// <param name="Code">Exit code, or the number of the signal; null if the kernel does not tell.</param>
/// <param name="Lifetime">Null if its start or its end was not seen.</param>
/// <param name="CpuSeconds">CPU time that it used in all; null if the kernel does not tell.</param>
public readonly record struct LifecycleEvent(
    long Id, DateTimeOffset Time, bool IsEnd, int Pid, ProcessIdentity? Identity, int ParentPid, string Name, string Group, ExitOutcome Outcome, int? Code,
    TimeSpan? Lifetime, double? CpuSeconds);
