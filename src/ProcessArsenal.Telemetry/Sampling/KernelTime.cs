using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Times that the kernel's events tell, on the clock on the wall.</summary>
internal static class KernelTime
{
    /// <param name="nanoseconds">On CLOCK_MONOTONIC; 0 if it was not told: then it is now.</param>
    public static DateTimeOffset Of(ulong nanoseconds, TimeProvider time)
    {
        ulong now = KernelClock.MonotonicNanoseconds();
        DateTimeOffset wall = time.GetUtcNow();
        return nanoseconds == 0 || nanoseconds > now ? wall : wall - TimeSpan.FromTicks((long)((now - nanoseconds) / 100));
    }
}
