namespace ProcessArsenal.Exporter.Hosting;

/// <summary>The program can't start as it is told to; the message says why and what to do.</summary>
internal sealed class StartRefusedException(string message, Exception? inner = null) : Exception(message, inner);
