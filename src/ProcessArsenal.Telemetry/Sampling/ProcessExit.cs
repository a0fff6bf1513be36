using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Collectors;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>A process that has ended.</summary>
/// <param name="ParentPid">Who was its parent at the end; 0 if nobody knows.</param>
/// <param name="EndedNanoseconds">When, on CLOCK_MONOTONIC; 0 if that was not told.</param>
/// <param name="LeftNanoseconds">When its main thread left, on CLOCK_MONOTONIC, or a little before: what it used from then on is not in its record,
/// and nobody can have waited for it earlier; 0 if that was not told.</param>
/// <param name="Pid">Its pid, which may be somebody else's by now.</param>
/// <param name="Description">Who it was; null if it was gone before anything could be read of it, and nothing was known of its parent.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Status">As wait(2) tells it; null if the kernel does not.</param>
/// <param name="Lifetime">Null if its start or its end was not seen.</param>
/// <param name="Usage">What it used in all; null if the kernel does not tell: what was sampled is all there is then.</param>
internal readonly record struct ProcessExit(
    int Pid, int ParentPid, ulong EndedNanoseconds, ulong LeftNanoseconds, ProcessDescription? Description, ExitOutcome Outcome, ExitStatus? Status,
    TimeSpan? Lifetime, TaskUsage? Usage);
