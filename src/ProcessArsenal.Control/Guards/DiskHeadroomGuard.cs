using ProcessArsenal.Control.Actions;

namespace ProcessArsenal.Control.Guards;

/// <summary>A file that comes of an action must not fill a disk: neither that of the target, where it is written first, nor ours. There must be room for twice of what
/// is expected, as it is only an estimate.</summary>
internal sealed class DiskHeadroomGuard : Guard
{
    public override string Name => "disk_headroom";

    public override string? Check(GuardContext context)
    {
        if (context.Reach.Burden is not { } burden) return null;
        long twice = 2 * burden.Bytes;
        if (burden.Bytes > burden.MostHere) return $"it would take about {Burden.Size(burden.Bytes)}, and all artifacts may have {Burden.Size(burden.MostHere)} (artifacts.max_size)";
        if (burden.FreeHere is not { } free) return "how much room is left for artifacts in our state directory can't be told";
        if (burden.There is { } there && burden.FreeThere < twice) return $"{there}, where its runtime writes it, has {Burden.Size(burden.FreeThere)} left, and twice of what is expected must be: {Burden.Size(twice)}";
        long here = burden.IsSameDisk ? twice + burden.Bytes : twice;
        return free < here ? $"the disk of our state directory has {Burden.Size(free)} left, and {Burden.Size(here)} must be, twice of what is expected{(burden.IsSameDisk ? " and once more, as it is copied" : "")}" : null;
    }
}
