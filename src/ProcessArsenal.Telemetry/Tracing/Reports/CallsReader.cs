using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Etlx;
using ProcessArsenal.Telemetry.Text;
using ProcessArsenal.Telemetry.Tracing.Events;
using ProcessArsenal.Telemetry.Tracing.Profiles;

namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>What happened in some methods: CPU time, with who called them and what they called, exceptions, allocations, activities.</summary>
/// <param name="cpu">Asked after it has taken its samples.</param>
internal sealed class CallsReader(NamePattern pattern, CpuReader cpu) : ITraceSection
{
    private const int Most = 20, LongestName = 200;
    private const string Nobody = "(nobody: a thread begins there)";

    private readonly Tally _exceptions = new(), _activities = new();
    private readonly Dictionary<CallStackIndex, bool> _known = [];
    private StackNames? _names;
    private long _allocated;

    public void Listen(TraceLogEventSource source, StackNames names)
    {
        _names = names;
        source.Clr.ExceptionStart += exception =>
        {
            if (IsIn(exception)) _exceptions.Add(Quoting.Cap(exception.ExceptionType, LongestName));
        };
        source.Clr.GCAllocationTick += tick =>
        {
            if (IsIn(tick)) _allocated += tick.AllocationAmount64;
        };
        source.Dynamic.All += value =>
        {
            if (ActivityNames.Of(value) is { } name && (pattern.Matches(name) || IsIn(value))) _activities.Add(name);
        };
    }

    public TraceReport AddTo(TraceReport report)
    {
        CallsSection calls = Of(cpu.Profile, pattern);
        return report with { Calls = calls with { AllocatedBytes = _allocated, Exceptions = Counts(_exceptions), Activities = Counts(_activities) } };
    }

    /// <summary>What samples alone tell.</summary>
    /// <param name="profile">Null if there are none.</param>
    public static CallsSection Of(StackProfile? profile, NamePattern pattern)
    {
        MethodCalls calls = profile is null ? MethodCalls.None : MethodCalls.Of(profile, pattern.Matches);
        double all = Math.Max(double.Epsilon, profile?.Seconds().Sum() ?? 0);
        return new CallsSection(
            pattern.Text, [.. profile is null ? [] : HotMethods.Of(profile, int.MaxValue).Where(method => pattern.Matches(method.Method)).OrderByDescending(static method => method.Inclusive).Take(Most)],
            calls.Seconds, calls.Seconds / all, calls.Samples, calls.WaitingSamples, Shares(calls.Callers, calls.Seconds), Shares(calls.Callees, calls.Seconds), 0, [], []);
    }

    private bool IsIn(TraceEvent value)
    {
        CallStackIndex stack = value.CallStackIndex();
        if (!_known.TryGetValue(stack, out bool isIn)) _known[stack] = isIn = _names!.Of(stack).Any(pattern.Matches);
        return isIn;
    }

    private static CallShare[] Shares(Dictionary<string, double> seconds, double all) =>
        [.. seconds.OrderByDescending(static pair => pair.Value).ThenBy(static pair => pair.Key, StringComparer.Ordinal).Take(Most)
            .Select(pair => new CallShare(pair.Key.Length > 0 ? pair.Key : Nobody, pair.Value, pair.Value / Math.Max(double.Epsilon, all)))];

    private static Counted[] Counts(Tally tally) => [.. tally.Places(Most).Select(static place => new Counted(place.Method, place.Count))];
}
