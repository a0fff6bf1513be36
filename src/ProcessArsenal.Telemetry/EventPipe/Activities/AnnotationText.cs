namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>Goes through the events or links of an activity as .NET 10 and later write them (DiagLinkedList.ToString). Each comma and colon that
/// parts has a zero width space after it, which texts seldom have; nothing is escaped. Here the space is written ~:
/// <c>[(name,~2026-01-02T03:04:05.6789012+00:00,~[name:~value,~name:~value]),~(...)]</c> for events,
/// <c>[(trace,~span,~Recorded,~state,~false,~[name:~value])]</c> for links; a link without tags has no inner brackets.</summary>
internal ref struct AnnotationText
{
    /// <summary>Parts fields, pairs, and entries.</summary>
    public const string Comma = ",\u200B";

    private ReadOnlySpan<char> _rest;
    private ReadOnlySpan<char> _head;

    public AnnotationText(ReadOnlySpan<char> text)
    {
        // What runtimes before .NET 10 write instead is the name of a type, and no list.
        if (text.Length >= 2 && text[0] == '[' && text[^1] == ']') _rest = text[1..^1];
    }

    /// <summary>Those of the current entry, without brackets.</summary>
    public ReadOnlySpan<char> Tags { get; private set; }

    public bool MoveNext()
    {
        if (_rest.IsEmpty) return false;
        int end = _rest.IndexOf("),\u200B(", StringComparison.Ordinal);
        ReadOnlySpan<char> entry = end < 0 ? _rest : _rest[..(end + 1)];
        _rest = end < 0 ? default : _rest[(end + 3)..];
        if (entry.Length >= 2 && entry[0] == '(' && entry[^1] == ')') entry = entry[1..^1];
        int tags = entry.IndexOf(",\u200B[", StringComparison.Ordinal);
        bool hasTags = tags >= 0 && entry[^1] == ']';
        _head = hasTags ? entry[..tags] : entry;
        Tags = hasTags ? entry[(tags + 3)..^1] : default;
        return true;
    }

    /// <summary>The next field of the current entry, before its tags; empty if there is none.</summary>
    public ReadOnlySpan<char> NextField()
    {
        int end = _head.IndexOf(Comma, StringComparison.Ordinal);
        ReadOnlySpan<char> field = end < 0 ? _head : _head[..end];
        _head = end < 0 ? default : _head[(end + Comma.Length)..];
        return field;
    }
}

/// <summary>Goes through the tags of an event or a link. A comma in a value is told from one that parts, unless a name seems to follow.</summary>
internal ref struct AnnotationTags(ReadOnlySpan<char> text)
{
    private const string Colon = ":\u200B";

    private ReadOnlySpan<char> _rest = text;

    public ReadOnlySpan<char> Name { get; private set; }

    public ReadOnlySpan<char> Value { get; private set; }

    public bool MoveNext()
    {
        int colon = _rest.IndexOf(Colon, StringComparison.Ordinal);
        if (colon < 0) return false;
        Name = _rest[..colon];
        int start = colon + Colon.Length, end = start;
        while (true)
        {
            int comma = _rest[end..].IndexOf(AnnotationText.Comma, StringComparison.Ordinal);
            if (comma < 0)
            {
                Value = _rest[start..];
                _rest = default;
                return true;
            }
            end += comma;
            if (BeginsTag(_rest[(end + AnnotationText.Comma.Length)..])) break;
            end++;
        }
        Value = _rest[start..end];
        _rest = _rest[(end + AnnotationText.Comma.Length)..];
        return true;
    }

    private static bool BeginsTag(ReadOnlySpan<char> rest)
    {
        rest = rest[..Math.Min(rest.Length, SpanLimits.LongestName + Colon.Length)];
        int colon = rest.IndexOf(Colon, StringComparison.Ordinal);
        return colon >= 0 && !rest[..colon].Contains(AnnotationText.Comma, StringComparison.Ordinal);
    }
}
