using System.Globalization;
using System.Text;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Telemetry.Grouping;

/// <summary>Text with <c>{{.Variables}}</c>, as in process-exporter. Variables without a value become empty text.</summary>
public sealed class GroupTemplate
{
    /// <summary>Results are cut to this many UTF-16 units.</summary>
    public const int MaxLength = 200;

    /// <summary>The name's template where a rule gives none, as in process-exporter.</summary>
    public const string Default = "{{.ExeBase}}";

    private const string MatchPrefix = ".Matches.";

    /// <summary>Every variable but the captures, with where its value comes from.</summary>
    private static readonly (string Name, Func<ProcessDescription, int, string?> Value)[] Variables =
    [
        (".Comm", (d, _) => d.Name),
        (".ExeBase", (d, _) => d.ExecutableName),
        (".ExeFull", (d, _) => d.Executable ?? (d.Arguments is { Count: > 0 } ? d.Arguments[0] : d.Name)),
        (".Username", (d, _) => d.User),
        (".PID", (_, pid) => pid.ToString(CultureInfo.InvariantCulture)),
        (".StartTime", (d, _) => d.StartTime?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
        (".Cgroups", (d, _) => d.Cgroup),
        (".Unit", (d, _) => d.Unit),
        (".Container", (d, _) => d.Container),
    ];

    private readonly List<Part> _parts = [];

    private GroupTemplate(string text) => Text = text;

    /// <summary>The source text.</summary>
    public string Text { get; }

    /// <summary>Whether the result is the same for every process.</summary>
    public bool IsConstant => _parts.TrueForAll(part => part.Value is null && part.Capture is null);

    /// <summary>Parses a template.</summary>
    /// <param name="captures">The names that <c>.Matches</c> may ask for; null to accept any.</param>
    /// <param name="error">What is wrong and what to do; null if nothing is.</param>
    public static GroupTemplate? Parse(string text, IReadOnlyCollection<string>? captures, out string? error)
    {
        error = null;
        var template = new GroupTemplate(text);
        int at = 0;
        while (at < text.Length)
        {
            int open = text.IndexOf("{{", at, StringComparison.Ordinal);
            if (open < 0) open = text.Length;
            if (open > at) template._parts.Add(new Part(text[at..open], null, null));
            if (open == text.Length) break;
            int close = text.IndexOf("}}", open + 2, StringComparison.Ordinal);
            if (close < 0)
            {
                error = $"'{Quoting.Cap(text[open..])}' is never closed: add }}}}.";
                return null;
            }
            if (Variable(text[(open + 2)..close].Trim(), captures, out error) is not { } part) return null;
            template._parts.Add(part);
            at = close + 2;
        }
        return template;
    }

    /// <summary>The text for one process.</summary>
    /// <param name="captures">What the rule's regular expressions captured; null if nothing.</param>
    internal string Render(ProcessDescription description, int pid, Dictionary<string, string>? captures)
    {
        var result = new StringBuilder();
        foreach (Part part in _parts)
        {
            if (part.Capture is not null) result.Append(captures?.GetValueOrDefault(part.Capture));
            else result.Append(part.Literal ?? part.Value!(description, pid));
            if (result.Length > MaxLength) break;
        }
        return Quoting.Cut(result.ToString(), MaxLength);
    }

    private static Part? Variable(string name, IReadOnlyCollection<string>? captures, out string? error)
    {
        error = null;
        foreach ((string known, Func<ProcessDescription, int, string?> value) in Variables)
            if (known == name) return new Part(null, value, null);
        if (name.StartsWith(MatchPrefix, StringComparison.Ordinal))
        {
            string capture = name[MatchPrefix.Length..];
            if (captures is null || captures.Contains(capture)) return new Part(null, null, capture);
            string? meant = NearestName.Find(capture, captures);
            error = $"no cmdline expression of this rule captures '{Quoting.Cap(capture)}'"
                + (meant is null
                    ? $": write (?P<name>...) in one, and {{{{{MatchPrefix}name}}}} here." : $": did you mean '{MatchPrefix}{meant}'?");
            return null;
        }
        IEnumerable<string> names = Variables.Select(variable => variable.Name).Append(".Matches");
        string? nearest = NearestName.Find(name, names);
        error = $"unknown variable '{Quoting.Cap(name)}'"
            + (nearest is null ? $": there are {string.Join(", ", names)}.name." : $": did you mean '{nearest}'?");
        return null;
    }

    /// <summary>One of: literal text, a variable, a capture.</summary>
    private sealed record Part(string? Literal, Func<ProcessDescription, int, string?>? Value, string? Capture);
}
