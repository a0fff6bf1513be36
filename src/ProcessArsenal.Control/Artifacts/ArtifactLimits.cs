namespace ProcessArsenal.Control.Artifacts;

/// <summary>How much room the files that actions leave may take.</summary>
public sealed record ArtifactLimits
{
    /// <summary>Bytes of all of them, 1 MiB to 16 TiB.</summary>
    public long MaxSize { get; init; } = 2L << 30;

    /// <summary>1 min to 10 years.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How many.</summary>
    public int MaxCount { get; init; } = 1000;
}
