using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Control.Targeting;

/// <summary>Whom a request means: identities, all that a condition selects, or supervised children.</summary>
public sealed record TargetSelection
{
    private TargetSelection()
    {
    }

    /// <summary>These and no others.</summary>
    public IReadOnlyList<ProcessIdentity> Identities { get; private init; } = [];

    /// <summary>These, whether or not they run; empty: processes are meant.</summary>
    public IReadOnlyList<SupervisedChild> Children { get; private init; } = [];

    /// <summary>Those for which it is true, by what they can't choose themselves; null: the identities are meant.</summary>
    public Expression? Where { get; private init; }

    public static TargetSelection Of(params IReadOnlyList<ProcessIdentity> identities) => new() { Identities = [.. identities.Distinct()] };

    public static TargetSelection Of(Expression where) => new() { Where = where };

    public static TargetSelection OfChildren(params IReadOnlyList<SupervisedChild> children) => new() { Children = [.. children.DistinctBy(static child => child.Name)] };

    /// <summary>The same for the same, so that one request can be told from another.</summary>
    public override string ToString() => Where?.ToString() ?? (Children.Count > 0 ? string.Join(' ', Children.Select(static child => child.Name)) : string.Join(' ', Identities));
}
