using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ProcessArsenal.Telemetry.Redaction;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>Keeps our own headers out of what a receiver says of them: some tell the credentials that they did not like.</summary>
internal static partial class HeaderSecrets
{
    private const string Ellipsis = "...";

    /// <summary>Stands for an answer that has them in another form, of which no part can be told from the rest.</summary>
    private const string Withheld = "its answer has our headers in it, and is not shown";

    /// <summary>Characters. Shorter values are no secret, and may be part of any word.</summary>
    private const int Least = 4;

    /// <summary>Characters of one word of a value that is not known to be a token.</summary>
    private const int LeastWord = 8;

    /// <summary>Letters and digits in a row by which a part of a secret is known, however it is written.</summary>
    private const int Run = 6;

    private static readonly Func<string, string>[] Escapings = [WebUtility.HtmlDecode, Uri.UnescapeDataString, Unescape];

    /// <summary>The text without these values of headers, nor their beginnings where it was cut. What has them in another form is not shown at all: escaped, in parts,
    /// in the other case, as base64 or in hexadecimal digits.</summary>
    public static string Hide(IReadOnlyCollection<string> values, string text)
    {
        if (values.Count == 0 || text.Length < Least) return text;
        HashSet<string> secrets = [.. values.SelectMany(SecretsOf)];
        string hidden = HideAll(text, secrets);
        foreach (Func<string, string> unescape in Escapings)
            if (HideAll(unescape(text), secrets) != unescape(hidden)) return $"{StatusOf(text)}{Withheld}";
        HashSet<string> runs = [.. Escapings.Append(static plain => plain).SelectMany(unescape => Runs(unescape(hidden)))];
        return secrets.SelectMany(Disguises).SelectMany(Runs).Any(runs.Contains) ? $"{StatusOf(text)}{Withheld}" : hidden;
    }

    /// <summary>The ways in which one may be written, as far as the case and what is between its letters doesn't matter.</summary>
    private static IEnumerable<string> Disguises(string secret)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(secret);
        yield return secret;
        yield return Convert.ToHexString(bytes);
        // Where it begins in a text that is written so is one of three places; the ends have bits of what is around it.
        for (int before = 0; before < 3 && bytes.Length > LeastWord; before++) yield return Convert.ToBase64String([.. new byte[before], .. bytes])[(before == 0 ? 0 : 4)..^4];
    }

    private static IEnumerable<string> Runs(string text)
    {
        string plain = string.Concat(text.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
        for (int at = 0; at + Run <= plain.Length; at++) yield return plain.Substring(at, Run);
    }

    private static string HideAll(string text, HashSet<string> secrets) => secrets.Aggregate(text, Hide);

    /// <summary>What of a value nobody is to read: all of it, its token after a scheme, its longer words, and the password in it.</summary>
    private static IEnumerable<string> SecretsOf(string value)
    {
        string[] words = value.Split([' ', ',', ';', '"', '='], StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<string> secrets = [value, .. words.Where(word => word.Length >= LeastWord)];
        if (value.Split(' ', 2, StringSplitOptions.TrimEntries) is [string scheme, string token])
        {
            secrets = secrets.Append(token);
            if (scheme.Equals("basic", StringComparison.OrdinalIgnoreCase) && Decode(token) is { } pair) secrets = [.. secrets, pair, pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..]];
        }
        return secrets.Where(secret => secret.Length >= Least);
    }

    private static string? Decode(string base64)
    {
        byte[] bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out int length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }

    private static string Hide(string text, string secret)
    {
        string head = secret[..Math.Min(secret.Length, LeastWord)];
        for (int at = 0; (at = text.IndexOf(head, at, StringComparison.Ordinal)) >= 0; at += SecretShapes.Mask.Length)
            text = $"{text.AsSpan(0, at)}{SecretShapes.Mask}{text.AsSpan(at + text.AsSpan(at).CommonPrefixLength(secret))}";
        // Where an answer was cut, or broke off, there may be less of it.
        string end = text.EndsWith(Ellipsis, StringComparison.Ordinal) ? Ellipsis : "";
        ReadOnlySpan<char> said = text.AsSpan(0, text.Length - end.Length);
        for (int length = Math.Min(head.Length - 1, said.Length); length >= Least; length--)
            if (said.EndsWith(head.AsSpan(0, length), StringComparison.Ordinal)) return $"{said[..^length]}{SecretShapes.Mask}{end}";
        return text;
    }

    /// <summary>As JSON and most languages escape: <c>\u0041</c>, and <c>\/</c> for a character itself.</summary>
    private static string Unescape(string text) => Escapes().Replace(text, static found => found.Groups[1] is { Success: true } code
        ? ((char)ushort.Parse(code.ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString() : found.Groups[2].Value);

    [GeneratedRegex(@"\\(?:u([0-9a-fA-F]{4})|(.))", RegexOptions.NonBacktracking)]
    private static partial Regex Escapes();

    /// <summary>"HTTP 401: ", which is our own word.</summary>
    private static string StatusOf(string text)
    {
        int end = text.StartsWith("HTTP ", StringComparison.Ordinal) || text.StartsWith("gRPC ", StringComparison.Ordinal) ? text.IndexOf(": ", StringComparison.Ordinal) : -1;
        return end < 0 ? "" : text[..(end + 2)];
    }
}
