using System.Text.RegularExpressions;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Telemetry.Redaction;

/// <summary>Which names are those of secrets. Rather one too many: what is hidden needlessly can be looked up, what was shown can't be taken back.</summary>
internal static class SecretNames
{
    /// <summary>Parts that make a name one of a secret, wherever they stand in it.</summary>
    private const string Parts = "password|passwd|passphrase|pwd|secret|token|credential|cookie|api[-_]?key|access[-_]?key|private[-_]?key|signing[-_]?key|encryption[-_]?key|auth|connection[-_]?string|connstr|dsn|bearer|session[-_]?id|sas";

    private static readonly Regex Whole = BoundedRegex.CreateOwn($"({Parts}|(^|[-_.:])(key|pass|pw|user-?pass)$|(key|pass)$)");

    /// <param name="name">Of a variable, a flag or a setting.</param>
    public static bool IsSecret(ReadOnlySpan<char> name) => Whole.IsMatch(name);
}
