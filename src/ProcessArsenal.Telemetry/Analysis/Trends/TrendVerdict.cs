namespace ProcessArsenal.Telemetry.Analysis.Trends;

/// <summary>What a series of values does, as far as leaks go.</summary>
public enum TrendVerdict : byte
{
    /// <summary>Too little is known of it: less than <see cref="LeakDetector.Least"/>, or with too many gaps.</summary>
    Unknown,

    /// <summary>It does not rise, or by no more than its noise or <see cref="LeakDetector.LeastRise"/> explains.</summary>
    Steady,

    /// <summary>It stepped up or began to rise so lately that it may as well stop.</summary>
    TooEarly,

    /// <summary>What it takes it gives back: it was as high before, or its lowest lately is no higher than it was on average.</summary>
    GivenBack,

    /// <summary>It rises more slowly than before, as a process does that warms up, or has not yet shown that it does not.</summary>
    Slowing,

    /// <summary>It rises, and goes on.</summary>
    Leak,
}
