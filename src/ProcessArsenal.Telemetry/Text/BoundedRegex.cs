using System.Text.RegularExpressions;

namespace ProcessArsenal.Telemetry.Text;

/// <summary>Regular expressions that can't be turned against us, by whoever writes the pattern or the text.</summary>
internal static class BoundedRegex
{
    /// <summary>Nodes of the automaton. Without backtracking the time is linear in the text, but the constant is the automaton's size:
    /// at .NET's own limit of 10 000, <c>(.*a.{0,2000}){3}z</c> took 147 s on 4096 characters.</summary>
    private const int MaxAutomatonSize = 1000;

    /// <summary>Only a hostile pattern comes near: one of 64 hexadecimal digits takes microseconds.</summary>
    private static readonly TimeSpan MaxMatchTime = TimeSpan.FromMilliseconds(100);

    // .NET offers this limit per process only (SymbolicRegexThresholds in dotnet/runtime). It touches no other kind of Regex.
    static BoundedRegex() => AppContext.SetData("REGEX_NONBACKTRACKING_MAX_AUTOMATA_SIZE", MaxAutomatonSize);

    /// <exception cref="RegexParseException">The pattern is wrong.</exception>
    /// <exception cref="NotSupportedException">The pattern is too large, or needs backtracking.</exception>
    /// <returns>An expression whose searches may throw <see cref="RegexMatchTimeoutException"/>.</returns>
    public static Regex Create(string pattern) => new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, MaxMatchTime);

    /// <summary>One of our own, for text of others: its time is linear in the text, so that none is set.</summary>
    public static Regex CreateOwn(string pattern, bool ignoreCase = true) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None));
}
