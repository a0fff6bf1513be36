using System.Buffers;

namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>Goes through tags as the runtime joins them: <c>[name, value],[name, value]</c>, nothing escaped. <c>],[</c> begins another one only where a
/// name follows, so that it may stand in a value; which of the two is meant where it looks like both can't be told.</summary>
internal ref struct TagText(ReadOnlySpan<char> text)
{
    private static readonly SearchValues<char> NotInNames = SearchValues.Create(",[](){}\"'<>=;\\\r\n\t");

    private ReadOnlySpan<char> _rest = text;

    public ReadOnlySpan<char> Name { get; private set; }

    public ReadOnlySpan<char> Value { get; private set; }

    /// <summary>What is left does not have the shape.</summary>
    public bool IsBroken { get; private set; }

    public bool MoveNext()
    {
        if (_rest.IsEmpty) return false;
        int comma = _rest[0] == '[' && _rest[^1] == ']' ? _rest.IndexOf(", ", StringComparison.Ordinal) : -1;
        if (comma < 0)
        {
            IsBroken = true;
            _rest = default;
            return false;
        }
        Name = _rest[1..comma];
        int end = comma + 2;
        while (true)
        {
            int next = _rest[end..].IndexOf("],[", StringComparison.Ordinal);
            if (next < 0)
            {
                Value = _rest[(comma + 2)..^1];
                _rest = default;
                return true;
            }
            end += next;
            if (BeginsTag(_rest[(end + 3)..])) break;
            end++;
        }
        Value = _rest[(comma + 2)..end];
        _rest = _rest[(end + 2)..];
        return true;
    }

    private static bool BeginsTag(ReadOnlySpan<char> rest)
    {
        if (rest.IsEmpty || !(char.IsLetter(rest[0]) || rest[0] is '_' or '$' or '@' or '#' or '.')) return false;
        rest = rest[..Math.Min(rest.Length, SpanLimits.LongestName + 2)];
        int comma = rest.IndexOf(", ", StringComparison.Ordinal);
        return comma > 0 && !rest[..comma].ContainsAny(NotInNames);
    }
}
