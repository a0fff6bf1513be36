using System.Globalization;

namespace ProcessArsenal.Control.Restarting;

/// <summary>Who owns a process, told by its control group alone: no process can name another one's, and none without rights over both can move into one.</summary>
/// <param name="Kind">What kind of owner.</param>
/// <param name="Name">The unit in full, or the id of the container (64 hexadecimal digits); empty for nobody.</param>
/// <param name="Cgroup">The path of the owner's control group: the process is in it or below it. As we see it, beginning with <c>/</c>; empty for nobody.</param>
/// <param name="Hierarchy">The hierarchy that <paramref name="Cgroup"/> is a path of.</param>
public sealed record Owner(OwnerKind Kind, string Name, string Cgroup, CgroupHierarchy Hierarchy)
{
    private const int ShortIdLength = 12;

    /// <summary>The UID of the pod, of a container of one; null if it is not told, as from within the pod.</summary>
    public string? Pod { get; init; }

    /// <summary>The user whose service manager has the unit; null: the system's.</summary>
    public uint? User { get; init; }

    /// <summary>Whether the name was given below a service, where somebody other than root may be allowed to give it. Such a name is believed only together with
    /// a living process that the owner itself has in the same control group.</summary>
    public bool IsDelegated { get; init; }

    /// <summary>Why nobody; null if there is somebody.</summary>
    public string? Reason { get; init; }

    public static Owner Nobody(string reason) => new(OwnerKind.Nobody, "", "", CgroupHierarchy.Unified) { Reason = reason };

    /// <summary>For messages: <c>systemd unit nginx.service</c>.</summary>
    public override string ToString() => Kind switch
    {
        OwnerKind.SystemdUnit when User is { } user => string.Create(CultureInfo.InvariantCulture, $"systemd unit {Name} of user {user}"),
        OwnerKind.SystemdUnit => $"systemd unit {Name}",
        OwnerKind.Container => $"container {ShortId}",
        OwnerKind.PodContainer => Pod is { } pod ? $"container {ShortId} of pod {pod}" : $"container {ShortId} of our pod",
        _ => "nobody",
    };

    private string ShortId => Name.Length > ShortIdLength ? Name[..ShortIdLength] : Name;
}
