using Microsoft.Diagnostics.Tracing.Etlx;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;

namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>How the thread pool grows.</summary>
internal sealed class ThreadPoolReader : ITraceSection
{
    /// <summary>Of .NET 6 and later, and unknown to the library: a thread of the pool has said that it blocks, as Task.Wait does.</summary>
    private const ThreadAdjustmentReason CooperativeBlocking = (ThreadAdjustmentReason)8;

    private long _starvations, _adjustments;
    private int? _most;

    public void Listen(TraceLogEventSource source, StackNames names)
    {
        source.Clr.ThreadPoolWorkerThreadAdjustmentAdjustment += adjustment =>
        {
            _adjustments++;
            if (adjustment.Reason is ThreadAdjustmentReason.Starvation or CooperativeBlocking) _starvations++;
            _most = Math.Max(_most ?? 0, adjustment.NewWorkerThreadCount);
        };
        source.Clr.ThreadPoolWorkerThreadStart += thread => _most = Math.Max(_most ?? 0, thread.ActiveWorkerThreadCount);
    }

    public TraceReport AddTo(TraceReport report) => _most is null ? report : report with { ThreadPool = new ThreadPoolSection(_starvations, _most, _adjustments) };
}
