namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>What grew between two looks into the heap of a program.</summary>
/// <param name="Types">Those that grew most, by bytes.</param>
/// <param name="Holders">Roots below which most was added.</param>
public sealed record HeapComparison(HeapFacts Before, HeapFacts After, long GrownObjects, long GrownBytes, IReadOnlyList<HeapTypeGrowth> Types, IReadOnlyList<HeapHolderGrowth> Holders);

/// <summary>A type that grew.</summary>
/// <param name="Way">The shortest way from a root to most of those that were added, with them at its end; empty if no root leads to any.</param>
public sealed record HeapTypeGrowth(string Type, long CountBefore, long CountAfter, long BytesBefore, long BytesAfter, IReadOnlyList<string> Way)
{
    public long GrownCount => CountAfter - CountBefore;

    public long GrownBytes => BytesAfter - BytesBefore;
}

/// <summary>Where objects gather.</summary>
/// <param name="Way">From the root to what holds them.</param>
/// <param name="Type">What gathers there; null where no single type does.</param>
/// <param name="CountBefore">Of that type, there.</param>
/// <param name="HeldBytesBefore">Below it: see <see cref="HeapTypeLine"/>.</param>
/// <param name="With">Types that came along with it, the most bytes first.</param>
public sealed record HeapHolderGrowth(
    IReadOnlyList<string> Way, string? Type, long CountBefore, long CountAfter, long HeldBytesBefore, long HeldBytesAfter, IReadOnlyList<HeapCompanion> With);

/// <param name="GrownCount">How many more there are.</param>
public sealed record HeapCompanion(string Type, long GrownCount, long GrownBytes);
