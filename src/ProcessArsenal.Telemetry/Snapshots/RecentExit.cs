using ProcessArsenal.Telemetry.Collectors;

namespace ProcessArsenal.Telemetry.Snapshots;

/// <summary>A process that ended lately.</summary>
/// <param name="Time">When we learned of it.</param>
/// <param name="Pid">Its pid, which may be somebody else's by now.</param>
/// <param name="Name">comm; chosen by the process.</param>
/// <param name="Group">The group that it was counted in.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Code">Exit code, or the number of the signal; null if the kernel does not tell.</param>
/// <param name="Lifetime">Null if its start or its end was not seen.</param>
/// <param name="CpuSeconds">CPU time that it used in all; null if the kernel does not tell.</param>
public readonly record struct RecentExit(
    DateTimeOffset Time, int Pid, string Name, string Group, ExitOutcome Outcome, int? Code, TimeSpan? Lifetime, double? CpuSeconds)
{
    /// <summary>How many are remembered.</summary>
    public const int Most = 64;
}
