namespace ProcessArsenal.Control.Alerting.Raising;

/// <summary>An alert is not raised. The message says why.</summary>
public sealed class RaiseException(string message) : Exception(message);
