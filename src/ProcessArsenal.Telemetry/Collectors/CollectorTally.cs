namespace ProcessArsenal.Telemetry.Collectors;

/// <summary>What the collectors cost and how they fared in one tick; one entry each, in the order of the catalogue.</summary>
public sealed class CollectorTally
{
    /// <summary>Time spent reading, in units of <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long[] Elapsed { get; } = new long[CollectorCatalogue.All.Length];

    /// <summary>Processes whose file did not have the documented shape.</summary>
    public int[] Failed { get; } = new int[CollectorCatalogue.All.Length];

    internal void Clear()
    {
        Array.Clear(Elapsed);
        Array.Clear(Failed);
    }

    internal void CopyTo(CollectorTally other)
    {
        Elapsed.CopyTo(other.Elapsed, 0);
        Failed.CopyTo(other.Failed, 0);
    }
}
