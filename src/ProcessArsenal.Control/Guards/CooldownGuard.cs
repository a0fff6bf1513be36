using System.Globalization;

namespace ProcessArsenal.Control.Guards;

/// <summary>After an action its policy waits before the next on the same target; across restarts of ours.</summary>
internal sealed class CooldownGuard : Guard
{
    public override string Name => "cooldown";

    public override bool CanBeForced => true;

    public override string? Check(GuardContext context)
    {
        if (context.Request.Limits.Cooldown <= TimeSpan.Zero || context.State.Cooldown(context.Request, context.Target) is not { } until) return null;
        return string.Create(CultureInfo.InvariantCulture, $"the last one was a short while ago: not before {until.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z (cooldown)");
    }
}
