using Microsoft.Diagnostics.Tracing.Etlx;
using Microsoft.Diagnostics.Tracing.EventPipe;
using ProcessArsenal.Telemetry.Tracing.Profiles;

namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>Samples of all threads. A thread that is in a method that waits has no CPU time.</summary>
/// <param name="threadSeconds">CPU time of threads by the kernel's account, by their ids; null if nobody asked it.</param>
internal sealed class CpuReader(IReadOnlyDictionary<int, double>? threadSeconds) : ITraceSection
{
    private const int MostHot = 50, DeepestTree = 64, MostGaps = 1_000_000, MostBlocked = 20;
    private const double LeastPart = 0.01;

    /// <summary>Event sources are told that a session has begun, and describe themselves.</summary>
    private const string SessionBegins = "System.Diagnostics.Tracing.EventPipeEventProvider.Callback";

    private const string PoolThread = "System.Threading.PortableThreadPool+WorkerThread.", PoolWaits = "System.Threading.LowLevelLifoSemaphore.Wait";

    private readonly Dictionary<(int Thread, CallStackIndex Stack), long> _counts = [];
    private StackNames? _names;
    private long _ofRecording;
    private readonly Dictionary<int, double> _lastOf = [];
    private readonly List<double> _gaps = [];
    private readonly Tally _blocked = new();

    /// <summary>What was sampled; null if nothing was.</summary>
    public StackProfile? Profile { get; private set; }

    public void Listen(TraceLogEventSource source, StackNames names)
    {
        _names = names;
        new SampleProfilerTraceEventParser(source).ThreadSample += sample => Take(sample.TimeStampRelativeMSec, sample.ThreadID, sample.CallStackIndex());
    }

    public TraceReport AddTo(TraceReport report)
    {
        if (_counts.Count == 0) return report;
        Profile = Build(report.Trace);
        long nameless = Profile.Stacks.Where(stack => stack.Frames.Length > 0 && Array.TrueForAll(stack.Frames, frame => Profile.Methods[frame] == StackNames.Unknown)).Sum(static stack => stack.Running);
        if (2 * nameless > Profile.Running)
        {
            Profile = null; // Who waits can't be told from who works: whatever were said would be wrong.
            return report with { HasNoNames = true };
        }
        return report with
        {
            Blocked = Blocked(),
            Cpu = new CpuSection(Profile.Seconds().Sum(), threadSeconds is { Count: > 0 }, Profile.Running, Profile.Waiting, _ofRecording, Profile.Stacks.Where(static stack => stack.Running > 0).Select(static stack => stack.Thread).Distinct().Count(),
                HotMethods.Of(Profile, MostHot), CallTree.Of(Profile, LeastPart, DeepestTree)),
        };
    }

    private void Take(double at, int thread, CallStackIndex stack)
    {
        if (_gaps.Count < MostGaps && _lastOf.TryGetValue(thread, out double before)) _gaps.Add(at - before);
        _lastOf[thread] = at;
        var key = (thread, stack);
        _counts[key] = _counts.GetValueOrDefault(key) + 1;
    }

    private StackProfile Build(TraceFacts trace)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var frames = new Dictionary<CallStackIndex, (int[] Frames, bool Waits)?>();
        var stacks = new List<StackCount>();
        foreach (((int thread, CallStackIndex index), long count) in _counts)
        {
            if (!frames.TryGetValue(index, out (int[] Frames, bool Waits)? stack)) frames[index] = stack = FramesOf(index, numbers);
            if (stack is { Waits: true } && OfPool(index) is { } place) _blocked.Add(place, count);
            if (stack is not { } known) _ofRecording += count;
            else stacks.Add(new StackCount(thread, known.Frames, known.Waits ? 0 : count, known.Waits ? count : 0));
        }
        return new StackProfile
        {
            Methods = [.. numbers.OrderBy(static pair => pair.Value).Select(static pair => pair.Key)],
            Stacks = stacks,
            Began = trace.Began,
            Duration = TimeSpan.FromSeconds(trace.Duration),
            ThreadSeconds = threadSeconds,
            Interval = TimeSpan.FromMilliseconds(Interval()),
        };
    }

    /// <summary>Milliseconds between two samples of a thread: usually, as in a collection no thread runs, and none is sampled.</summary>
    private double Interval()
    {
        if (_gaps.Count == 0) return 1;
        _gaps.Sort();
        return _gaps[_gaps.Count / 2];
    }

    /// <returns>Where a thread of the pool waits for something else than for work; null if it does not, or is none.</returns>
    private string? OfPool(CallStackIndex index)
    {
        string[] names = [.. _names!.Of(index)];
        return names.Any(static name => name.StartsWith(PoolThread, StringComparison.Ordinal)) && !names.Any(static name => name.StartsWith(PoolWaits, StringComparison.Ordinal)) ? _names.InnermostOwn(index) : null;
    }

    /// <returns>How many threads of the pool waited on average, by where; null if none did.</returns>
    private IReadOnlyList<BlockedPlace>? Blocked()
    {
        double rounds = _counts.GroupBy(static pair => pair.Key.Thread).Max(static thread => thread.Sum(static pair => pair.Value));
        return _blocked.Count == 0 ? null : [.. _blocked.Places(MostBlocked).Select(place => new BlockedPlace(place.Method, place.Amount / rounds))];
    }

    /// <returns>Null for what the recording itself has the program do.</returns>
    private (int[] Frames, bool Waits)? FramesOf(CallStackIndex index, Dictionary<string, int> numbers)
    {
        List<string> names = [.. _names!.Of(index).SkipWhile(WaitMethods.IsSampler)];
        if (names.Exists(static name => name.StartsWith(SessionBegins, StringComparison.Ordinal))) return null;
        var frames = new int[names.Count];
        for (int i = 0; i < frames.Length; i++)
        {
            string name = names[^(i + 1)];
            if (!numbers.TryGetValue(name, out int number)) numbers[name] = number = numbers.Count;
            frames[i] = number;
        }
        return (frames, names.Count == 0 || WaitMethods.Contains(names[0])); // Who has no managed frame at all is a thread of the runtime's own.
    }
}
