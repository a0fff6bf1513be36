namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>Facts one after the other, in as many lines as they take; one that does not fit begins the next line, or is left out.</summary>
internal readonly ref struct SegmentFlow(Frame frame, int mostLines)
{
    private const int UsualGap = 2;

    private readonly int _last = frame.LineCount + mostLines - 1;

    /// <summary>A label and its value.</summary>
    public void Add(string label, string value, Style style = Style.Strong, int gap = UsualGap)
    {
        if (frame.LineCount > _last) return;
        int length = label.Length + value.Length;
        if (frame.Column > 0 && frame.Column + gap + length > frame.Width)
        {
            if (frame.LineCount == _last) return; // A shorter one may still fit.
            frame.EndLine();
        }
        if (frame.Column > 0) frame.Skip(gap);
        frame.Write(label);
        frame.Write(value, style);
    }

    /// <summary>What follows begins a line.</summary>
    public void Break()
    {
        if (frame.Column > 0 && frame.LineCount <= _last) frame.EndLine();
    }
}
