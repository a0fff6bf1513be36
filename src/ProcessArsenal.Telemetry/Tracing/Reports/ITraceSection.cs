using Microsoft.Diagnostics.Tracing.Etlx;

namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>Takes what it needs of a recording, event by event, and adds what it says to the report.</summary>
internal interface ITraceSection
{
    /// <summary>Asks for its events; before any comes.</summary>
    void Listen(TraceLogEventSource source, StackNames names);

    /// <summary>After all have come.</summary>
    TraceReport AddTo(TraceReport report);
}
