using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Analysis.Health;

/// <summary>Whether a process is fit for work, by what the kernel says of it: it is past its grace period, has not ended, is not stopped, and its group is not
/// in a crash loop. Whether it answers is for health checks to say.</summary>
public static class ProcessHealth
{
    /// <summary>A younger one is starting.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private const int StoppedState = 3, DefunctState = 4; // ProcessStates.Names

    /// <param name="isInCrashLoop">Whether its group is in one.</param>
    /// <param name="reason">Why it is not healthy; null if it is, or is starting.</param>
    public static HealthStatus Of(in ProcessRow row, bool isInCrashLoop, out string? reason)
    {
        reason = ProcessStates.IndexOf(row.Sample.Stat.State) switch
        {
            DefunctState => "it has ended, and its parent has not asked how",
            StoppedState => "it is stopped",
            _ when isInCrashLoop => "its group is in a crash loop",
            _ => null,
        };
        return reason is not null ? HealthStatus.Unhealthy : row.Uptime < Grace ? HealthStatus.Starting : HealthStatus.Healthy;
    }
}

/// <summary>How fit something is.</summary>
public enum HealthStatus
{
    Healthy,

    /// <summary>Too young to tell.</summary>
    Starting,

    Unhealthy,
}
