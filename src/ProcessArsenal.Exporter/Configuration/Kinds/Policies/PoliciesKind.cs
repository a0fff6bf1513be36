using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration.Kinds.Policies;

/// <summary>The list of policies, with what is wrong with them only together.</summary>
internal sealed class PoliciesKind : ValueKind<ImmutableArray<Policy>>
{
    private static readonly ListKind<Policy> List = new(
        PolicyKeys.Kind, 0, Policy.MostPolicies, "a list of policies such as [{name: restart_orders, when: memory > 200MiB for 5m, steps: [{restart: {}}]}]", static policy => policy.Name);

    public override bool TryBind(YamlNode node, string path, BindContext context, out ImmutableArray<Policy> value)
    {
        bool isRead = List.TryBind(node, path, context, out value);
        // Two with one name are checked all the same: all errors at once. Where one can't be read, the numbers of others would be wrong.
        if (node is not YamlSequence sequence || value.Length != sequence.Items.Count) return false;
        IReadOnlyList<PolicyError> errors = PolicyCheck.Errors(value);
        foreach (PolicyError error in errors)
        {
            string at = string.Create(CultureInfo.InvariantCulture, $"[{error.Policy}]{(error.Part.Length > 0 ? "." : "")}{error.Part}");
            context.Error(NodeOf(node, at), $"'{path}{at}' ({value[error.Policy].Name}) {error.Message}.");
        }
        return isRead && errors.Count == 0;
    }

    public override string Format(ImmutableArray<Policy> value) => List.Format(value);

    public override IReadOnlyList<string>? FormatItems(ImmutableArray<Policy> value) => List.FormatItems(value);

    public override void WriteSchema(Utf8JsonWriter json) => List.WriteSchema(json);

    public override void WriteJson(Utf8JsonWriter json, ImmutableArray<Policy> value) => List.WriteJson(json, value);

    /// <summary>Where a part is written; of what is left out, what it would be in.</summary>
    private static YamlNode NodeOf(YamlNode node, string part)
    {
        foreach (string word in part.Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            YamlNode? next = node switch
            {
                YamlSequence sequence when word[0] == '[' && int.Parse(word.AsSpan(1, word.Length - 2), CultureInfo.InvariantCulture) is var index && index < sequence.Items.Count => sequence.Items[index],
                YamlMapping mapping => mapping.Entries.Find(entry => entry.Key.Text == word).Value,
                _ => null,
            };
            if (next is null) return node;
            node = next;
        }
        return node;
    }
}
