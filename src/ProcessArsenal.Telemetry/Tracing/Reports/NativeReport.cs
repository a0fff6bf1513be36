using ProcessArsenal.Telemetry.Tracing.Events;
using ProcessArsenal.Telemetry.Tracing.Native;
using ProcessArsenal.Telemetry.Tracing.Profiles;

namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>What samples of the kernel tell. Pure.</summary>
internal static class NativeReport
{
    private const int MostHot = 50, DeepestTree = 64;
    private const double LeastPart = 0.01;

    /// <param name="stacks">Of the profile.</param>
    /// <param name="file">Its name.</param>
    /// <param name="method">Functions that more is to be said of; null for none.</param>
    public static TraceReport Of(NativeProfile profile, StackProfile stacks, string file, NamePattern? method)
    {
        IReadOnlyList<HotMethod> hot = HotMethods.Of(stacks, MostHot);
        IReadOnlyList<CallNode> tree = CallTree.Of(stacks, LeastPart, DeepestTree);
        double seconds = stacks.Seconds().Sum();
        int threads = stacks.Stacks.Select(static stack => stack.Thread).Distinct().Count();
        return new TraceReport
        {
            Trace = new TraceFacts(file, profile.Pid, profile.Began, profile.Duration, profile.Samples, profile.Lost, Incomplete: null),
            Findings = [],
            Native = new NativeSection(profile.OfWaits ? "offcpu" : "cpu", profile.Dropped, profile.Notes),
            Cpu = profile.OfWaits ? null : new CpuSection(seconds, IsMeasured: false, profile.Samples, WaitingSamples: 0, RecordingSamples: 0, threads, hot, tree),
            OffCpu = profile.OfWaits ? new OffCpuSection(seconds, profile.Samples, threads, hot, tree) : null,
            Calls = method is null || profile.OfWaits ? null : CallsReader.Of(stacks, method),
        };
    }
}
