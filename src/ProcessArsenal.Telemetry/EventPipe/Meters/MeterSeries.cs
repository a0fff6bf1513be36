namespace ProcessArsenal.Telemetry.EventPipe.Meters;

/// <summary>One series of an instrument of a target: an instrument with one set of tags. Names and tags are chosen by the target.</summary>
/// <param name="Meter">Whose instrument it is.</param>
/// <param name="Version">Of the meter; empty if it has none.</param>
/// <param name="Instrument">Its name.</param>
/// <param name="Unit">UCUM, as a rule; empty if it has none.</param>
/// <param name="Tags">As they come: <c>k=v,k2=v2</c>, not escaped.</param>
/// <param name="Kind">What its values are said to mean.</param>
internal sealed record MeterSeries(string Meter, string Version, string Instrument, string Unit, string Tags, MeterKind Kind)
{
    /// <summary>Levels that runtimes 9 and 10 tell as counters (RuntimeMetrics.cs: <c>CreateObservableUpDownCounter</c> came later).</summary>
    private static readonly string[] MistoldLevels = ["dotnet.thread_pool.thread.count", "dotnet.thread_pool.queue.length"];

    /// <summary>What its values mean in truth: <see cref="Kind"/>, but for levels that are told as counters.</summary>
    public MeterKind Meaning { get; } = Meter == "System.Runtime" && MistoldLevels.Contains(Instrument) ? MeterKind.UpDownCounter : Kind;

    /// <summary>What the program says it is; empty if it says nothing.</summary>
    public string Description { get; init; } = "";

    /// <summary>The runtime asks the program for each value, so that it is what the program says: a level or a total, and no change since we listen.
    /// Null if that is not known.</summary>
    public bool? IsObserved { get; init; }

    /// <summary>A counter's total, an up-down counter's change since we listen, a gauge's latest value, or the sum of what a histogram recorded. NaN
    /// while none was told.</summary>
    public double Value { get; set; } = Kind == MeterKind.Histogram ? 0 : double.NaN;

    /// <summary>How often a histogram recorded, since we listen.</summary>
    public long Count { get; set; }

    /// <summary>Of a histogram over the latest interval: the quantiles 0.5, 0.95 and 0.99; NaN without any.</summary>
    public double[] Quantiles { get; } = Kind == MeterKind.Histogram ? [double.NaN, double.NaN, double.NaN] : [];

    /// <summary>Of a histogram: the upper ends of its buckets, inclusive and rising. Shared: not to be written.</summary>
    public double[] Bounds { get; } = Kind == MeterKind.Histogram ? BucketLadder.Of(Unit).Bounds : [];

    /// <summary>Of a histogram, for each of <see cref="Bounds"/>: how many values are known to be at most that, those of the buckets before it
    /// included; how many there are at all says <see cref="Count"/>. Never falls. Null where the runtime tells quantiles only.</summary>
    public long[]? Buckets { get; set; }

    /// <summary>Of a histogram: all that it recorded, as told; null where the runtime tells none, or nobody wants them.</summary>
    public ExponentialBuckets? Exponential { get; set; }

    /// <summary>What is counted began at 0 with the session or later. Else it is older: an observed counter tells what its program counts, and one that
    /// another tool listens to already goes on from there.</summary>
    public bool IsOfSession { get; set; } = Kind == MeterKind.Histogram;

    /// <summary>The interval in which it was told last, by <see cref="MeterTable.Intervals"/>.</summary>
    public long Interval { get; set; }
}

/// <summary>What the values of a series mean.</summary>
internal enum MeterKind : byte
{
    /// <summary>Rises only.</summary>
    Counter,

    /// <summary>Rises and falls; pushed ones begin at 0 when somebody listens, so their level is not known.</summary>
    UpDownCounter,

    /// <summary>A level.</summary>
    Gauge,

    /// <summary>A distribution.</summary>
    Histogram,
}
