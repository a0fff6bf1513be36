using System.Collections.Immutable;
using System.Globalization;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Telemetry.Grouping;

namespace ProcessArsenal.Exporter.Configuration.ProcessExporter;

/// <summary>Reads one rule of process-exporter's.</summary>
internal sealed class ProcessExporterRuleBinder(YamlMapping mapping, string path, BindContext context)
{
    private const string MergeKey = "<<";
    private const int MaxMerges = 8;

    /// <summary>Where the compiler's complaints belong, by its own keys (<c>cmdline[0]</c>).</summary>
    private readonly Dictionary<string, YamlNode> _places = new(StringComparer.Ordinal);

    /// <summary>Null if anything is wrong, which is then reported, and if it can match no process at all.</summary>
    public GroupRule? Bind()
    {
        int before = context.Errors.Count;
        string? name = Text("name");
        ImmutableArray<string>? comm = List("comm");
        ImmutableArray<string>? exe = List("exe");
        ImmutableArray<string>? cmdline = List("cmdline");
        if (context.Errors.Count > before) return null;
        if (comm is null && exe is null && cmdline is null)
        {
            context.Error(mapping, $"'{path}' selects nothing: give it comm, exe or cmdline.");
            return null;
        }
        if (comm is { IsEmpty: true } || exe is { IsEmpty: true }) return null; // One of none.

        // An empty expression matches every command line; so does a rule without one.
        ImmutableArray<string> patterns = cmdline is null ? [] : [.. cmdline.Value.Where((pattern, i) => Keep(pattern, i))];
        var options = new GroupRuleOptions
        {
            Name = string.IsNullOrEmpty(name) ? null : name,
            Comm = comm ?? [],
            Exe = exe ?? [],
            Cmdline = patterns,
            ProcessExporter = true,
        };
        var wrong = new List<GroupRuleError>();
        GroupRule? rule = GroupRule.Compile(options, wrong);
        foreach (GroupRuleError error in wrong)
            context.Error(_places.GetValueOrDefault(error.Key, mapping), $"'{path}.{error.Key}': {error.Message}");
        return rule;
    }

    /// <summary>The places of the expressions that are kept close up.</summary>
    private bool Keep(string pattern, int index)
    {
        if (pattern.Length == 0) return false;
        string key = Key("cmdline", _kept++);
        _places[key] = _places[Key("cmdline", index)];
        return true;
    }

    private int _kept;

    private string? Text(string key)
    {
        if (Find(mapping, key, MaxMerges) is not { } node) return null;
        _places[key] = node;
        if (node is YamlScalar scalar) return scalar.IsNull ? null : scalar.Text;
        context.Error(node, $"'{path}.{key}' must be text, not {node.Kind}.");
        return null;
    }

    /// <summary>Null if the key is not there, or has no value.</summary>
    private ImmutableArray<string>? List(string key)
    {
        if (Find(mapping, key, MaxMerges) is not { } node || node is YamlScalar { IsNull: true }) return null;
        if (node is not YamlSequence sequence)
        {
            context.Error(node, $"'{path}.{key}' must be a list, not {node.Kind}: put it in brackets.");
            return [];
        }
        var entries = ImmutableArray.CreateBuilder<string>();
        for (int i = 0; i < sequence.Items.Count; i++)
        {
            string entry = Key(key, i);
            _places[entry] = sequence.Items[i];
            if (sequence.Items[i] is YamlScalar scalar) entries.Add(scalar.IsNull ? "" : scalar.Text);
            else context.Error(sequence.Items[i], $"'{path}.{entry}' must be text, not {sequence.Items[i].Kind}.");
        }
        return entries.ToImmutable();
    }

    /// <summary>The value of a key: the mapping's own, else of a mapping that it merges (https://yaml.org/type/merge.html).</summary>
    private static YamlNode? Find(YamlMapping mapping, string key, int merges)
    {
        YamlNode? merged = null;
        foreach ((YamlScalar name, YamlNode value) in mapping.Entries)
        {
            if (name.Text == key) return value;
            if (name.Text == MergeKey && value is YamlMapping other && merges > 0) merged = Find(other, key, merges - 1);
        }
        return merged;
    }

    private static string Key(string key, int index) => string.Create(CultureInfo.InvariantCulture, $"{key}[{index}]");
}
