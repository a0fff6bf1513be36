using ProcessArsenal.Control.Tracing;

namespace ProcessArsenal.Exporter.Views;

/// <summary>Recordings, the latest first.</summary>
internal sealed record TraceListView(IReadOnlyList<TraceRecord> Traces);
