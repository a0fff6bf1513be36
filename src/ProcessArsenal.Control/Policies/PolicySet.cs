using System.Collections.Frozen;

namespace ProcessArsenal.Control.Policies;

/// <summary>The policies of a configuration. Immutable.</summary>
public sealed class PolicySet
{
    public static readonly PolicySet Empty = new([]);

    private readonly FrozenDictionary<string, Policy> _byName;

    /// <param name="policies">No two of one name.</param>
    public PolicySet(IReadOnlyList<Policy> policies)
    {
        All = policies;
        _byName = policies.ToFrozenDictionary(static policy => policy.Name, StringComparer.Ordinal);
    }

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<Policy> All { get; }

    /// <returns>Null if there is none.</returns>
    public Policy? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Which policies an alert with these labels sets off, by name; none that is off by configuration.</summary>
    public IReadOnlyList<string> Match(IReadOnlyDictionary<string, string> labels) =>
        [.. All.Where(policy => policy.Mode != PolicyMode.Off && policy.Alert?.Matches(labels) == true).Select(static policy => policy.Name)];
}
