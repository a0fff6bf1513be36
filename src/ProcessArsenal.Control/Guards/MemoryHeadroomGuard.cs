using ProcessArsenal.Control.Actions;

namespace ProcessArsenal.Control.Guards;

/// <summary>What works for an action within the control group of the target takes memory of it: it must not be what the target is killed for.</summary>
internal sealed class MemoryHeadroomGuard : Guard
{
    public override string Name => "memory_headroom";

    public override string? Check(GuardContext context)
    {
        if (context.Reach.Burden is not { } burden || burden.MemoryLeft is not { } left || left >= burden.Memory) return null;
        string where = burden is { IsThereMemory: true, There: { } there } ? $" ({there}, where it is written, is memory)" : "";
        return $"its control group, one above it, or the host has {Burden.Size(left)} of memory left, and {Burden.Size(burden.Memory)} must be{where}: else it might be killed for it. Give it a higher limit, or take a smaller dump (mini)";
    }
}
