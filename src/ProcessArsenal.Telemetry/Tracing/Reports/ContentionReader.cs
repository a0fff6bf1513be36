using Microsoft.Diagnostics.Tracing.Etlx;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;

namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>Waits for locks: where each began, and how long it took within the recording.</summary>
internal sealed class ContentionReader : ITraceSection
{
    private const int Most = 20;
    private const string Before = "(waits that had begun before the recording)";

    private readonly Dictionary<int, string> _waiting = [];
    private readonly Tally _places = new();
    private double _longest;

    public void Listen(TraceLogEventSource source, StackNames names)
    {
        source.Clr.ContentionStart += wait => _waiting[wait.ThreadID] = names.InnermostOwn(wait.CallStackIndex());
        source.Clr.ContentionStop += (ContentionStopTraceData wait) =>
        {
            double at = wait.TimeStampRelativeMSec / 1000, seconds = Math.Min(wait.DurationNs / 1e9, at);
            _longest = Math.Max(_longest, seconds);
            bool hasBegun = _waiting.Remove(wait.ThreadID, out string? place);
            _places.Add(hasBegun ? place! : wait.DurationNs / 1e9 > at ? Before : names.InnermostOwn(wait.CallStackIndex()), seconds);
        };
    }

    public TraceReport AddTo(TraceReport report) =>
        _places.Count == 0 ? report : report with { Contention = new ContentionSection(_places.Count, _places.Amount, _longest, [.. _places.Places(Most)]) };
}
