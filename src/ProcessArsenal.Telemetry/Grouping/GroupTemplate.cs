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
    private static readonly TemplateVariable[] Variables =
    [
        new(".Comm", (d, _) => d.Name),
        new(".ExeBase", (d, _) => d.ExecutableName),
        new(".ExeFull", (d, _) => d.Executable ?? (d.Arguments is { Count: > 0 } ? d.Arguments[0] : d.Name)),
        new(".Username", (d, _) => d.User),
        new(".PID", (_, pid) => pid.ToString(CultureInfo.InvariantCulture)),
        new(".StartTime", (d, _) => d.StartTime?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
        new(".Cgroups", (d, _) => d.Cgroup),
        new(".Unit", (d, _) => d.Unit),
        new(".Container", (d, _) => d.Container),
    ];

    private readonly List<Part> _parts = [];

    /// <summary>What stands for a capture that nothing captured.</summary>
    private readonly string _noCapture;

    private GroupTemplate(string text, string noCapture) => (Text, _noCapture) = (text, noCapture);

    /// <summary>The source text.</summary>
    public string Text { get; }

    /// <summary>Whether the result is the same for every process.</summary>
    public bool IsConstant => _parts.TrueForAll(part => part.Value is null && part.Capture is null);

    /// <summary>Parses a template.</summary>
    /// <param name="captures">The names that <c>.Matches</c> may ask for; null to accept any.</param>
    /// <param name="error">What is wrong and what to do; null if nothing is.</param>
    public static GroupTemplate? Parse(string text, IReadOnlyCollection<string>? captures, out string? error) =>
        Parse(text, Variables, captures, "", out error);

    /// <summary>Parses a template of a file of process-exporter: see <see cref="GroupRuleOptions.ProcessExporter"/>.</summary>
    /// <param name="error">What is wrong and what to do; null if nothing is.</param>
    public static GroupTemplate? ParseForProcessExporter(string text, out string? error) =>
        Parse(text, ProcessExporterVariables.All, captures: null, "<no value>", out error);

    private static GroupTemplate? Parse(
        string text, TemplateVariable[] variables, IReadOnlyCollection<string>? captures, string noCapture, out string? error)
    {
        error = null;
        var template = new GroupTemplate(text, noCapture);
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
            if (Variable(text[(open + 2)..close].Trim(), variables, captures, out error) is not { } part) return null;
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
            if (part.Capture is not null) result.Append(captures?.GetValueOrDefault(part.Capture) ?? _noCapture);
            else result.Append(part.Literal ?? part.Value!(description, pid));
            if (result.Length > MaxLength) break;
        }
        return Quoting.Cut(result.ToString(), MaxLength);
    }

    private static Part? Variable(string name, TemplateVariable[] variables, IReadOnlyCollection<string>? captures, out string? error)
    {
        error = null;
        foreach ((string known, Func<ProcessDescription, int, string?> value) in variables)
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
        IEnumerable<string> names = variables.Select(variable => variable.Name).Append(".Matches");
        string? nearest = NearestName.Find(name, names);
        error = $"unknown variable '{Quoting.Cap(name)}'"
            + (nearest is null ? $": there are {string.Join(", ", names)}.name." : $": did you mean '{nearest}'?");
        return null;
    }

    /// <summary>One of: literal text, a variable, a capture.</summary>
    private sealed record Part(string? Literal, Func<ProcessDescription, int, string?>? Value, string? Capture);
}

/// <summary>A variable of a template.</summary>
/// <param name="Name">With its dot: <c>.Comm</c>.</param>
/// <param name="Value">Its value for a process and its pid.</param>
internal readonly record struct TemplateVariable(string Name, Func<ProcessDescription, int, string?> Value);
