namespace ProcessArsenal.Telemetry.Tracing.Native.Symbols;

/// <content>Types, and the arguments of templates.</content>
internal sealed partial class ItaniumNames
{
    private string TemplateParameter()
    {
        Expect('T');
        while (char.IsAsciiDigit(Peek)) _at++;
        Expect('_');
        return "T"; // Which one only parameters tell, and those are left out.
    }

    private string TemplateArguments()
    {
        Expect('I');
        string text = Arguments();
        return $"<{text}>";
    }

    /// <summary>Up to their end.</summary>
    private string Arguments()
    {
        if (++_depth > Deepest) throw Unknown;
        var parts = new List<string>();
        while (!Take("E"))
        {
            string part = Take("L") ? Literal() : Take("J") ? Arguments() : Peek == 'X' ? throw Unknown : Type();
            if (part.Length > 0) parts.Add(part);
            if (++_steps > MostSteps) throw Unknown;
        }
        _depth--;
        return Bounded(string.Join(", ", parts));
    }

    private string Literal()
    {
        if (Take("_Z"))
        {
            string function = Encoding(isInner: true);
            Expect('E');
            return $"&{function}";
        }
        char kind = Peek;
        string type = Type();
        int end = _name.IndexOf('E', _at);
        if (end < 0) throw Unknown;
        string value = _name[_at..end].Replace('n', '-');
        _at = end + 1;
        return kind switch
        {
            'b' => value == "0" ? "false" : "true",
            'i' or 'j' or 'l' or 'm' or 'x' or 'y' or 's' or 't' => value,
            _ => $"({type}){value}",
        };
    }

    private string Type()
    {
        if (++_depth > Deepest) throw Unknown;
        string text = TypeOf();
        _depth--;
        return Bounded(text);
    }

    private string TypeOf()
    {
        if (Builtin(Peek) is { } builtin)
        {
            _at++;
            return builtin;
        }
        if (Take("P")) return Know(Pointed(Type(), "*"));
        if (Take("R")) return Know(Pointed(Type(), "&"));
        if (Take("O")) return Know(Pointed(Type(), "&&"));
        if (Peek is 'r' or 'V' or 'K')
        {
            string qualifiers = "";
            while (Peek is 'r' or 'V' or 'K')
            {
                qualifiers = (Peek == 'K' ? " const" : Peek == 'V' ? " volatile" : " restrict") + qualifiers;
                _at++;
            }
            return Know(Type() + qualifiers);
        }
        if (Peek == 'S' && !(_at + 1 < _name.Length && _name[_at + 1] == 't'))
        {
            string known = Substitution();
            return Peek == 'I' ? Know(known + TemplateArguments()) : known;
        }
        if (Peek == 'T')
        {
            string parameter = Know(TemplateParameter());
            return Peek == 'I' ? Know(parameter + TemplateArguments()) : parameter;
        }
        if (Peek == 'N' || Peek == 'Z' || Peek == 'S' || char.IsAsciiDigit(Peek)) return Know(Name());
        if (Take("F")) return Know(Function());
        if (Take("A")) return Know(ArrayOf());
        if (Take("M"))
        {
            string owner = Type();
            return Know(Pointed(Type(), $" {owner}::*"));
        }
        if (Take("Dp")) return Type() + "...";
        if (Take("Dn")) return "decltype(nullptr)";
        if (Take("Di")) return "char32_t";
        if (Take("Ds")) return "char16_t";
        if (Take("Du")) return "char8_t";
        if (Take("Da")) return "auto";
        if (Take("Dh")) return "_Float16";
        if (Take("Do")) return Type(); // Of a function that does not throw.
        if (Take("u")) return Know(SourceName());
        throw Unknown;
    }

    /// <summary>A pointer to a function has its star in parentheses.</summary>
    private static string Pointed(string type, string mark)
    {
        int place = type.IndexOf(" (", StringComparison.Ordinal);
        if (place < 0 || !type.EndsWith(')')) return type + mark;
        return type.AsSpan(place).StartsWith(" ((") || type.AsSpan(place).StartsWith(" (*") || type.AsSpan(place).StartsWith(" (&") ? type.Insert(type.IndexOf(')', place), mark) : type.Insert(place + 1, $"({mark.Trim()})");
    }

    private string Function()
    {
        _ = Take("Y");
        string returned = Type();
        var parameters = new List<string>();
        while (!Take("E"))
        {
            if (Take("R") || Take("O")) continue;
            parameters.Add(Type());
            if (++_steps > MostSteps) throw Unknown;
        }
        return $"{returned} ({(parameters is ["void"] ? "" : string.Join(", ", parameters))})";
    }

    private string ArrayOf()
    {
        int start = _at;
        while (char.IsAsciiDigit(Peek)) _at++;
        string length = _name[start.._at];
        Expect('_');
        return $"{Type()} [{length}]";
    }

    private static readonly string[] Operators =
    [
        "nw", " new", "na", " new[]", "dl", " delete", "da", " delete[]", "aw", " co_await", "ps", "+", "ng", "-", "ad", "&", "de", "*", "co", "~", "pl", "+", "mi", "-", "ml", "*", "dv", "/", "rm", "%", "an", "&", "or", "|", "eo", "^",
        "aS", "=", "pL", "+=", "mI", "-=", "mL", "*=", "dV", "/=", "rM", "%=", "aN", "&=", "oR", "|=", "eO", "^=", "ls", "<<", "rs", ">>", "lS", "<<=", "rS", ">>=", "eq", "==", "ne", "!=", "lt", "<", "gt", ">", "le", "<=", "ge", ">=",
        "ss", "<=>", "nt", "!", "aa", "&&", "oo", "||", "pp", "++", "mm", "--", "cm", ",", "pm", "->*", "pt", "->", "cl", "()", "ix", "[]", "qu", "?",
    ];

    private static string? Builtin(char kind) => kind switch
    {
        'v' => "void",
        'w' => "wchar_t",
        'b' => "bool",
        'c' => "char",
        'a' => "signed char",
        'h' => "unsigned char",
        's' => "short",
        't' => "unsigned short",
        'i' => "int",
        'j' => "unsigned int",
        'l' => "long",
        'm' => "unsigned long",
        'x' => "long long",
        'y' => "unsigned long long",
        'n' => "__int128",
        'o' => "unsigned __int128",
        'f' => "float",
        'd' => "double",
        'e' => "long double",
        'g' => "__float128",
        'z' => "...",
        _ => null,
    };
}
