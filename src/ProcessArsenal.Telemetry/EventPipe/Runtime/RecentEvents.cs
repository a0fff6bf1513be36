namespace ProcessArsenal.Telemetry.EventPipe.Runtime;

/// <summary>The latest events of one kind, kept as evidence of what went on before something went wrong. Their texts are chosen by the target. Used by
/// one thread at a time.</summary>
internal sealed class RecentEvents
{
    /// <summary>Events that are kept.</summary>
    public const int Most = 32;

    /// <summary>Longest text that is kept, in UTF-16 units; the rest is cut.</summary>
    public const int LongestText = 256;

    private Entry[] _ring = [];
    private int _count;
    private int _next;

    /// <summary>The oldest first.</summary>
    public IEnumerable<RecentEvent> All
    {
        get
        {
            for (int i = 0; i < _count; i++)
            {
                Entry entry = _ring[(_next - _count + i + Most) % Most];
                yield return new RecentEvent(entry.Time, entry.Value, entry.Type.ToString(), entry.Message.ToString());
            }
        }
    }

    public void Add(DateTimeOffset time, double value) => Add(time, value, default, default);

    public void Add(DateTimeOffset time, double value, ReadOnlySpan<char> type, ReadOnlySpan<char> message)
    {
        if (_ring.Length == 0) _ring = new Entry[Most];
        ref Entry entry = ref _ring[_next];
        (entry.Time, entry.Value) = (time, value);
        entry.Type.Set(type);
        entry.Message.Set(message);
        _next = (_next + 1) % Most;
        _count = Math.Min(_count + 1, Most);
    }

    private struct Entry
    {
        public DateTimeOffset Time;
        public double Value;
        public Text Type, Message;
    }

    /// <summary>Its memory is used again.</summary>
    private struct Text
    {
        private char[]? _buffer;
        private int _length;

        public void Set(ReadOnlySpan<char> text)
        {
            _length = Math.Min(text.Length, LongestText);
            if (_length > 0 && char.IsHighSurrogate(text[_length - 1])) _length--; // Not half a character.
            if (_length > (_buffer?.Length ?? 0)) _buffer = new char[Math.Min((_length + 63) & ~63, LongestText)];
            text[.._length].CopyTo(_buffer);
        }

        public override readonly string ToString() => new(_buffer.AsSpan(0, _length));
    }
}

/// <summary>Something that happened in a runtime.</summary>
/// <param name="Time">By the clock of the target.</param>
/// <param name="Value">Of a pause or a contention the seconds that it took, of a starvation the threads that the pool has since then; else 0.</param>
/// <param name="Type">Of an exception the full name of its type; else empty.</param>
/// <param name="Message">Of an exception; else empty.</param>
internal readonly record struct RecentEvent(DateTimeOffset Time, double Value, string Type, string Message);
