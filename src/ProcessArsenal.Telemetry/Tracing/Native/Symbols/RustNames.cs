using System.Globalization;
using System.Text;

namespace ProcessArsenal.Telemetry.Tracing.Native.Symbols;

/// <summary>Names of Rust by its scheme v0 (RFC 2603).</summary>
internal ref struct RustNames
{
    private const int Deepest = 64, MostText = 8192, MostSteps = 20_000;

    private readonly ReadOnlySpan<char> _name;
    private readonly StringBuilder _text = new();
    private int _at, _depth, _steps;
    private bool _hasFailed;

    private RustNames(ReadOnlySpan<char> name) => _name = name;

    /// <returns>Null if it is none, or has something in it that we do not know.</returns>
    public static string? Demangle(string name)
    {
        var reader = new RustNames(name.AsSpan(2));
        if (name.Length < 3 || char.IsAsciiDigit(name[2])) return null; // Another version.
        reader.Path(isValue: true);
        return reader._hasFailed || reader._text.Length == 0 ? null : reader._text.ToString();
    }

    private readonly char Peek => _at < _name.Length ? _name[_at] : '\0';

    private char Next()
    {
        if (_hasFailed || _at >= _name.Length) return Fail();
        return _name[_at++];
    }

    private bool Take(char wanted)
    {
        if (_hasFailed || Peek != wanted) return false;
        _at++;
        return true;
    }

    private char Fail()
    {
        _hasFailed = true;
        return '\0';
    }

    private readonly void Write(string text)
    {
        if (!_hasFailed) _text.Append(text);
    }

    private bool Enter()
    {
        if (++_depth > Deepest || ++_steps > MostSteps || _text.Length > MostText) _ = Fail();
        return !_hasFailed;
    }

    /// <param name="isValue">Of a function, not of a type: generic arguments are written after <c>::</c>.</param>
    private void Path(bool isValue)
    {
        if (!Enter()) return;
        switch (Next())
        {
            case 'C':
                _ = Disambiguator();
                Write(Identifier());
                break;
            case 'M':
                ImplPath();
                Write("<");
                Type();
                Write(">");
                break;
            case 'X':
                ImplPath();
                Trait();
                break;
            case 'Y':
                Trait();
                break;
            case 'N':
                char space = Next();
                Path(isValue);
                ulong number = Disambiguator();
                string name = Identifier();
                if (!char.IsAsciiLetterUpper(space)) Write($"::{name}");
                else Write(string.Create(CultureInfo.InvariantCulture, $"::{{{(space == 'C' ? "closure" : space == 'S' ? "shim" : $"{space}")}{(name.Length > 0 ? ":" : "")}{name}#{number}}}"));
                break;
            case 'I':
                Path(isValue);
                Write(isValue ? "::<" : "<");
                List(static (ref reader) => reader.GenericArgument());
                Write(">");
                break;
            case 'B':
                Back(static (ref reader, isValue) => reader.Path(isValue), isValue);
                break;
            default:
                _ = Fail();
                break;
        }
        _depth--;
    }

    /// <summary>Where an implementation is, which says nothing that its type does not.</summary>
    private void ImplPath()
    {
        _ = Disambiguator();
        int length = _text.Length;
        Path(isValue: false);
        if (!_hasFailed) _text.Length = length;
    }

    private void Trait()
    {
        Write("<");
        Type();
        Write(" as ");
        Path(isValue: false);
        Write(">");
    }

    private void GenericArgument()
    {
        if (Take('L')) Lifetime();
        else if (Take('K')) Const();
        else Type();
    }

    private void Type()
    {
        if (!Enter()) return;
        char kind = Peek;
        if (Basic(kind) is { } basic)
        {
            _at++;
            Write(basic);
        }
        else if (kind is 'C' or 'M' or 'X' or 'Y' or 'N' or 'I')
        {
            Path(isValue: false);
        }
        else
        {
            Compound(Next());
        }
        _depth--;
    }

    private void Compound(char kind)
    {
        switch (kind)
        {
            case 'A' or 'S':
                Write("[");
                Type();
                if (kind == 'A')
                {
                    Write("; ");
                    Const();
                }
                Write("]");
                break;
            case 'T':
                Write("(");
                if (List(static (ref reader) => reader.Type()) == 1) Write(",");
                Write(")");
                break;
            case 'R' or 'Q':
                Write("&");
                if (Take('L') && Base62() is var lifetime and > 0) Write(string.Create(CultureInfo.InvariantCulture, $"'{lifetime} "));
                if (kind == 'Q') Write("mut ");
                Type();
                break;
            case 'P' or 'O':
                Write(kind == 'P' ? "*const " : "*mut ");
                Type();
                break;
            case 'F':
                Function();
                break;
            case 'D':
                Write("dyn ");
                if (Take('G')) _ = Base62();
                List(static (ref reader) => reader.DynTrait(), " + ");
                if (!Take('L')) _ = Fail();
                _ = Base62();
                break;
            case 'B':
                Back(static (ref reader, _) => reader.Type(), false);
                break;
            default:
                _ = Fail();
                break;
        }
    }

    private void Function()
    {
        if (Take('G')) _ = Base62();
        if (Take('U')) Write("unsafe ");
        if (Take('K')) Write($"extern \"{(Take('C') ? "C" : Identifier().Replace('_', '-'))}\" ");
        Write("fn(");
        List(static (ref reader) => reader.Type());
        Write(")");
        if (Take('u')) return; // Gives nothing back.
        Write(" -> ");
        Type();
    }

    private void DynTrait()
    {
        Path(isValue: false);
        while (Take('p'))
        {
            Write($"<{Identifier()} = ");
            Type();
            Write(">");
        }
    }

    private void Const()
    {
        if (!Enter()) return;
        char kind = Next();
        if (kind == 'B')
        {
            Back(static (ref reader, _) => reader.Const(), false);
        }
        else if (kind == 'p')
        {
            Write("_");
        }
        else
        {
            if (Basic(kind) is null || kind is 'e') _ = Fail(); // Structures and texts are not made sense of.
            bool isNegative = Take('n');
            int start = _at;
            while (char.IsAsciiHexDigitLower(Peek)) _at++;
            ReadOnlySpan<char> digits = _name[start.._at];
            if (!Take('_')) _ = Fail();
            ulong value = 0;
            bool isSmall = digits.IsEmpty || ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
            Write(kind == 'b' ? (value == 0 ? "false" : "true") : isSmall ? string.Create(CultureInfo.InvariantCulture, $"{(isNegative ? "-" : "")}{value}") : $"{(isNegative ? "-" : "")}0x{digits}");
        }
        _depth--;
    }

    private void Lifetime()
    {
        ulong number = Base62();
        Write(number == 0 ? "'_" : string.Create(CultureInfo.InvariantCulture, $"'{number}"));
    }

    private int List(Part part, string between = ", ")
    {
        int count = 0;
        while (!_hasFailed && !Take('E'))
        {
            if (count++ > 0) Write(between);
            part(ref this);
            if (++_steps > MostSteps) _ = Fail();
        }
        return count;
    }

    /// <summary>What was written before, somewhere else in the name.</summary>
    private void Back(PartAgain part, bool isValue)
    {
        int here = _at - 1;
        ulong place = Base62();
        if (_hasFailed || place >= (ulong)here)
        {
            _ = Fail();
            return;
        }
        int next = _at;
        _at = (int)place;
        part(ref this, isValue);
        _at = next;
    }

    private ulong Disambiguator() => Take('s') ? Base62() + 1 : 0;

    /// <summary>Empty is 0, and digits are one more than they say.</summary>
    private ulong Base62()
    {
        if (Take('_')) return 0;
        ulong value = 0;
        while (!_hasFailed && !Take('_'))
        {
            char digit = Next();
            int part = digit switch
            {
                >= '0' and <= '9' => digit - '0',
                >= 'a' and <= 'z' => digit - 'a' + 10,
                >= 'A' and <= 'Z' => digit - 'A' + 36,
                _ => Fail() - 1,
            };
            if (part < 0 || value > (ulong.MaxValue - 62) / 62) _ = Fail();
            else value = (value * 62) + (ulong)part;
        }
        return value + 1;
    }

    private string Identifier()
    {
        bool isEncoded = Take('u');
        int start = _at;
        if (!Take('0'))
            while (char.IsAsciiDigit(Peek)) _at++;
        if (!int.TryParse(_name[start..Math.Max(start, _at)], NumberStyles.None, CultureInfo.InvariantCulture, out int length)) length = -1;
        _ = Take('_');
        if (length < 0 || length > _name.Length - _at)
        {
            _ = Fail();
            return "";
        }
        _at += length;
        string text = _name.Slice(_at - length, length).ToString();
        return isEncoded ? $"punycode{{{text}}}" : text;
    }

    private static string? Basic(char kind) => kind switch
    {
        'a' => "i8",
        'b' => "bool",
        'c' => "char",
        'd' => "f64",
        'e' => "str",
        'f' => "f32",
        'h' => "u8",
        'i' => "isize",
        'j' => "usize",
        'l' => "i32",
        'm' => "u32",
        'n' => "i128",
        'o' => "u128",
        'p' => "_",
        's' => "i16",
        't' => "u16",
        'u' => "()",
        'v' => "...",
        'x' => "i64",
        'y' => "u64",
        'z' => "!",
        _ => null,
    };

    private delegate void Part(ref RustNames reader);

    private delegate void PartAgain(ref RustNames reader, bool isValue);
}
