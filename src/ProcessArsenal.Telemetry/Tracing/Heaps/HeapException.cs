namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>What fills a heap can't be told: it is beyond our bounds, or what came makes no sense.</summary>
public sealed class HeapException(string message, Exception? inner = null) : IOException(message, inner);
