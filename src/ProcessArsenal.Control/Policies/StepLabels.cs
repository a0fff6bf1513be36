using ProcessArsenal.Control.Alerting.Raising;

namespace ProcessArsenal.Control.Policies;

/// <summary>Labels that a step gives an alert. Immutable; equal if they say the same, and written the same then: a run goes by what its policy says.</summary>
public sealed class StepLabels : IEquatable<StepLabels>
{
    public const int Most = 10, LongestValue = 128;

    public static readonly StepLabels None = new([]);

    /// <summary>Ours: they say what the alert is, whom it is about, and where it comes from.</summary>
    public static readonly IReadOnlyList<string> Reserved = ["alertname", "severity", "policy", OwnAlerts.Label, "identity", "group", "unit", "container", "supervisor", "child", "instance", "job"];

    public StepLabels(IEnumerable<KeyValuePair<string, string>> labels) => All = [.. labels.OrderBy(static label => label.Key, StringComparer.Ordinal)];

    /// <summary>By name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> All { get; }

    public bool Equals(StepLabels? other) => other is not null && All.SequenceEqual(other.All);

    public override bool Equals(object? obj) => Equals(obj as StepLabels);

    public override int GetHashCode() => All.Count;

    public override string ToString() => string.Join(',', All.Select(static label => $"{label.Key}={label.Value}"));
}
