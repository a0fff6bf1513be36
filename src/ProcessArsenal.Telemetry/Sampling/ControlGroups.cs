using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>What /proc/PID/cgroup says of a process.</summary>
/// <param name="Path">See <see cref="ProcCgroup.Path"/>.</param>
/// <param name="Memory">The one that its memory is accounted to; null if there is none.</param>
/// <param name="All">See <see cref="ProcCgroup.ListPaths"/>.</param>
/// <param name="Unit">See <see cref="CgroupNames.UnitOf"/>.</param>
/// <param name="Container">See <see cref="CgroupNames.ContainerOf"/>.</param>
internal sealed record ControlGroups(string? Path, string? Memory, string? All, string? Unit, string? Container)
{
    /// <summary>Of a file that could not be read, or not whole.</summary>
    public static readonly ControlGroups Unknown = new(null, null, null, null, null);

    public static ControlGroups Of(ReadOnlySpan<byte> text) => ProcCgroup.TryParse(text, out ProcCgroup? cgroup)
        ? new ControlGroups(cgroup!.Path, cgroup.Memory ?? cgroup.Unified, ProcCgroup.ListPaths(text), CgroupNames.UnitOf(cgroup.Path), CgroupNames.ContainerOf(cgroup.Path))
        : Unknown;
}
