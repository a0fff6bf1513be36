namespace ProcessArsenal.Exporter.Linting.PromQl;

/// <summary>Reads PromQL (<c>promql/parser/generated_parser.y</c> of Prometheus) as far as labels need it. It takes some texts that Prometheus does not: whether an
/// expression is right, <c>promtool check rules</c> says.</summary>
internal sealed class PromParser
{
    /// <summary>Levels; no rule has so many.</summary>
    private const int MaxDepth = 64;

    private static readonly HashSet<string> Aggregations = new(StringComparer.OrdinalIgnoreCase)
    {
        "sum", "avg", "min", "max", "count", "stddev", "stdvar", "group", "quantile", "count_values", "topk", "bottomk", "limitk", "limit_ratio",
    };

    /// <summary>From the loosest to the tightest.</summary>
    private static readonly string[][] Levels = [["or"], ["and", "unless"], ["==", "!=", "<=", ">=", "<", ">"], ["+", "-"], ["*", "/", "%", "atan2"], ["^"]];

    private readonly List<PromToken> _tokens;
    private int _at;
    private int _depth;

    private PromParser(List<PromToken> tokens) => _tokens = tokens;

    private PromToken Next => _tokens[_at];

    /// <summary>The whole of an expression.</summary>
    /// <exception cref="PromSyntaxException">It is not understood.</exception>
    public static PromNode Parse(string text)
    {
        var parser = new PromParser(PromLexer.Read(text));
        PromNode root = parser.Binary(0);
        return parser.Next.Kind == PromTokenKind.End ? root : throw parser.Unexpected();
    }

    private PromNode Binary(int level)
    {
        if (level == Levels.Length) return Unary();
        if (++_depth > MaxDepth * Levels.Length) throw new PromSyntaxException(Next.Start, "nested too deeply");
        PromNode left = Binary(level + 1);
        while (OperatorOf(level) is { } sign)
        {
            int start = Next.Start;
            _at++;
            if (Next.IsWord("bool")) _at++;
            PromMatching? matching = Matching();
            // The power is right-associative, and binds tighter than a sign before it.
            PromNode right = sign == "^" ? Binary(level) : Binary(level + 1);
            left = new PromBinary(start, sign, matching, left, right);
        }
        _depth--;
        return left;
    }

    private string? OperatorOf(int level) => Array.Find(Levels[level], sign => char.IsAsciiLetter(sign[0]) ? Next.IsWord(sign) : Next.Is(sign));

    private PromMatching? Matching()
    {
        int start = Next.Start;
        bool on = Next.IsWord("on");
        if (!on && !Next.IsWord("ignoring")) return null;
        _at++;
        IReadOnlyList<string> labels = Labels();
        PromMany many = Next.IsWord("group_left") ? PromMany.Left : Next.IsWord("group_right") ? PromMany.Right : PromMany.None;
        if (many == PromMany.None) return new PromMatching(start, on, labels, many, []);
        _at++;
        return new PromMatching(start, on, labels, many, Next.Is("(") ? Labels() : []);
    }

    private PromNode Unary()
    {
        int signs = 0;
        while (Next.Is("+") || Next.Is("-"))
        {
            _at++;
            signs++;
        }
        // -a ^ b is -(a ^ b); without a sign the caller takes the power.
        return signs > 0 ? Binary(Levels.Length - 1) : Postfix(Primary());
    }

    private PromNode Primary()
    {
        PromToken token = Next;
        switch (token.Kind)
        {
            case PromTokenKind.Number:
                _at++;
                return new PromNumber(token.Start);
            case PromTokenKind.Text:
                _at++;
                return new PromText(token.Start, token.Value);
            case PromTokenKind.Sign when token.Value == "(":
                _at++;
                PromNode inner = Binary(0);
                Expect(")");
                return inner;
            case PromTokenKind.Sign when token.Value == "{":
                return Selector(token.Start, null);
            case PromTokenKind.Word:
                _at++;
                if (Aggregations.Contains(token.Value) && (Next.Is("(") || Next.IsWord("by") || Next.IsWord("without"))) return Aggregate(token);
                if (Next.Is("(")) return new PromCall(token.Start, token.Value, Arguments());
                if (token.IsWord("inf") || token.IsWord("nan")) return new PromNumber(token.Start);
                return Selector(token.Start, token.Value);
            default:
                throw Unexpected();
        }
    }

