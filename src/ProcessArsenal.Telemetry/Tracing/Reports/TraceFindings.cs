using ProcessArsenal.Telemetry.Analysis.Findings;

namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>What stands out in a report, with what to do about it. Pure.</summary>
internal static class TraceFindings
{
    private const double MuchPaused = 0.05, VeryMuchPaused = 0.2, MuchInduced = 0.2, HotPart = 0.3, MuchWaited = 0.5;
    private const double ManyThrown = 50, VeryManyThrown = 1000;
    private const long MuchAllocated = 500L << 20; // a second

    private const long FewSamples = 100;
    private const double LittleCpu = 0.05, ManyBlocked = 3;

    private static readonly Func<TraceReport, Finding?>[] All = [Starved, Convoy, Blocked, Paused, Induced, Thrown, Allocated, Failed, Hot, Nameless, Lost];

    /// <returns>The worst first.</returns>
    public static IReadOnlyList<Finding> Of(TraceReport report) =>
        [.. All.Select(find => find(report)).OfType<Finding>().OrderBy(static finding => Array.IndexOf(FindingSeverity.Order, finding.Severity))];

    private static Finding? Starved(TraceReport report) => report.ThreadPool is not { Starvations: > 2 } pool ? null : New(
        "starved_thread_pool", FindingSeverity.Critical,
        $"the thread pool added threads {pool.Starvations} times because those that it had were blocked while work waited; it came to {pool.MostThreads}",
        "something blocks its threads: look for .Result, .Wait() and locks in what they do (a recording with --preset cpu shows where they wait), and make that async");

    private static Finding? Convoy(TraceReport report)
    {
        if (report.Contention is not { } locks || locks.WaitSeconds < MuchWaited * report.Trace.Duration) return null;
        Place place = locks.Places[0];
        return New("lock_convoy", FindingSeverity.Critical,
            $"threads waited {locks.WaitSeconds:0.0} s for locks within {report.Trace.Duration:0.0} s, {locks.Waits} times; {place.Amount / locks.WaitSeconds:P0} of it in {Named(place.Method)}",
            "hold that lock for less time, or let each thread have its own data");
    }

    private static Finding? Blocked(TraceReport report)
    {
        double threads = report.Blocked?.Sum(static place => place.Threads) ?? 0;
        return threads < ManyBlocked ? null : New("blocked_pool_threads", FindingSeverity.Warning,
            $"{threads:0.0} threads of the pool wait on average, and do no work; most in {report.Blocked![0].Method}",
            "make that async: while they wait, other work waits for a thread");
    }

    private static Finding? Paused(TraceReport report) => report.Gc is not { } gc || gc.PausePart < MuchPaused ? null : New(
        "gc_pauses", gc.PausePart >= VeryMuchPaused ? FindingSeverity.Critical : FindingSeverity.Warning,
        $"all threads stood still for {gc.PausePart:P0} of the time: {gc.Collections} collections ({gc.Generations[2]} of generation 2), the longest pause {gc.LongestPause * 1000:0} ms",
        report.Allocations is { Places: [{ Method: not StackNames.Unknown } place, ..] } ? $"allocate less, first in {place.Method}; or try DOTNET_gcServer=1, which collects with several threads" : "record with --preset gc to see what is allocated where; DOTNET_gcServer=1 collects with several threads");

    private static Finding? Induced(TraceReport report)
    {
        if (report.Gc is not { } gc) return null;
        long induced = gc.Reasons.Where(static reason => reason.Name.StartsWith("Induced", StringComparison.Ordinal)).Sum(static reason => reason.Count);
        return induced < MuchInduced * gc.Collections ? null : New("gc_induced", FindingSeverity.Warning,
            $"{induced} of {gc.Collections} collections were asked for by the program", "find who calls GC.Collect(), and leave that to the runtime");
    }

    private static Finding? Thrown(TraceReport report)
    {
        if (report.Exceptions is not { } thrown || thrown.PerSecond < ManyThrown) return null;
        ThrownType most = thrown.Types[0];
        return New("exceptions", thrown.PerSecond >= VeryManyThrown ? FindingSeverity.Critical : FindingSeverity.Warning,
            $"{thrown.PerSecond:N0} exceptions a second; {(double)most.Count / thrown.Thrown:P0} are {most.Type}{By(most.Thrower)}",
            "each costs some 10 to 50 µs: test for what is usual instead of catching it (TryParse, TryGetValue)");
    }

    private static Finding? Allocated(TraceReport report)
    {
        if (report.Allocations is not { } memory || report.Trace.Duration <= 0 || memory.Bytes / report.Trace.Duration < MuchAllocated) return null;
        return New("allocations", FindingSeverity.Warning,
            $"{memory.Bytes / report.Trace.Duration / (1 << 20):0} MiB a second are allocated; {memory.Types[0].Part:P0} are {memory.Types[0].Type}, most by {Named(memory.Places[0].Method)}",
            "use these again (ArrayPool, a cached instance), or don't make them: spans, structs");
    }

    private static Finding? Failed(TraceReport report)
    {
        RequestGroup? worst = report.Requests?.Served.Concat(report.Requests.Made).MaxBy(static group => group.Failed);
        return worst is not { Failed: > 0 } ? null : New("failed_requests", FindingSeverity.Warning,
            $"{worst.Failed} of {worst.Count} requests {worst.Name} failed", "record with --preset exceptions to see what is thrown");
    }

    private static Finding? Hot(TraceReport report)
    {
        if (report.Cpu is not { Hot: [var hot, ..] } cpu || hot.ExclusivePart < HotPart || cpu.Samples < FewSamples || cpu.Seconds < LittleCpu * report.Trace.Duration) return null;
        return New("hot_method", FindingSeverity.Info, $"{hot.ExclusivePart:P0} of {cpu.Seconds:0.0} s of CPU time are in {hot.Method} itself", "that is the one worth making faster; who calls it is in the call tree");
    }

    private static Finding? Nameless(TraceReport report) => !report.HasNoNames ? null : New(
        "no_method_names", FindingSeverity.Info, $"nothing can be said of CPU time: what methods are called is told at the end of a recording, and this one has no end", "record again, and let the program and the recorder live until it has ended");

    private static Finding? Lost(TraceReport report) => report.Trace.LostEvents == 0 ? null : report.Native is not null ? New(
        "lost_samples", FindingSeverity.Info, $"{report.Trace.LostEvents} samples were lost, of whatever process, as we did not take them in time: times are too low where they were of this one", "record again when the machine is less busy") : New(
        "lost_events", FindingSeverity.Info, $"{report.Trace.LostEvents} events were lost, as the buffer in the program was full: counts are too low", "ask for fewer kinds of events, or a larger buffer");

    private static string By(string method) => method == StackNames.Unknown ? "" : $" by {method}";

    private static string Named(string method) => method == StackNames.Unknown ? "a method of which the name is not in the recording" : method;

    private static Finding New(string kind, string severity, FormattableString what, string advice) =>
        new() { Kind = kind, Severity = severity, What = FormattableString.Invariant(what), Advice = advice };
}
