using System.Globalization;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Tracing.Native;

/// <summary>Why the kernel does not let us sample a process, with what would have it do so. Pure.</summary>
internal static class PerfRefusal
{
    private const int PermissionDenied = 1, AccessDenied = 13, NoProcess = 3, TooManyOfProcess = 24, TooManyFiles = 23, NoCall = 38, NoMemory = 12;

    /// <param name="error">errno.</param>
    /// <param name="paranoid">kernel.perf_event_paranoid; null if there is none.</param>
    /// <param name="isOwn">The process is of our user.</param>
    /// <param name="ofWaits">Off-CPU time was asked for.</param>
    public static string Of(int error, int? paranoid, bool isOwn, bool ofWaits) => error switch
    {
        NoCall => "the kernel has no perf events (CONFIG_PERF_EVENTS)",
        _ when paranoid is null => "the kernel has no perf events (CONFIG_PERF_EVENTS): there is no /proc/sys/kernel/perf_event_paranoid",
        NoProcess => "it has ended",
        TooManyOfProcess or TooManyFiles => FormattableString.Invariant($"it has too many threads for a descriptor each on each processor ({PerfEvents.MostDescriptors} at most, and LimitNOFILE): give us CAP_PERFMON, which samples processors instead"),
        NoMemory => "the kernel has no memory for that now",
        PermissionDenied or AccessDenied => Denied(paranoid.Value, isOwn, ofWaits),
        _ => string.Create(CultureInfo.InvariantCulture, $"the kernel refuses perf events (errno {error})"),
    };

    private static string Denied(int paranoid, bool isOwn, bool ofWaits)
    {
        int wanted = ofWaits ? 1 : 2;
        string setting = isOwn ? $"kernel.perf_event_paranoid of {wanted} or less (sysctl)" : "kernel.perf_event_paranoid of 0 or less (sysctl)";
        string so = $"kernel.perf_event_paranoid is {paranoid}";
        string filter = paranoid <= (isOwn ? wanted : 0) ? "; the setting would do, so a seccomp filter (of a container) or an LSM forbids perf_event_open(2)" : "";
        return $"the kernel does not let us sample it: that takes CAP_PERFMON (in a unit: AmbientCapabilities=CAP_PERFMON), or {setting}; {so}{filter}";
    }
}

/// <summary>A process can't be sampled; the message says why, and what would help.</summary>
internal sealed class PerfRefusedException(string message) : IOException(message);
