using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Control.Guards;

/// <summary>Conditions are true of the latest sample. Who runs another file since then (exec) is another process as far as they go: whether it would be selected, or protected,
/// nobody can say before the next.</summary>
internal sealed class ChangedGuard : Guard
{
    public override string Name => "changed";

    public override bool IsOfProcess => true;

    public override string? Check(GuardContext context)
    {
        IReadOnlyList<Expression> conditions = context.State.Options.Protected;
        if (!context.Request.Action.IsHarmful || (context.Request.Selection.Where is null && conditions.Count == 0)) return null;
        string? now = context.Facts.Executable;
        return now == context.Target.Executable ? null
            : $"it runs {now ?? "what can't be told"} now, and ran {context.Target.Executable ?? "what could not be told"} when it was sampled: ask again after the next sample";
    }
}
