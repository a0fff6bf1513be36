namespace ProcessArsenal.Control.Alerting;

/// <summary>A delivery is not what Alertmanager sends, or more than is taken. The message says what is wrong.</summary>
/// <param name="isTooLarge">It is too large; else it is wrong.</param>
public sealed class AlertMessageException(string message, bool isTooLarge = false, Exception? inner = null) : Exception(message, inner)
{
    public bool IsTooLarge { get; } = isTooLarge;
}
