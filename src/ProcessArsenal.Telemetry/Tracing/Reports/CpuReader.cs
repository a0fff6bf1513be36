using Microsoft.Diagnostics.Tracing.Etlx;
using Microsoft.Diagnostics.Tracing.EventPipe;
using ProcessArsenal.Telemetry.Tracing.Profiles;

namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>Samples of all threads. A thread that is in a method that waits has no CPU time.</summary>
internal sealed class CpuReader : ITraceSection
{
    private const int MostHot = 50, DeepestTree = 64;
    private const double LeastPart = 0.01;

    /// <summary>Event sources are told that a session has begun, and describe themselves.</summary>
    private const string SessionBegins = "System.Diagnostics.Tracing.EventPipeEventProvider.Callback";

    private readonly Dictionary<(int Thread, CallStackIndex Stack), long> _counts = [];
    private StackNames? _names;
    private long _ofRecording;
    private double _first = double.NaN, _last;

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
        return report with
        {
            Cpu = new CpuSection(Profile.Seconds().Sum(), Profile.Running, Profile.Waiting, _ofRecording, Profile.Stacks.Where(static stack => stack.Running > 0).Select(static stack => stack.Thread).Distinct().Count(),
                HotMethods.Of(Profile, MostHot), CallTree.Of(Profile, LeastPart, DeepestTree)),
        };
    }

    private void Take(double at, int thread, CallStackIndex stack)
    {
        if (double.IsNaN(_first)) _first = at;
        _last = at;
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
            if (stack is not { } known) _ofRecording += count;
            else stacks.Add(new StackCount(thread, known.Frames, known.Waits ? 0 : count, known.Waits ? count : 0));
        }
        return new StackProfile
        {
            Methods = [.. numbers.OrderBy(static pair => pair.Value).Select(static pair => pair.Key)],
            Stacks = stacks,
            Began = trace.Began,
            Duration = TimeSpan.FromSeconds(trace.Duration),
            Interval = TimeSpan.FromMilliseconds(Interval()),
        };
    }

    /// <summary>Milliseconds between two samples of a thread: those of all threads make a round, and who was there from the beginning was in each.</summary>
    private double Interval()
    {
        long rounds = _counts.GroupBy(static pair => pair.Key.Thread).Max(static thread => thread.Sum(static pair => pair.Value));
        return rounds > 1 ? (_last - _first) / (rounds - 1) : 1;
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
