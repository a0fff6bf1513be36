namespace ProcessArsenal.Telemetry.EventPipe.Runtime;

/// <summary>How long things took, by a fixed ladder of bounds.</summary>
internal sealed class DurationHistogram
{
    /// <summary>Upper bounds in seconds, as a Prometheus histogram has them in <c>le</c>; what is longer is in a last bucket without one.</summary>
    public static readonly double[] Bounds = [1e-6, 1e-5, 1e-4, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly long[] _buckets = new long[Bounds.Length + 1];

    /// <summary>How many, by the smallest bound that they did not exceed.</summary>
    public ReadOnlySpan<long> Buckets => _buckets;

    public long Count { get; private set; }

    /// <summary>Seconds.</summary>
    public double Sum { get; private set; }

    public void Add(double seconds)
    {
        int index = Bounds.AsSpan().BinarySearch(seconds);
        _buckets[index < 0 ? ~index : index]++;
        Count++;
        Sum += seconds;
    }
}
