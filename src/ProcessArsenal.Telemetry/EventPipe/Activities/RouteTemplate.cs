namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>Guesses the route that a path was matched by, since no target tells it: puts the names of route values back to where the values stand in the
/// path. <c>/orders/17</c> with <c>[id, 17]</c> is <c>/orders/{id}</c>.</summary>
internal static class RouteTemplate
{
    private const int MostParts = 64;

    /// <param name="path">Without the query.</param>
    /// <param name="values">As the runtime joins them: <c>[name, value],[name, value]</c>.</param>
    /// <returns>Null without any values: then nothing tells whether a route was matched at all, and each path asked for would be one.</returns>
    public static string? Rebuild(ReadOnlySpan<char> path, ReadOnlySpan<char> values)
    {
        if (path is not ['/', ..] || path.Length > SpanLimits.LongestValue || values.IsEmpty || path.Count('/') > MostParts) return null;
        var placeholders = new List<(string Name, string Value)>();
        var pairs = new TagText(values);
        while (pairs.MoveNext() && placeholders.Count < MostParts)
        {
            // Those say which code a route leads to; they stand in the path as they are, if at all.
            if (pairs.Name is "controller" or "action" or "area" or "page" || pairs.Name.IsEmpty || pairs.Value.IsEmpty || pairs.Name.Length > SpanLimits.LongestName) continue;
            placeholders.Add((pairs.Name.ToString(), pairs.Value.ToString()));
        }
        if (pairs.IsBroken) return null;

        List<string> parts = [.. path.TrimEnd('/').ToString().Split('/')];
        // From the end: what stands in a route as it is is rather before its values.
        for (int i = placeholders.Count - 1; i >= 0; i--) Replace(parts, placeholders[i].Name, placeholders[i].Value);
        string route = string.Join('/', parts);
        return route.Length == 0 ? "/" : route;
    }

    private static void Replace(List<string> parts, string name, string value)
    {
        if (value.Contains('/', StringComparison.Ordinal))
        {
            ReplaceRest(parts, name, value.Trim('/'));
            return;
        }
        int whole = parts.LastIndexOf(value);
        if (whole >= 0)
        {
            parts[whole] = "{" + name + "}";
            return;
        }
        // Part of a part, as in v{version} or {name}.{extension}: where letters, digits and others meet.
        for (int i = parts.Count - 1; i >= 0; i--)
        {
            string part = parts[i];
            int at = part.LastIndexOf(value, StringComparison.Ordinal), end = at + value.Length;
            if (at < 0 || !IsBorder(part, at) || !IsBorder(part, end) || IsInBraces(part.AsSpan(0, at))) continue;
            parts[i] = part[..at] + "{" + name + "}" + part[end..];
            return;
        }
    }

    /// <summary>A value with slashes is that of <c>{**name}</c>, which stands at the end.</summary>
    private static void ReplaceRest(List<string> parts, string name, string value)
    {
        string[] rest = value.Split('/');
        int first = parts.Count - rest.Length;
        if (first < 1 || !parts.Skip(first).SequenceEqual(rest)) return;
        parts.RemoveRange(first, rest.Length);
        parts.Add("{**" + name + "}");
    }

    private static bool IsBorder(string text, int at) => at == 0 || at == text.Length || ClassOf(text[at - 1]) != ClassOf(text[at]);

    private static int ClassOf(char c) => char.IsAsciiDigit(c) ? 1 : char.IsLetter(c) ? 2 : c is '{' or '}' ? 3 : 4;

    private static bool IsInBraces(ReadOnlySpan<char> before) => before.Count('{') > before.Count('}');
}
