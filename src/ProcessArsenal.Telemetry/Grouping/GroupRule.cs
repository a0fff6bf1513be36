using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Telemetry.Grouping;

/// <summary>A compiled rule: which processes it takes, and what their group is called. Immutable, safe for concurrent use.
/// What it goes by can be chosen by the process (comm, arguments): it serves to count, never to select for harm.</summary>
public sealed class GroupRule
{
    private const int MaxCommBytes = 15; // TASK_COMM_LEN - 1, proc_pid_comm(5)

    private readonly ImmutableArray<(Regex Pattern, string[] Captures)> _cmdline;
    private readonly GroupTemplate _name;
    private readonly ImmutableArray<(string Name, GroupTemplate Value)> _labels;

    private GroupRule(
        GroupRuleOptions options, ImmutableArray<(Regex, string[])> cmdline, GroupTemplate name,
        ImmutableArray<(string, GroupTemplate)> labels)
    {
        Options = options;
        _cmdline = cmdline;
        _name = name;
        _labels = labels;
        if (name.IsConstant && _labels.All(label => label.Value.IsConstant))
            Declared = new GroupKey(Cut(name.Text), _labels.Select(label => KeyValuePair.Create(label.Name, Cut(label.Value.Text))));
    }

    /// <summary>What it was compiled from.</summary>
    public GroupRuleOptions Options { get; }

    /// <summary>The one group that it can name; null if that depends on the process.</summary>
    public GroupKey? Declared { get; }

    /// <summary>Compiles a rule.</summary>
    /// <param name="error">The first thing that is wrong.</param>
    public static bool TryCompile(
        GroupRuleOptions options, [NotNullWhen(true)] out GroupRule? rule, [NotNullWhen(false)] out GroupRuleError? error)
    {
        var errors = new List<GroupRuleError>();
        rule = Compile(options, errors);
        error = rule is null ? errors[0] : null;
        return rule is not null;
    }

    /// <summary>Compiles a rule; null if anything is wrong with it, and then all of it is added to <paramref name="errors"/>.</summary>
    /// <param name="cmdlineComplete">False if some of cmdline is missing here, so that templates may ask for captures not known.</param>
    public static GroupRule? Compile(GroupRuleOptions options, ICollection<GroupRuleError> errors, bool cmdlineComplete = true)
    {
        int before = errors.Count;
        bool ours = !options.ProcessExporter; // There, an entry that can't match is no mistake.
        if (ours) CheckEntries("comm", options.Comm, errors, CheckComm);
        if (ours) CheckEntries("exe", options.Exe, errors);
        CheckEntries("unit", options.Unit, errors);
        CheckEntries("user", options.User, errors);

        var cmdline = ImmutableArray.CreateBuilder<(Regex, string[])>();
        List<string>? captures = cmdlineComplete ? [] : null;
        for (int i = 0; i < options.Cmdline.Length; i++)
        {
            if (GroupPattern.TryCompile(options.Cmdline[i], out Regex? regex, out string? error))
            {
                string[] names = [.. regex.GetGroupNames().Where(name => !char.IsAsciiDigit(name[0]))];
                cmdline.Add((regex, names));
                captures?.AddRange(names);
            }
            else
            {
                errors.Add(new GroupRuleError(error, string.Create(CultureInfo.InvariantCulture, $"cmdline[{i}]")));
                captures = null; // unknown: don't complain about what this one may have captured
            }
        }

        GroupTemplate? template = Template(options.Name ?? GroupTemplate.Default, "name", captures, errors, options.ProcessExporter);
        if (ours && options.Name is { } fixedName && Grouper.IsReserved(fixedName))
            errors.Add(new GroupRuleError($"'{fixedName}' is the name of a group of our own: choose another.", "name"));
        if (ours && options.Name is { Length: 0 })
            errors.Add(new GroupRuleError($"the name is empty: leave the key out for {GroupTemplate.Default}, or give it one.", "name"));
        var labels = ImmutableArray.CreateBuilder<(string, GroupTemplate)>();
        foreach ((string label, string value) in options.Labels)
        {
            if (GroupLabels.Check(label) is { } wrong) errors.Add(new GroupRuleError(wrong, $"labels.{label}"));
            if (Template(value, $"labels.{label}", captures, errors) is { } parsed) labels.Add((label, parsed));
        }
        return errors.Count > before ? null : new GroupRule(options, cmdline.ToImmutable(), template!, labels.ToImmutable());
    }

