using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>Whose a span is. There is one for each session: spans of one origin share the object.</summary>
/// <param name="Process">The target.</param>
/// <param name="Runtime">What it runs on; null if that is not known.</param>
internal sealed record SpanOrigin(ProcessIdentity Process, RuntimeInfo? Runtime);
