using System.Globalization;

namespace ProcessArsenal.Telemetry.Tracing.Native.Symbols;

/// <summary>Names of C++ (Itanium C++ ABI, 5.1): with their template arguments, without the parameters of functions, and without expressions.</summary>
internal sealed partial class ItaniumNames
{
    private const int Deepest = 96, MostText = 16_384, MostSteps = 20_000;

    private readonly string _name;
    private readonly List<string> _known = [];
    private int _at, _depth, _steps;

    private ItaniumNames(string name) => _name = name;

    /// <returns>Null if it is none, or has something in it that we do not know.</returns>
    public static string? Demangle(string name)
    {
        if (!name.StartsWith("_Z", StringComparison.Ordinal)) return null;
        try
        {
            return new ItaniumNames(name[2..]).Encoding(isInner: false);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private char Peek => _at < _name.Length ? _name[_at] : '\0';

    private static FormatException Unknown => new();

    private bool Take(string text)
    {
        if (string.CompareOrdinal(_name, _at, text, 0, text.Length) != 0) return false;
        _at += text.Length;
        return true;
    }

    private void Expect(char wanted)
    {
        if (Peek != wanted) throw Unknown;
        _at++;
    }

    /// <summary>Whoever makes it deep, long or slow on purpose gets it back as it is.</summary>
    private string Bounded(string text) => ++_steps > MostSteps || text.Length > MostText ? throw Unknown : text;

    private string Know(string text)
    {
        if (_known.Count >= MostSteps) throw Unknown;
        _known.Add(Bounded(text));
        return text;
    }

    /// <param name="isInner">It is part of another name, and its parameters must be passed over.</param>
    private string Encoding(bool isInner)
    {
        if (++_depth > Deepest) throw Unknown;
        string name = Take("TV") ? $"vtable for {Type()}" : Take("TT") ? $"VTT for {Type()}" : Take("TI") ? $"typeinfo for {Type()}" : Take("TS") ? $"typeinfo name for {Type()}"
            : Take("GV") ? $"guard variable for {Name()}" : Take("Th") ? Thunk("non-virtual thunk to ", 1) : Take("Tv") ? Thunk("virtual thunk to ", 2) : Name();
        while (isInner && Peek is not ('E' or '\0')) _ = Type();
        _depth--;
        return Bounded(name);
    }

    private string Thunk(string kind, int offsets)
    {
        for (int i = 0; i < offsets; i++)
        {
            _ = Take("n");
            while (char.IsAsciiDigit(Peek)) _at++;
            Expect('_');
        }
        return kind + Encoding(isInner: false);
    }

    private string Name()
    {
        if (Take("N")) return Nested();
        if (Take("Z")) return Local();
        bool isStandard = Take("St"), isKnown = !isStandard && Peek == 'S';
        string name = isKnown ? Substitution() : (isStandard ? "std::" : "") + Unqualified("");
        if (Peek != 'I') return name;
        if (!isKnown) _ = Know(name);
        return name + TemplateArguments();
    }

    private string Nested()
    {
        while (Peek is 'r' or 'V' or 'K' or 'R' or 'O') _at++;
        string name = "";
        while (!Take("E"))
        {
            bool isKnown = false;
            if (Peek == 'S' && !(_at + 1 < _name.Length && _name[_at + 1] == 't'))
            {
                name = Substitution();
                isKnown = true;
            }
            else if (Take("St"))
            {
                name = "std";
                isKnown = true;
            }
            else if (Peek == 'I')
            {
                name += TemplateArguments();
            }
            else if (Peek == 'T')
            {
                name = TemplateParameter();
            }
            else
            {
                name = name.Length > 0 ? $"{name}::{Unqualified(name)}" : Unqualified("");
            }
            if (Peek != 'E' && !isKnown) _ = Know(name);
            _ = Bounded(name);
        }
        return name.Length > 0 ? name : throw Unknown;
    }

    private string Local()
    {
        string function = Encoding(isInner: true);
        Expect('E');
        if (Take("s"))
        {
            Discriminator();
            return function;
        }
        if (Take("d"))
        {
            while (char.IsAsciiDigit(Peek)) _at++;
            Expect('_');
        }
        string entity = Name();
        Discriminator();
        return $"{function}::{entity}";
    }

    private void Discriminator()
    {
        if (!Take("_")) return;
        _ = Take("_");
        while (char.IsAsciiDigit(Peek)) _at++;
        _ = Take("_");
    }

    /// <param name="outer">What it is in.</param>
    private string Unqualified(string outer)
    {
        string name;
        _ = Take("L");
        if (char.IsAsciiDigit(Peek)) name = SourceName();
        else if (Peek == 'C' && _at + 1 < _name.Length && _name[_at + 1] is >= '1' and <= '5') name = Special(outer, "");
        else if (Peek == 'D' && _at + 1 < _name.Length && _name[_at + 1] is >= '0' and <= '5') name = Special(outer, "~");
        else if (Take("Ul")) name = Lambda();
        else if (Take("Ut")) name = $"{{unnamed#{Number()}}}";
        else name = Operator();
        while (Take("B")) name += $"[abi:{SourceName()}]";
        return name;
    }

    /// <summary>A constructor or destructor is called as its class, without its template arguments.</summary>
    private string Special(string outer, string before)
    {
        _at += 2;
        string plain = outer;
        for (int depth = 0, i = outer.Length - 1; i >= 0; i--)
        {
            if (outer[i] == '>') depth++;
            if (outer[i] == '<' && --depth == 0) plain = outer[..i];
            if (depth == 0 && outer[i] == ':') break;
        }
        int tag = plain.EndsWith(']') ? plain.LastIndexOf("[abi:", StringComparison.Ordinal) : -1;
        if (tag >= 0) plain = plain[..tag];
        return before + plain[(plain.LastIndexOf(':') + 1)..];
    }

    private string Lambda()
    {
        while (Peek != 'E') _ = Type();
        _at++;
        return $"{{lambda#{Number()}}}";
    }

    /// <summary>Nothing is the first.</summary>
    private string Number()
    {
        int start = _at;
        while (char.IsAsciiDigit(Peek)) _at++;
        int number = start == _at ? 1 : int.TryParse(_name.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value < int.MaxValue - 2 ? value + 2 : throw Unknown;
        Expect('_');
        return number.ToString(CultureInfo.InvariantCulture);
    }

    private string SourceName()
    {
        int start = _at;
        while (char.IsAsciiDigit(Peek)) _at++;
        if (!int.TryParse(_name.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length == 0 || length > _name.Length - _at) throw Unknown;
        _at += length;
        string name = _name.Substring(_at - length, length);
        return name.StartsWith("_GLOBAL__N", StringComparison.Ordinal) ? "(anonymous namespace)" : name;
    }

    private string Operator()
    {
        if (_at + 2 > _name.Length) throw Unknown;
        string code = _name.Substring(_at, 2);
        _at += 2;
        if (code == "cv") return $"operator {Type()}";
        if (code == "li") return $"operator\"\" {SourceName()}";
        int place = Array.IndexOf(Operators, code);
        return place >= 0 && place % 2 == 0 ? $"operator{Operators[place + 1]}" : throw Unknown;
    }

    private string Substitution()
    {
        Expect('S');
        if (Take("_")) return Known(0);
        string? usual = Peek switch
        {
            't' => "std",
            'a' => "std::allocator",
            'b' => "std::basic_string",
            's' => "std::string",
            'i' => "std::istream",
            'o' => "std::ostream",
            'd' => "std::iostream",
            _ => null,
        };
        if (usual is not null)
        {
            _at++;
            return usual;
        }
        long number = 0;
        while (!Take("_"))
        {
            int digit = char.IsAsciiDigit(Peek) ? Peek - '0' : char.IsAsciiLetterUpper(Peek) ? Peek - 'A' + 10 : throw Unknown;
            number = (number * 36) + digit;
            if (number > MostSteps) throw Unknown;
            _at++;
        }
        return Known((int)number + 1);
    }

    private string Known(int number) => number < _known.Count ? _known[number] : throw Unknown;
}
