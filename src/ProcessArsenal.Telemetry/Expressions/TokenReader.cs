using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Telemetry.Expressions;

/// <summary>The token that the parser looks at, and the errors that can be told from a single one.</summary>
internal sealed class TokenReader(string source)
{
    private readonly Lexer _lexer = new(source);
    private Token _current;

    public Token Current => _current;

    public ExpressionError? Error { get; private set; }

    /// <summary>Where the first part stands that needs earlier samples; null if there is none.</summary>
    public int? LooksBackAt { get; private set; }

    /// <summary>Every field that is named, each once.</summary>
    public HashSet<string> Fields { get; } = new(StringComparer.Ordinal);

    /// <summary>The first field, with where it stands, whose earlier values nobody keeps; null if there is none.</summary>
    public (string Name, int Position)? WithoutPast { get; private set; }

    /// <summary>Notes a field, or a part with it, that can't stand before <c>for</c>.</summary>
    public void Note(string name, int position, bool hasPast, bool looksBack)
    {
        if (!hasPast) WithoutPast ??= (name, position);
        if (looksBack) LooksBackAt ??= position;
    }

    /// <summary>Goes to the next token; false after an error.</summary>
    public bool Advance()
    {
        if (_lexer.TryNext(out _current)) return true;
        Error ??= _lexer.Error;
        return false;
    }

    /// <summary>Passes a token of this kind, else fails.</summary>
    public bool Expect(TokenKind kind, string message)
    {
        if (Current.Kind == kind) return Advance();
        Fail(message, Current.Start);
        return false;
    }

    public void Fail(string message, int position) => Error ??= new ExpressionError(message, position);

    /// <summary>The token as it was written, fit for a message.</summary>
    public string Source(Token token)
    {
        if (token.Kind == TokenKind.End) return "the end";
        string text = Quote.Shorten(source.Substring(token.Start, token.Length));
        return token.Kind is TokenKind.Text or TokenKind.Number ? text : $"'{text}'";
    }

    /// <summary>Where in the source a character of a text's value is written.</summary>
    public int PositionIn(Token text, int offset) => TextLiteral.PositionOf(source, text.Start, offset);

    /// <summary>Passes a word that names a field; null after an error.</summary>
    public Field? ReadField()
    {
        Token token = Current;
        if (FieldCatalogue.Find(token.Value) is { } field)
        {
            Note(field.Name, token.Start, field.HasPast, field.LooksBack);
            Fields.Add(field.Name);
            return Advance() ? field : null;
        }
        if (RejectKeyword(token)) return null;
        string[] names = [.. FieldCatalogue.All.Select(static known => known.Name)];
        string advice = NearestName.Find(token.Value, names) is { } nearest
            ? $"did you mean '{nearest}'?"
            : $"the fields are {string.Join(' ', names)}";
        Fail($"unknown field {Source(token)}: {advice}", token.Start);
        return null;
    }

    /// <summary>Fails if the token is a keyword that does not belong where it stands.</summary>
    public bool RejectKeyword(Token token)
    {
        if (token.Kind != TokenKind.Word) return false;
        string? keyword = Array.Find(Keywords.All, word => word.Equals(token.Value, StringComparison.OrdinalIgnoreCase));
        if (keyword is null) return false;
        Fail(keyword switch
        {
            _ when keyword != token.Value => $"keywords are in lower case; write '{keyword}'",
            Keywords.For => "'for' stands once, at the end of the whole expression and outside of parentheses; write for example memory > 200MiB for 5m",
            Keywords.Growing => "'growing' follows a field; write for example memory growing",
            Keywords.True or Keywords.False => $"'{keyword}' can only be compared with a flag; write for example dead = {keyword}",
            _ => $"'{keyword}' is a keyword and can't stand here; put 'and' or 'or' between two conditions",
        }, token.Start);
        return true;
    }
}
