using System.Text;

namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>Queries of URLs without what they say: tokens, signatures and names of people stand there. As OpenTelemetry's instrumentations for .NET do
/// by default, all values are left out, not only those that the semantic conventions list.</summary>
internal static class UrlQuery
{
    public const string Redacted = "Redacted";

    /// <param name="query">Without the question mark: <c>a=1&amp;b=2</c>.</param>
    /// <param name="longest">UTF-16 units of it that are looked at.</param>
    /// <returns><c>a=Redacted&amp;b=Redacted</c>. What has no equals sign is a name.</returns>
    public static string Redact(ReadOnlySpan<char> query, int longest)
    {
        if (query.Length > longest) query = query[..longest];
        if (!query.Contains('=')) return query.ToString();
        var text = new StringBuilder(query.Length);
        foreach (Range range in query.Split('&'))
        {
            ReadOnlySpan<char> pair = query[range];
            if (range.Start.Value > 0) text.Append('&');
            int equals = pair.IndexOf('=');
            if (equals < 0) text.Append(pair);
            else text.Append(pair[..(equals + 1)]).Append(Redacted);
        }
        return text.ToString();
    }
}
