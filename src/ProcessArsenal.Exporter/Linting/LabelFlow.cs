using ProcessArsenal.Exporter.Linting.PromQl;

namespace ProcessArsenal.Exporter.Linting;

/// <summary>Follows labels through an expression: which ones its results have. Pure.</summary>
internal static class LabelFlow
{
    /// <summary>Sides of <c>or</c> that are followed apart; more than these are not told.</summary>
    public const int MaxAlternatives = 16;

    /// <summary>One set for each kind of series that the expression may give (one, but for <c>or</c>); none if it gives no series but a number.</summary>
    public static IReadOnlyList<LabelSet> Of(PromNode node) => node switch
    {
        PromSelector selector => [OfSelector(selector)],
        PromAggregate aggregate => [.. Of(aggregate.Body).Select(set => OfAggregate(aggregate, set))],
        PromCall call => OfCall(call),
        PromBinary binary => OfBinary(binary),
        _ => [],
    };

    private static LabelSet OfSelector(PromSelector selector) => selector.Matchers.Aggregate(MetricLabels.Of(selector), static (set, matcher) =>
        matcher.Demands ? set.With(matcher.Label, LabelState.Yes)
        : matcher.Excludes ? set.With(matcher.Label, LabelState.No(0, $"{matcher.Label}=\"\" asks for series without it"))
        : set);

    private static LabelSet OfAggregate(PromAggregate aggregate, LabelSet set)
    {
        if (aggregate.IsChoice) return set;
        string name = aggregate.Name;
        set = aggregate.Without switch
        {
            null => set.Keep([], aggregate.Start, $"{name}(...) keeps no label"),
            true => set.Drop(aggregate.Labels, aggregate.Start, $"{name} without ({string.Join(", ", aggregate.Labels)}) drops it"),
            false => set.Keep(aggregate.Labels, aggregate.Start, aggregate.Labels.Count == 0 ? $"{name} by () keeps no label" : $"{name} by ({string.Join(", ", aggregate.Labels)}) keeps nothing else"),
        };
        return name == "count_values" && aggregate.Parameter is PromText label ? set.With(label.Value, LabelState.Yes) : set;
    }

    private static IReadOnlyList<LabelSet> OfCall(PromCall call)
    {
        PromNode? first = call.Arguments.Count > 0 ? call.Arguments[0] : null;
        switch (call.Name)
        {
            case "absent" or "absent_over_time":
                PromMatcher[] exact = first is PromSelector { Matchers: var matchers } ? [.. matchers.Where(static matcher => matcher is { Operator: "=", Value.Length: > 0 })] : [];
                return [exact.Aggregate(LabelSet.Any.Keep([], call.Start, $"{call.Name}(...) has no series to take labels from"), static (set, matcher) => set.With(matcher.Label, LabelState.Yes))];
            case "scalar" or "time" or "pi":
                return [];
            case "vector":
                return [LabelSet.Any.Keep([], call.Start, "vector(...) has no labels")];
            case "info":
                return first is null ? [] : [.. Of(first).Select(static set => set with { Others = LabelState.Unknown })];
            case "label_replace" or "label_join" when call.Arguments is [_, PromText to, ..]:
                bool removes = call is { Name: "label_replace", Arguments: [_, _, PromText { Value: "" }, ..] };
                return [.. Of(first!).Select(set => set.With(to.Value, removes ? LabelState.No(call.Start, "label_replace empties it") : LabelState.Yes))];
            default:
                // Functions change values, and leave labels (but le, which names no target). One of them takes its series last: histogram_quantile.
                return call.Arguments.Select(Of).FirstOrDefault(static sets => sets.Count > 0)
                    ?? (call.Arguments.Count == 0 ? [LabelSet.Any.Keep([], call.Start, $"{call.Name}() has no labels")] : []);
        }
    }

    private static IReadOnlyList<LabelSet> OfBinary(PromBinary binary)
    {
        IReadOnlyList<LabelSet> left = Of(binary.Left), right = Of(binary.Right);
        switch (binary.Operator)
        {
            case "or":
                return [.. left.Concat(right).Take(MaxAlternatives)];
            case "and" or "unless":
                return left;
        }
        if (left.Count == 0) return right;
        if (right.Count == 0 || binary.Matching is not { } matching) return left;
        if (matching.Many != PromMany.None)
        {
            (IReadOnlyList<LabelSet> many, IReadOnlyList<LabelSet> one) = matching.Many == PromMany.Left ? (left, right) : (right, left);
            return [.. many.Select(set => matching.Include.Aggregate(set, (all, label) => all.With(label, one[0][label])))];
        }
        string names = string.Join(", ", matching.Labels);
        return matching.On
            ? [.. left.Select(set => set.Keep(matching.Labels, matching.Start, $"on ({names}) keeps nothing else"))]
            : [.. left.Select(set => set.Drop(matching.Labels, matching.Start, $"ignoring ({names}) drops it"))];
    }
}
