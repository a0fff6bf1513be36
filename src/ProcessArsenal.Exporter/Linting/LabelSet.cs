using System.Collections.Immutable;

namespace ProcessArsenal.Exporter.Linting;

/// <summary>Whether series have a label.</summary>
internal enum Has
{
    No,

    /// <summary>It depends on what is not in the rule.</summary>
    Unknown,
    Yes,
}

/// <summary>Whether series have a label, and if not, what took it.</summary>
/// <param name="At">Where in the expression.</param>
/// <param name="Loss">What took it: <c>sum by (job) keeps only job</c>.</param>
internal readonly record struct LabelState(Has Has, int At, string Loss)
{
    public static LabelState Yes { get; } = new(Has.Yes, 0, "");

    public static LabelState Unknown { get; } = new(Has.Unknown, 0, "");

    public static LabelState No(int at, string loss) => new(Has.No, at, loss);
}

/// <summary>The labels of the series of one part of an expression.</summary>
/// <param name="Named">Of those of which something is known.</param>
/// <param name="Others">Of all others.</param>
internal sealed record LabelSet(ImmutableDictionary<string, LabelState> Named, LabelState Others)
{
    /// <summary>Nothing is known.</summary>
    public static LabelSet Any { get; } = new(ImmutableDictionary<string, LabelState>.Empty.WithComparers(StringComparer.Ordinal), LabelState.Unknown);

    public LabelState this[string label] => Named.GetValueOrDefault(label, Others);

    public LabelSet With(string label, LabelState state) => this with { Named = Named.SetItem(label, state) };

    /// <summary>Only these; the others are lost.</summary>
    public LabelSet Keep(IEnumerable<string> labels, int at, string loss)
    {
        var kept = new LabelSet(ImmutableDictionary<string, LabelState>.Empty.WithComparers(StringComparer.Ordinal), LabelState.No(at, loss));
        // What was lost before was lost there.
        foreach ((string label, LabelState state) in Named) kept = kept.With(label, state.Has == Has.No ? state : LabelState.No(at, loss));
        if (Others.Has == Has.No) kept = kept with { Others = Others };
        return labels.Aggregate(kept, (set, label) => set.With(label, this[label]));
    }

    /// <summary>All but these.</summary>
    public LabelSet Drop(IEnumerable<string> labels, int at, string loss) =>
        labels.Aggregate(this, (set, label) => set[label].Has == Has.No ? set : set.With(label, LabelState.No(at, loss)));
}
