using ProcessArsenal.Telemetry.Redaction;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>Keeps our own headers out of what a receiver says of them: some tell the credentials that they did not like.</summary>
internal static class HeaderSecrets
{
    private const string Ellipsis = "...";

    /// <summary>Characters. Shorter values are no secret, and may be part of any word.</summary>
    private const int Least = 4;

    /// <summary>Characters of one word of a value, as the token after its scheme.</summary>
    private const int LeastWord = 8;

    /// <summary>The text without the values of these headers, nor their beginnings where it was cut.</summary>
    public static string Hide(IReadOnlyList<KeyValuePair<string, string>> headers, string text)
    {
        if (text.Length < Least) return text;
        foreach ((_, string value) in headers)
        {
            text = Hide(text, value, Least);
            foreach (string word in value.Split([' ', ',', ';', '"', '='], StringSplitOptions.RemoveEmptyEntries)) text = Hide(text, word, LeastWord);
        }
        return text;
    }

    private static string Hide(string text, string secret, int least)
    {
        if (secret.Length < least) return text;
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
}
