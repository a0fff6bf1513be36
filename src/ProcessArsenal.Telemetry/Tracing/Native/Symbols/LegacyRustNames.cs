using System.Globalization;
using System.Text;

namespace ProcessArsenal.Telemetry.Tracing.Native.Symbols;

/// <summary>Names as Rust made them until its scheme v0: those of C++, the last part a hash, with what C++ does not allow written as <c>$LT$</c>.</summary>
internal static class LegacyRustNames
{
    private const int HashLength = 17;

    /// <returns>Null if it is none.</returns>
    public static string? Demangle(string name)
    {
        if (!name.StartsWith("_ZN", StringComparison.Ordinal)) return null;
        var parts = new List<string>();
        int at = 3;
        while (at < name.Length && char.IsAsciiDigit(name[at]))
        {
            int digits = at;
            while (digits < name.Length && char.IsAsciiDigit(name[digits])) digits++;
            if (!int.TryParse(name.AsSpan(at, digits - at), NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length == 0 || length > name.Length - digits) return null;
            parts.Add(name.Substring(digits, length));
            at = digits + length;
        }
        if (at >= name.Length || name[at] != 'E' || parts.Count < 2 || !IsHash(parts[^1])) return null;
        var text = new StringBuilder();
        foreach (string part in parts.SkipLast(1)) Append(text.Append(text.Length > 0 ? "::" : ""), part);
        return text.Length > 0 ? text.ToString() : null;
    }

    private static bool IsHash(string part) => part.Length == HashLength && part[0] == 'h' && part.Skip(1).All(char.IsAsciiHexDigitLower);

    private static void Append(StringBuilder text, string part)
    {
        int at = part.StartsWith("_$", StringComparison.Ordinal) ? 1 : 0;
        while (at < part.Length)
        {
            if (part.AsSpan(at).StartsWith(".."))
            {
                text.Append("::");
                at += 2;
            }
            else if (part[at] == '$' && part.IndexOf('$', at + 1) is var end and > 0 && Special(part[(at + 1)..end]) is { } special)
            {
                text.Append(special);
                at = end + 1;
            }
            else
            {
                text.Append(part[at++]);
            }
        }
    }

    private static string? Special(string code) => code switch
    {
        "SP" => "@",
        "BP" => "*",
        "RF" => "&",
        "LT" => "<",
        "GT" => ">",
        "LP" => "(",
        "RP" => ")",
        "C" => ",",
        ['u', .. var digits] when int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value) && Rune.TryCreate(value, out Rune rune) => rune.ToString(),
        _ => null,
    };
}
