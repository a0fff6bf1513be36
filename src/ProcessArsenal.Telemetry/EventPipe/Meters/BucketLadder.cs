namespace ProcessArsenal.Telemetry.EventPipe.Meters;

/// <summary>The bounds that a histogram of a target is told by: the same for every target and for good, so that series can be added up. They are
/// those of OpenTelemetry (<see href="https://github.com/open-telemetry/opentelemetry-specification/blob/main/specification/metrics/sdk.md#explicit-bucket-histogram-aggregation">sdk.md</see>,
/// and for seconds those that the semantic conventions advise).</summary>
internal sealed class BucketLadder
{
    private static readonly BucketLadder Seconds = new([0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]);
    private static readonly BucketLadder Others = new([0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000]);

    private readonly double[] _logarithms;

    private BucketLadder(double[] bounds)
    {
        Bounds = bounds;
        _logarithms = Array.ConvertAll(bounds, Math.Log2);
    }

    /// <summary>Inclusive, rising; what is beyond the last one is in no bucket but that of all.</summary>
    public double[] Bounds { get; }

    /// <summary>That of instruments with a unit.</summary>
    public static BucketLadder Of(string unit) => unit == "s" ? Seconds : Others;

    /// <summary>The last exponential bucket of a scale that lies below a bound as a whole. Bucket i holds what is greater than
    /// 2^(i / 2^scale) and at most 2^((i + 1) / 2^scale).</summary>
    public double LastBelow(int bound, int scale) => Math.Floor(Math.ScaleB(_logarithms[bound], scale)) - 1;
}