    /// <summary>The process's group if the rule takes it, else null. Never throws, whatever the process calls itself: a search that takes
    /// too long has found nothing.</summary>
    public GroupKey? Match(ProcessDescription process, int pid)
    {
        try
        {
            return MatchUnguarded(process, pid);
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    private GroupKey? MatchUnguarded(ProcessDescription process, int pid)
    {
        if (!Options.Comm.IsEmpty && !Options.Comm.Contains(process.Name)) return null;
        if (!Options.Exe.IsEmpty && !MatchesExecutable(process)) return null;
        if (!Options.Unit.IsEmpty && (process.Unit is null || !Options.Unit.Contains(process.Unit))) return null;
        if (!Options.User.IsEmpty && !MatchesUser(process)) return null;
        Dictionary<string, string>? captures = null;
        foreach ((Regex pattern, string[] names) in _cmdline)
        {
            if (process.CommandLine is null) return null;
            if (names.Length == 0)
            {
                if (!pattern.IsMatch(process.CommandLine)) return null;
                continue;
            }
            Match match = pattern.Match(process.CommandLine);
            if (!match.Success) return null;
            captures ??= new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (string name in names) captures[name] = match.Groups[name].Value;
        }
        return Declared ?? Key(process, pid, captures);
    }

    private GroupKey Key(ProcessDescription process, int pid, Dictionary<string, string>? captures)
    {
        string name = _name.Render(process, pid, captures);
        if (!Options.ProcessExporter) name = name.Length == 0 ? Grouper.Unknown : Grouper.Unreserved(name);
        return new GroupKey(name, _labels.Select(label => KeyValuePair.Create(label.Name, label.Value.Render(process, pid, captures))));
    }

    private bool MatchesExecutable(ProcessDescription process)
    {
        string? first = process.Arguments is { Count: > 0 } ? process.Arguments[0] : null;
        foreach (string entry in Options.Exe)
            if (IsExecutable(entry, first) || (!Options.ProcessExporter && IsExecutable(entry, process.Executable))) return true;
        return false;
    }

    private static bool IsExecutable(string entry, string? path)
    {
        if (path is null) return false;
        if (entry.Contains('/')) return path == entry;
        return path.AsSpan(path.LastIndexOf('/') + 1).SequenceEqual(entry);
    }

    private bool MatchesUser(ProcessDescription process)
    {
        if (process.User is not null && Options.User.Contains(process.User)) return true;
        return process.UserId is { } id && Options.User.Contains(id.ToString(CultureInfo.InvariantCulture));
    }

    private static string Cut(string text) => Quoting.Cut(text, GroupTemplate.MaxLength);

    private static GroupTemplate? Template(
        string text, string key, List<string>? captures, ICollection<GroupRuleError> errors, bool processExporter = false)
    {
        GroupTemplate? template = processExporter
            ? GroupTemplate.ParseForProcessExporter(text, out string? error) : GroupTemplate.Parse(text, captures, out error);
        if (error is not null) errors.Add(new GroupRuleError(error, key));
        return template;
    }

    private static void CheckEntries(
        string key, ImmutableArray<string> entries, ICollection<GroupRuleError> errors, Func<string, string?>? check = null)
    {
        for (int i = 0; i < entries.Length; i++)
        {
            string? wrong = entries[i].Length == 0 ? "the entry is empty, which no process has: remove it." : check?.Invoke(entries[i]);
            if (wrong is not null) errors.Add(new GroupRuleError(wrong, string.Create(CultureInfo.InvariantCulture, $"{key}[{i}]")));
        }
    }

    private static string? CheckComm(string entry)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(entry);
        if (bytes.Length <= MaxCommBytes) return null;
        string kept = Encoding.UTF8.GetString(bytes.AsSpan(0, MaxCommBytes));
        return $"'{Quoting.Cap(entry)}' never matches, as the kernel keeps {MaxCommBytes} bytes of a name: write '{kept}', or use exe.";
    }
}
