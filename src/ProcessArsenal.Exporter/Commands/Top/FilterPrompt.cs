using System.Text;
using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>The line in which a filter is typed. Immutable.</summary>
/// <param name="Text">As typed so far.</param>
/// <param name="Caret">Where the next character goes, UTF-16 units.</param>
/// <param name="Error">What is wrong with the text; null once it is edited again.</param>
internal sealed record FilterPrompt(string Text, int Caret, ExpressionError? Error = null)
{
    public static FilterPrompt Of(string text) => new(text, text.Length);

    public FilterPrompt Press(Key key)
    {
        switch (key.Kind)
        {
            case KeyKind.Character: return Insert(key.Character);
            case KeyKind.Backspace: return Remove(Before(Caret), Caret);
            case KeyKind.Delete: return Remove(Caret, After(Caret));
            case KeyKind.Left: return this with { Caret = Before(Caret) };
            case KeyKind.Right: return this with { Caret = After(Caret) };
            case KeyKind.Home: return this with { Caret = 0 };
            case KeyKind.End: return this with { Caret = Text.Length };
            case KeyKind.Control:
                return (char)key.Character.Value switch
                {
                    'a' => this with { Caret = 0 },
                    'e' => this with { Caret = Text.Length },
                    'k' => Remove(Caret, Text.Length),
                    'u' => Remove(0, Caret),
                    'w' => Remove(WordBefore(Caret), Caret),
                    _ => this,
                };
            default: return this;
        }
    }

    private FilterPrompt Insert(Rune rune)
    {
        if (Text.Length + rune.Utf16SequenceLength > Expression.MaxLength) return this;
        return new FilterPrompt(Text.Insert(Caret, rune.ToString()), Caret + rune.Utf16SequenceLength);
    }

    private FilterPrompt Remove(int from, int to) => from == to ? this : new FilterPrompt(Text.Remove(from, to - from), from);

    private int Before(int at) => at == 0 ? 0 : at - (at > 1 && char.IsSurrogatePair(Text, at - 2) ? 2 : 1);

    private int After(int at) => at == Text.Length ? at : at + (char.IsSurrogatePair(Text, at) ? 2 : 1);

    private int WordBefore(int at)
    {
        while (at > 0 && Text[at - 1] == ' ') at--;
        while (at > 0 && Text[at - 1] != ' ') at--;
        return at;
    }
}
