using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Telemetry.Grouping;

/// <summary>A regular expression of a rule, in the dialect of process-exporter (RE2) as far as .NET's non-backtracking engine
/// has it: time is linear in the length of the input, whatever a process writes into its arguments.</summary>
public static class GroupPattern
{
    public const int MaxLength = 1000;

    // POSIX classes, which .NET would silently read as something else: https://github.com/google/re2/wiki/Syntax.
    private static readonly (string Name, string Ranges)[] PosixClasses =
    [
        ("alnum", "0-9A-Za-z"), ("alpha", "A-Za-z"), ("ascii", @"\x00-\x7F"), ("blank", @"\t "), ("cntrl", @"\x00-\x1F\x7F"),
        ("digit", "0-9"), ("graph", "!-~"), ("lower", "a-z"), ("print", " -~"), ("punct", @"!-/:-@\[-`{-~"), ("space", @"\t\n\v\f\r "),
        ("upper", "A-Z"), ("word", "0-9A-Za-z_"), ("xdigit", "0-9A-Fa-f"),
    ];

    /// <summary>Compiles a pattern.</summary>
    /// <param name="error">What is wrong and what to do; null if nothing is.</param>
    public static bool TryCompile(string pattern, [NotNullWhen(true)] out Regex? regex, [NotNullWhen(false)] out string? error)
    {
        regex = null;
        error = pattern.Length == 0 ? "the expression is empty, which matches everything: leave it out."
            : pattern.Length > MaxLength ? $"the expression has {pattern.Length} characters, and {MaxLength} is the limit: shorten it."
            : null;
        if (error is not null) return false;
        try
        {
            regex = BoundedRegex.Create(Translate(pattern));
            return true;
        }
        catch (RegexParseException e)
        {
            error = string.Create(CultureInfo.InvariantCulture,
                $"bad regular expression ({e.Error}) at its character {e.Offset}: correct it.");
        }
        catch (ArgumentException)
        {
            error = "bad regular expression: correct it.";
        }
        catch (NotSupportedException)
        {
            error = "the regular expression is too large, or needs backtracking (look-around, back-references, atomic groups): "
                + "rewrite it without.";
        }
        return false;
    }

    /// <summary>RE2's <c>(?P&lt;x&gt;</c> and <c>[[:alpha:]]</c> in .NET's words.</summary>
    internal static string Translate(string pattern)
    {
        var result = new StringBuilder(pattern.Length);
        bool inClass = false;
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                result.Append(c).Append(pattern[++i]);
                continue;
            }
            if (!inClass && string.CompareOrdinal(pattern, i, "(?P<", 0, 4) == 0)
            {
                result.Append("(?<");
                i += 3;
                continue;
            }
            if (inClass && c == '[')
            {
                // In RE2 a bracket inside a class is itself; in .NET it may begin a subtraction.
                if (!TryPosix(pattern, ref i, result)) result.Append(@"\[");
                continue;
            }
            result.Append(c);
            if (inClass) inClass = c != ']';
            else if (c == '[')
            {
                inClass = true;
                // A bracket that closes right after the opening is itself, in both dialects.
                if (i + 1 < pattern.Length && pattern[i + 1] == '^') result.Append(pattern[++i]);
                if (i + 1 < pattern.Length && pattern[i + 1] == ']') result.Append(pattern[++i]);
            }
        }
        return result.ToString();
    }

    private static bool TryPosix(string pattern, ref int i, StringBuilder result)
    {
        foreach ((string name, string ranges) in PosixClasses)
        {
            string written = $"[:{name}:]";
            if (string.CompareOrdinal(pattern, i, written, 0, written.Length) != 0) continue;
            result.Append(ranges);
            i += written.Length - 1;
            return true;
        }
        return false;
    }
}
