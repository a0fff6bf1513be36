using Microsoft.Diagnostics.Tracing.Etlx;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;

namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>Collections, and how long all threads stood still for them: from when the runtime begins to stop them until it has let them go.</summary>
internal sealed class GcReader : ITraceSection
{
    private readonly int[] _generations = new int[3];
    private readonly Tally _reasons = new();
    private double? _suspendedAt;
    private double _paused, _longest;
    private long? _heap;

    public void Listen(TraceLogEventSource source, StackNames names)
    {
        source.Clr.GCStart += collection =>
        {
            _generations[Math.Clamp(collection.Depth, 0, 2)]++;
            _reasons.Add(collection.Reason.ToString());
        };
        source.Clr.GCSuspendEEStart += suspension =>
        {
            if (suspension.Reason is GCSuspendEEReason.SuspendForGC or GCSuspendEEReason.SuspendForGCPrep) _suspendedAt = suspension.TimeStampRelativeMSec;
        };
        source.Clr.GCRestartEEStop += restart =>
        {
            if (_suspendedAt is not { } since) return;
            double pause = (restart.TimeStampRelativeMSec - since) / 1000;
            _suspendedAt = null;
            _paused += pause;
            _longest = Math.Max(_longest, pause);
        };
        source.Clr.GCHeapStats += heap => _heap = heap.TotalHeapSize;
    }

    public TraceReport AddTo(TraceReport report)
    {
        int collections = _generations.Sum();
        if (collections == 0) return report;
        double part = report.Trace.Duration > 0 ? Math.Min(1, _paused / report.Trace.Duration) : 0;
        return report with { Gc = new GcSection(collections, _generations, [.. _reasons.Places(10).Select(static place => new Counted(place.Method, place.Count))], _paused, part, _longest, _heap) };
    }
}
