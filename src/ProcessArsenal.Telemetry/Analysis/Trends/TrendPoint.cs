namespace ProcessArsenal.Telemetry.Analysis.Trends;

/// <summary>What a value was in one piece of time.</summary>
internal struct TrendPoint
{
    /// <summary>The middle of what is known of it, seconds before the latest value, so never above zero.</summary>
    public double Time;

    /// <summary>How long it is, seconds.</summary>
    public double Weight;

    /// <summary>The mean.</summary>
    public double Value;

    /// <summary>The lowest: what a garbage collector could not give back.</summary>
    public double Low;
}
