using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Tracing.Native;

/// <summary>How the kernel is to sample a process, and how much of it at most.</summary>
internal sealed record NativeOptions
{
    /// <summary>Samples a second of all processors together, at most: each copies a piece of a stack.</summary>
    private const int MostSamples = 32_000;

    private const int MostRings = 64 << 20, LargestRing = 8 << 20, LeastRing = 256 << 10, Usual = 299, Least = 49;

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Samples. Reached, it is ended.</summary>
    public long MostEvents { get; init; } = 10_000_000;

    /// <summary>Bytes of the file. What would have more is not kept.</summary>
    public long MostBytes { get; init; } = 256L << 20;

    /// <summary>Where threads wait, and for how long, instead of where they run.</summary>
    public bool OfWaits { get; init; }

    /// <summary>What is asked of the kernel on a machine with so many processors: on a large one fewer samples of each, and less memory.</summary>
    public PerfSampling ToSampling(int processors)
    {
        int rate = Math.Clamp(MostSamples / Math.Max(1, processors), Least, Usual);
        long ring = LargestRing;
        while (ring > LeastRing && ring * processors > MostRings) ring /= 2;
        return new PerfSampling { Interval = TimeSpan.FromTicks(TimeSpan.TicksPerSecond / rate), RingBytes = (int)ring, OfSwitches = OfWaits };
    }
}
