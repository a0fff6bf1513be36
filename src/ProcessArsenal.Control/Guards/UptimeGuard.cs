namespace ProcessArsenal.Control.Guards;

/// <summary>What has just begun is let be: it may be what the last action brought.</summary>
internal sealed class UptimeGuard : Guard
{
    public override string Name => "min_uptime";

    public override bool IsOfProcess => true;

    public override bool CanBeForced => true;

    public override string? Check(GuardContext context)
    {
        TimeSpan least = context.Request.Limits.MinUptime;
        if (least <= TimeSpan.Zero) return null;
        if (context.Facts.Uptime is not { } uptime) return "nobody knows how long it has run: the clock can't be read";
        return uptime < least ? FormattableString.Invariant($"it has run for {uptime.TotalSeconds:0.0} s, and {least.TotalSeconds:0.###} s are asked for (min_uptime)") : null;
    }
}
