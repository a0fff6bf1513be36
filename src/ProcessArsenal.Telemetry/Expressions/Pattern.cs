using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Telemetry.Expressions;

/// <summary>Makes regular expressions that can't be turned against us. They search anywhere in the text, as grep does.</summary>
internal static class Pattern
{
    /// <summary>Compiles a pattern.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="regex">The compiled pattern.</param>
    /// <param name="problem">What is wrong with it and what to do.</param>
    /// <param name="offset">Where in the pattern.</param>
    public static bool TryCreate(
        string text, [NotNullWhen(true)] out Regex? regex, [NotNullWhen(false)] out string? problem, out int offset)
    {
        offset = 0;
        try
        {
            regex = BoundedRegex.Create(text);
            problem = null;
            return true;
        }
        catch (RegexParseException e)
        {
            problem = Describe(e.Error);
            // The offset is where the parser stopped: just behind the culprit, or behind the end.
            offset = Math.Clamp(e.Offset - 1, 0, Math.Max(0, text.Length - 1));
        }
        catch (NotSupportedException)
        {
            problem = "it repeats too much or uses lookaround, a backreference or an atomic group, which can't be searched in bounded time;"
                + " write it without, or with smaller counts in {}";
        }
        regex = null;
        return false;
    }

    /// <summary>In our own words: the framework's may be stripped by ahead-of-time compilation.</summary>
    private static string Describe(RegexParseError error) => error switch
    {
        RegexParseError.UnterminatedBracket => "a '[' is never closed; end it with ']', or write \\[ for the character itself",
        RegexParseError.InsufficientClosingParentheses => "a '(' is never closed; end it with ')', or write \\( for the character itself",
        RegexParseError.InsufficientOpeningParentheses => "a ')' closes nothing; write \\) for the character itself",
        RegexParseError.QuantifierAfterNothing =>
            "nothing stands before the repetition; write for example .* for any text, or escape it with \\",
        RegexParseError.NestedQuantifiersNotParenthesized => "a repetition follows a repetition; put the inner one in parentheses",
        RegexParseError.ReversedQuantifierRange => "the range of counts in {} is reversed; write the smaller one first",
        RegexParseError.ReversedCharacterRange => "the range of characters in [] is reversed; write the lower one first",
        RegexParseError.UnescapedEndingBackslash => "it ends in a single backslash; write two for the character itself",
        RegexParseError.InvalidGroupingConstruct => "unknown kind of group after '(?'; a named group is written (?<name>...)",
        _ => "it can't be read; the syntax is that of .NET regular expressions",
    };
}