    /// <summary>Ranges, subqueries, offsets and times: they leave labels alone.</summary>
    private PromNode Postfix(PromNode node)
    {
        while (true)
        {
            if (Next.Is("["))
            {
                while (!Next.Is("]")) _at = Next.Kind == PromTokenKind.End ? throw Unexpected() : _at + 1;
                _at++;
            }
            else if (Next.IsWord("offset") || Next.Is("@"))
            {
                _at++;
                if (Next.Is("-") || Next.Is("+")) _at++;
                if (Next.Kind is not (PromTokenKind.Number or PromTokenKind.Word)) throw Unexpected();
                _at++;
                if (!Next.Is("(")) continue;
                _at++;
                Expect(")"); // start(), end()
            }
            else
            {
                return node;
            }
        }
    }

    private PromAggregate Aggregate(PromToken name)
    {
        (bool? without, IReadOnlyList<string> labels) = Grouping();
        List<PromNode> arguments = Arguments();
        if (without is null) (without, labels) = Grouping();
        if (arguments.Count is 0 or > 2) throw new PromSyntaxException(name.Start, $"{name.Value} takes one expression, and some a parameter before it");
        return new PromAggregate(name.Start, name.Value.ToLowerInvariant(), without, labels, arguments.Count == 2 ? arguments[0] : null, arguments[^1]);
    }

    private (bool? Without, IReadOnlyList<string> Labels) Grouping()
    {
        bool without = Next.IsWord("without");
        if (!without && !Next.IsWord("by")) return (null, []);
        _at++;
        return (without, Labels());
    }

    private List<PromNode> Arguments()
    {
        Expect("(");
        var arguments = new List<PromNode>();
        while (!Next.Is(")"))
        {
            arguments.Add(Binary(0));
            if (!Next.Is(")")) Expect(",");
        }
        _at++;
        return arguments;
    }

    private List<string> Labels()
    {
        Expect("(");
        var labels = new List<string>();
        while (!Next.Is(")"))
        {
            if (Next.Kind is not (PromTokenKind.Word or PromTokenKind.Text)) throw Unexpected();
            labels.Add(Next.Value);
            _at++;
            if (!Next.Is(")")) Expect(",");
        }
        _at++;
        return labels;
    }

    private PromSelector Selector(int start, string? name)
    {
        var matchers = new List<PromMatcher>();
        if (!Next.Is("{")) return new PromSelector(start, name, matchers);
        _at++;
        while (!Next.Is("}"))
        {
            if (Next.Kind is not (PromTokenKind.Word or PromTokenKind.Text)) throw Unexpected();
            PromToken label = Next;
            _at++;
            if (Next is { Kind: PromTokenKind.Sign, Value: "=" or "!=" or "=~" or "!~" } sign)
            {
                _at++;
                if (Next.Kind != PromTokenKind.Text) throw Unexpected();
                if (label.Value == "__name__") name = sign.Value == "=" ? Next.Value : name;
                else matchers.Add(new PromMatcher(label.Value, sign.Value, Next.Value));
                _at++;
            }
            else if (label.Kind == PromTokenKind.Text)
            {
                name = label.Value; // {"a name with anything in it"}
            }
            else
            {
                throw Unexpected();
            }
            if (!Next.Is("}")) Expect(",");
        }
        _at++;
        return new PromSelector(start, name, matchers);
    }

    private void Expect(string sign)
    {
        if (!Next.Is(sign)) throw new PromSyntaxException(Next.Start, Next.Kind == PromTokenKind.End ? $"it ends where '{sign}' is expected" : $"'{Next.Value}' stands where '{sign}' is expected");
        _at++;
    }

    private PromSyntaxException Unexpected() =>
        new(Next.Start, Next.Kind == PromTokenKind.End ? "it ends too early" : $"'{Next.Value}' is not expected here");
}
