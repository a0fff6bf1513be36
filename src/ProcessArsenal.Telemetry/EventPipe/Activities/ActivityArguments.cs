using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>Goes through the payload of an event of DiagnosticSourceEventSource: a source, a name, and an array of pairs of texts. A value that is null
/// in the target is left out there.</summary>
internal ref struct ActivityArguments
{
    private BinaryCursor _cursor;
    private int _left;

    public ActivityArguments(ReadOnlySpan<byte> payload)
    {
        _cursor = new BinaryCursor(payload);
        Source = _cursor.ReadText();
        Event = _cursor.ReadText();
        _left = (ushort)_cursor.ReadInt16();
    }

    /// <summary>The ActivitySource or DiagnosticListener.</summary>
    public ReadOnlySpan<char> Source { get; }

    /// <summary>The operation of the activity, or the name of the event.</summary>
    public ReadOnlySpan<char> Event { get; }

    public ReadOnlySpan<char> Key { get; private set; }

    public ReadOnlySpan<char> Value { get; private set; }

    /// <summary>The payload ends before the last pair does.</summary>
    public readonly bool IsBroken => _cursor.HasFailed;

    public bool MoveNext()
    {
        if (_left <= 0 || _cursor.HasFailed) return false;
        _left--;
        Key = _cursor.ReadText();
        Value = _cursor.ReadText();
        return !_cursor.HasFailed;
    }
}
