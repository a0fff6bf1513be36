using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>Reads headers as people write them. What is wrong is said without a value in it: values are secrets.</summary>
public static class HeaderText
{
    /// <summary>Headers at most.</summary>
    public const int Most = 100;

    private const int MostName = 256, MostValue = 16 * 1024;

    // Belong to the connection or to the format, and a value of ours would break it.
    private static readonly string[] Reserved =
        ["content-type", "content-length", "content-encoding", "transfer-encoding", "host", "connection", "te", "trailer", "upgrade", "keep-alive", "expect"];

    /// <summary>A file: <c>name: value</c>, one a line; empty lines and those that start with # are nothing.</summary>
    /// <param name="wrong">What is wrong with the first wrong line; null if nothing is.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> ParseLines(string text, out string? wrong)
    {
        var headers = new List<KeyValuePair<string, string>>();
        wrong = null;
        int number = 0;
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = raw.Trim();
            if (number == 1) line = line.TrimStart('\uFEFF');
            if (line.IsEmpty || line[0] == '#') continue;
            string? problem = Add(headers, line, ':', decode: false);
            if (problem is not null) wrong ??= string.Create(CultureInfo.InvariantCulture, $"line {number}: {problem}");
        }
        return headers;
    }

    /// <summary>A variable: <c>name=value,name=value</c>, values percent-encoded
    /// (<see href="https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables"/>).</summary>
    /// <param name="wrong">What is wrong with the first wrong pair; null if nothing is.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> ParsePairs(string text, out string? wrong)
    {
        var headers = new List<KeyValuePair<string, string>>();
        wrong = null;
        int number = 0;
        foreach (Range range in text.AsSpan().Split(','))
        {
            number++;
            ReadOnlySpan<char> pair = text.AsSpan(range).Trim();
            if (pair.IsEmpty) continue;
            string? problem = Add(headers, pair, '=', decode: true);
            if (problem is not null) wrong ??= string.Create(CultureInfo.InvariantCulture, $"header {number}: {problem}");
        }
        return headers;
    }

    private static string? Add(List<KeyValuePair<string, string>> headers, ReadOnlySpan<char> pair, char separator, bool decode)
    {
        if (headers.Count == Most) return string.Create(CultureInfo.InvariantCulture, $"more than {Most} headers.");
        int at = pair.IndexOf(separator);
        if (at < 0) return separator == ':' ? "must be 'name: value'." : "must be name=value.";
        string name = pair[..at].Trim().ToString().ToLowerInvariant();
        string value = pair[(at + 1)..].Trim().ToString();
        if (decode && !TryDecode(value, out value!)) return "its value is not valid percent-encoding.";
        if (name.Length is 0 or > MostName || !name.All(IsTokenChar)) return "its name must be letters, digits and - _ . only.";
        if (Reserved.Contains(name) || name.StartsWith("grpc-", StringComparison.Ordinal)) return $"'{name}' is set by us.";
        // Of gRPC, which wants them in another form.
        if (name.EndsWith("-bin", StringComparison.Ordinal)) return "its name must not end in -bin.";
        if (value.Length > MostValue) return "its value is too long.";
        foreach (char c in value)
            if (c is < ' ' or > '~') return "its value must be printable ASCII.";
        headers.RemoveAll(known => known.Key == name);
        headers.Add(new(name, value));
        return null;
    }

    private static bool TryDecode(string text, [NotNullWhen(true)] out string? value)
    {
        value = null;
        for (int i = 0; i < text.Length; i++)
            if (text[i] == '%' && (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))) return false;
        value = Uri.UnescapeDataString(text);
        return true;
    }

    private static bool IsTokenChar(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';
}
