using System.Collections.Immutable;
using System.Text;

namespace ProcessArsenal.Telemetry.Grouping;

/// <summary>What a group is told apart by: its name and its own labels. Equal by value. Both may hold text that a process chose.</summary>
public sealed class GroupKey : IEquatable<GroupKey>
{
    private readonly int _hash;

    /// <param name="name">The group's name, at most <see cref="GroupTemplate.MaxLength"/> UTF-16 units.</param>
    /// <param name="labels">Own labels in any order, each name once.</param>
    public GroupKey(string name, IEnumerable<KeyValuePair<string, string>>? labels = null)
    {
        Name = WellFormed(name);
        // To Prometheus an empty label is no label: two groups that differ in it alone would be one series twice.
        Labels = labels is null ? [] : [.. labels.Where(label => label.Value.Length > 0)
            .Select(label => KeyValuePair.Create(label.Key, WellFormed(label.Value))).OrderBy(label => label.Key, StringComparer.Ordinal)];
        var hash = new HashCode();
        hash.Add(Name, StringComparer.Ordinal);
        foreach ((string key, string value) in Labels)
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }
        _hash = hash.ToHashCode();
    }

    /// <summary>Half a surrogate pair, which a pattern can cut out, would be written as U+FFFD: two keys, but one series twice.</summary>
    private static string WellFormed(string text) =>
        text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0 ? text : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    public string Name { get; }

    /// <summary>Own labels, sorted by name in ordinal order; none is empty.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Labels { get; }

    public bool Equals(GroupKey? other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is null || _hash != other._hash || Name != other.Name || Labels.Length != other.Labels.Length) return false;
        for (int i = 0; i < Labels.Length; i++)
            if (Labels[i].Key != other.Labels[i].Key || Labels[i].Value != other.Labels[i].Value) return false;
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as GroupKey);

    public override int GetHashCode() => _hash;

    public override string ToString() =>
        Labels.IsEmpty ? Name : $"{Name}{{{string.Join(',', Labels.Select(label => $"{label.Key}=\"{label.Value}\""))}}}";
}
