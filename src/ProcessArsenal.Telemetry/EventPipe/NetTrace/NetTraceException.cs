namespace ProcessArsenal.Telemetry.EventPipe.NetTrace;

/// <summary>A stream does not have the shape of NetTrace, or goes beyond our bounds. What was read of it before holds; nothing after can be trusted.</summary>
internal sealed class NetTraceException(string message) : Exception(message);
