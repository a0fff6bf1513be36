using System.Text.RegularExpressions;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Telemetry.Redaction;

/// <summary>Which names are those of secrets. Rather one too many: what is hidden needlessly can be looked up, what was shown can't be taken back.</summary>
internal static class SecretNames
{
    /// <summary>Parts that make a name one of a secret, wherever they stand in it.</summary>
    private const string Parts = "password|passwd|passphrase|pwd|secret|token|credential|cookie|api[-_]?key|access[-_]?key|private[-_]?key|signing[-_]?key|encryption[-_]?key|auth|connection[-_]?string|connstr|dsn|bearer|session[-_]?id|sas|psk|passcode|mnemonic|signature";

    // Two, as an automaton of both would be too large for those that never go back.
    private static readonly Regex Anywhere = BoundedRegex.CreateOwn(Parts), AtTheEnd = BoundedRegex.CreateOwn("(^|[-_.:])(pw|sig|pin|otp)$|(key|pass)$");

    /// <summary>Whoever wrote something, or is asked: no <c>auth</c>. What may follow is kept, as it may be a name of a secret by itself: authorKey.</summary>
    private static readonly Regex Author = BoundedRegex.CreateOwn("([Aa]uthor(?:s|ed|ing|ship|ity|ities|itative)?|AUTHOR(?:S|ED|SHIP|ITY|ITIES)?)($|[^a-zA-Z]|[A-Z][a-z])", ignoreCase: false);

    /// <param name="name">Of a variable, a flag or a setting.</param>
    public static bool IsSecret(ReadOnlySpan<char> name)
    {
        if (name.Contains("author", StringComparison.OrdinalIgnoreCase)) name = Author.Replace(name.ToString(), "$2");
        return Anywhere.IsMatch(name) || AtTheEnd.IsMatch(name);
    }
}
