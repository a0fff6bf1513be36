namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>Makes the texts of a span: none longer than its limit, and equal names as one object, since spans wait in numbers. Used by one thread.
/// </summary>
internal sealed class SpanTexts
{
    /// <summary>Names that are kept; those beyond are made anew each time.</summary>
    public const int MostNames = 1024;

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Texts that were too long, since <see cref="Begin"/>.</summary>
    public int Cut { get; private set; }

    public void Begin() => Cut = 0;

    /// <summary>One of those that come again and again.</summary>
    public string Name(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return "";
        text = Shorten(text, SpanLimits.LongestName);
        if (_names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out string? known)) return known;
        string name = text.ToString();
        if (_names.Count < MostNames) _names.Add(name);
        return name;
    }

    public string Value(ReadOnlySpan<char> text, int longest = SpanLimits.LongestValue) => text.IsEmpty ? "" : Shorten(text, longest).ToString();

    /// <summary>Of what is no longer one when a part is missing.</summary>
    public string WholeOrNothing(ReadOnlySpan<char> text, int longest)
    {
        if (text.Length <= longest) return text.ToString();
        Cut++;
        return "";
    }

    private ReadOnlySpan<char> Shorten(ReadOnlySpan<char> text, int longest)
    {
        if (text.Length <= longest) return text;
        Cut++;
        return text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];
    }
}
