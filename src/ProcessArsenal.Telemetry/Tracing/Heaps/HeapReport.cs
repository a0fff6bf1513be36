namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>What fills a heap, for a person.</summary>
/// <param name="Types">Those with the most bytes first.</param>
/// <param name="Holders">Roots with the most below them first.</param>
/// <param name="UnheldObjects">That no root which was told leads to: of the runtime's own, or of what was lost.</param>
public sealed record HeapReport(HeapFacts Heap, int TypeCount, IReadOnlyList<HeapTypeLine> Types, IReadOnlyList<HeapHolder> Holders, long UnheldObjects, long UnheldBytes);

/// <summary>A type.</summary>
/// <param name="Bytes">Of its objects alone.</param>
/// <param name="HeldBytes">Of them and what they hold. An object that is held by several counts for one of them, the nearest to a root: an estimate, in both directions.</param>
/// <param name="Way">The shortest way from a root to most of them, with them at its end.</param>
/// <param name="OnWay">How many are held so.</param>
public sealed record HeapTypeLine(string Type, long Count, long Bytes, long HeldBytes, IReadOnlyList<string> Way, long OnWay);

/// <summary>What holds much.</summary>
/// <param name="Way">From the root to where it branches out.</param>
/// <param name="HeldBytes">Below the root; as estimated as in <see cref="HeapTypeLine"/>.</param>
/// <param name="Part">0 to 1, of the heap.</param>
public sealed record HeapHolder(IReadOnlyList<string> Way, long HeldBytes, double Part);
