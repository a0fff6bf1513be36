using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>When the machine started, in wall-clock time, so that start ticks become times. Measured finely once and kept, since a start
/// time that trembles with each measurement can't be joined on; measured again only when the wall clock was stepped.</summary>
internal sealed class BootClock(TimeProvider time)
{
    /// <summary>Slewing by NTP stays below it for weeks; a step is what an administrator or a resume does.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private DateTimeOffset? _boot;

    /// <summary>Rises when the wall clock was stepped: start times told before are those of another clock.</summary>
    public int Generation { get; private set; }

    /// <summary>Time since boot at the beginning of this tick; null if it can't be read.</summary>
    public TimeSpan? Uptime { get; private set; }

    /// <summary>The same in whole clock ticks, rounded down as the kernel does with start times: only so can the two be compared.</summary>
    public ulong? UptimeTicks => Uptime is { } uptime ? (ulong)(uptime.Ticks / (TimeSpan.TicksPerSecond / SystemConstants.ClockTicksPerSecond)) : null;

    public void Update(ProcFs proc)
    {
        if (proc.ReadUptime(out TimeSpan uptime) != ReadOutcome.Ok)
        {
            Uptime = null;
            return;
        }
        Uptime = uptime;
        DateTimeOffset boot = time.GetUtcNow() - uptime;
        if (_boot is { } known && (boot - known).Duration() <= Step) return;
        _boot = boot;
        Generation++;
    }

    public static TimeSpan SinceBoot(ulong ticks) => TimeSpan.FromSeconds(ticks / (double)SystemConstants.ClockTicksPerSecond);

    public DateTimeOffset? StartOf(in ProcStat stat) => _boot is { } boot ? boot + SinceBoot(stat.StartTicks) : null;

    public TimeSpan? Age(in ProcStat stat)
    {
        if (Uptime is not { } uptime) return null;
        TimeSpan age = uptime - SinceBoot(stat.StartTicks);
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }
}
