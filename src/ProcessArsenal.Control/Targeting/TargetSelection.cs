using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Control.Targeting;

/// <summary>Whom a request means: identities, or all that a condition selects.</summary>
public sealed record TargetSelection
{
    private TargetSelection()
    {
    }

    /// <summary>These and no others.</summary>
    public IReadOnlyList<ProcessIdentity> Identities { get; private init; } = [];

    /// <summary>Those for which it is true, by what they can't choose themselves; null: the identities are meant.</summary>
    public Expression? Where { get; private init; }

    public static TargetSelection Of(params IReadOnlyList<ProcessIdentity> identities) => new() { Identities = [.. identities.Distinct()] };

    public static TargetSelection Of(Expression where) => new() { Where = where };
}
