using System.Globalization;

namespace ProcessArsenal.Telemetry.Expressions;

/// <summary>Recursive descent, one token ahead: or, and, not, then what binds tightest. Every method returns null after an error.</summary>
internal sealed class Parser(string source)
{
    private readonly TokenReader _tokens = new(source);
    private int _depth;

    /// <summary>The first error; null if there is none.</summary>
    public ExpressionError? Error => _tokens.Error;

    /// <summary>Where the first part stands that needs earlier samples; null if there is none.</summary>
    public int? LooksBackAt => _tokens.LooksBackAt;

    /// <summary>Every field that is named.</summary>
    public IReadOnlyCollection<string> Fields => _tokens.Fields;

    /// <summary>Parses the whole text.</summary>
    public Node? Parse()
    {
        if (source.Length > Expression.MaxLength)
            return Fail(string.Create(CultureInfo.InvariantCulture,
                $"the expression has {source.Length} characters, and at most {Expression.MaxLength} are allowed; write it shorter"),
                Expression.MaxLength);
        if (!_tokens.Advance()) return null;
        if (_tokens.Current.Kind == TokenKind.End) return Fail("the expression is empty; write for example memory > 200MiB", 0);
        if (ParseChain(Binding.Or) is not { } node) return null;
        if (_tokens.Current.Is(Keywords.For)) return ParseFor(node);
        return _tokens.Current.Kind switch
        {
            TokenKind.End => node,
            TokenKind.Close => Fail("this ')' closes nothing; take it away, or open a '(' before", _tokens.Current.Start),
            _ => Trailing("'and', 'or' or the end"),
        };
    }

    private Node? ParseFor(Node node)
    {
        const string Usage = "'for' takes a duration; write for example for 5m";
        Token keyword = _tokens.Current;
        if (!_tokens.Advance()) return null;
        Token value = _tokens.Current;
        if (value.Kind == TokenKind.End) return Fail(Usage, value.Start);
        if (value.Kind != TokenKind.Number || value.Quantity.Unit.Kind != UnitKind.Duration)
            return Fail($"{Usage}, not {_tokens.Source(value)}", value.Start);
        if (value.Quantity.Value <= 0 || value.Quantity.Value > Expression.MaxDuration.TotalSeconds)
            return Fail("'for' takes a duration of more than 0 and at most 24h, and less is kept by default (sampling.history); write for example for 5m", value.Start);
        if (_tokens.WithoutPast is var (name, position))
        {
            string what = name.EndsWith(" growing", StringComparison.Ordinal) || name == "memory_growth"
                ? $"{name} looks back 10 minutes by itself and can't be asked for an earlier time; leave out 'for'"
                : $"nobody keeps earlier values of {name}, so that it can't stand before 'for'; the fields that can are {string.Join(' ', FieldCatalogue.Lasting)}";
            return Fail(what, position);
        }
        _tokens.Note("", keyword.Start, hasPast: true, looksBack: true);
        if (!_tokens.Advance()) return null;
        Token next = _tokens.Current;
        if (next.Kind == TokenKind.End) return new ForNode(node, value.Quantity);
        return Fail($"'for' and its duration stand at the end of the whole expression, and {_tokens.Source(next)} follows; put all conditions before 'for'", next.Start);
    }

    private Node? ParseChain(Binding binding)
    {
        string keyword = binding == Binding.Or ? Keywords.Or : Keywords.And;
        var parts = new List<Node>();
        while (true)
        {
            if ((binding == Binding.Or ? ParseChain(Binding.And) : ParseNot()) is not { } part) return null;
            parts.Add(part);
            if (!_tokens.Current.Is(keyword)) return ChainNode.Of(binding, parts);
            if (!_tokens.Advance()) return null;
        }
    }

    private Node? ParseNot()
    {
        if (!_tokens.Current.Is(Keywords.Not)) return ParsePrimary();
        if (!Enter() || !_tokens.Advance() || ParseNot() is not { } operand) return null;
        _depth--;
        return new NotNode(operand);
    }

    private Node? ParsePrimary()
    {
        Token token = _tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Open:
                return ParseParentheses();
            case TokenKind.End:
                return Fail("a condition is missing at the end; write for example memory > 200MiB", token.Start);
            case not TokenKind.Word:
                return Fail($"a condition starts with a field, not with {_tokens.Source(token)}; write for example memory > 200MiB",
                    token.Start);
        }
        if (token.Value == Keywords.Has) return ParseHas();
        if (token.Value is Keywords.And or Keywords.Or)
            return Fail($"a condition is missing before '{token.Value}'; write for example memory > 200MiB", token.Start);
        return _tokens.ReadField() is { } field ? new ComparisonParser(_tokens).Parse(field, token) : null;
    }

    private Node? ParseParentheses()
    {
        int open = _tokens.Current.Start;
        if (!Enter() || !_tokens.Advance() || ParseChain(Binding.Or) is not { } node) return null;
        if (_tokens.Current.Kind == TokenKind.End) return Fail("this '(' is never closed; add a ')'", open);
        if (_tokens.Current.Kind != TokenKind.Close) return Trailing("'and', 'or' or ')'");
        _depth--;
        return _tokens.Advance() ? node : null;
    }

    private HasNode? ParseHas()
    {
        const string Usage = "has takes one field in parentheses; write for example has(unit)";
        if (!_tokens.Advance() || !_tokens.Expect(TokenKind.Open, Usage)) return null;
        if (_tokens.Current.Kind != TokenKind.Word)
        {
            _tokens.Fail(Usage, _tokens.Current.Start);
            return null;
        }
        return _tokens.ReadField() is { } field && _tokens.Expect(TokenKind.Close, Usage) ? new HasNode(field) : null;
    }

    private Node? Trailing(string expected)
    {
        Token token = _tokens.Current;
        return _tokens.RejectKeyword(token) ? null : Fail($"expected {expected} here, not {_tokens.Source(token)}", token.Start);
    }

    private bool Enter()
    {
        if (++_depth <= Expression.MaxDepth) return true;
        _tokens.Fail(string.Create(CultureInfo.InvariantCulture,
            $"more than {Expression.MaxDepth} levels of parentheses and 'not'; write it flatter"), _tokens.Current.Start);
        return false;
    }

    private Node? Fail(string message, int position)
    {
        _tokens.Fail(message, position);
        return null;
    }
}
