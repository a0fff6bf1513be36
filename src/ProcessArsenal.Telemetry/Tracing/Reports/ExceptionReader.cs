using Microsoft.Diagnostics.Tracing.Etlx;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>What is thrown, and from where.</summary>
internal sealed class ExceptionReader : ITraceSection
{
    private const int Most = 20, MostKinds = 10_000, LongestMessage = 200;

    private readonly Dictionary<(string Type, string Thrower), (long Count, string Message)> _kinds = [];
    private long _thrown;

    public void Listen(TraceLogEventSource source, StackNames names) => source.Clr.ExceptionStart += exception =>
    {
        _thrown++;
        var kind = (exception.ExceptionType, names.InnermostOwn(exception.CallStackIndex()));
        if (_kinds.Count < MostKinds || _kinds.ContainsKey(kind)) _kinds[kind] = (_kinds.GetValueOrDefault(kind).Count + 1, Quoting.Cap(exception.ExceptionMessage, LongestMessage));
    };

    public TraceReport AddTo(TraceReport report) => _thrown == 0 ? report : report with
    {
        Exceptions = new ExceptionSection(_thrown, report.Trace.Duration > 0 ? _thrown / report.Trace.Duration : 0,
            [.. _kinds.OrderByDescending(static pair => pair.Value.Count).ThenBy(static pair => pair.Key.Type, StringComparer.Ordinal).Take(Most)
                .Select(static pair => new ThrownType(pair.Key.Type, pair.Key.Thrower, pair.Value.Count, pair.Value.Message))]),
    };
}
