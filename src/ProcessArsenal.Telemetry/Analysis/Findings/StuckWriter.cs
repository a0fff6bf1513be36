using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Analysis.Findings;

/// <summary>A process whose main thread waits for room in a pipe.</summary>
/// <param name="Index">Its place among the processes of the snapshot.</param>
/// <param name="Readers">Other processes that have the other end of a pipe which it may write to; empty if none is known.</param>
public sealed record StuckWriter(int Index, IReadOnlyList<Relative> Readers);
