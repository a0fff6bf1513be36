using System.Globalization;
using ProcessArsenal.Control.Restarting.Systemd;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Control.Restarting;

/// <summary>Reads an owner from the path of a control group. What the outermost parts say counts: they are systemd's, the engine's or the kubelet's, while
/// whoever was given a control group names those in it, <c>nginx.service</c> too. Pure.</summary>
internal static class OwnerPath
{
    private const string Service = ".service", Scope = ".scope", Slice = ".slice", Removed = " (deleted)";

    public static Owner Read(string path, CgroupHierarchy hierarchy, bool inPod)
    {
        if (path.EndsWith(Removed, StringComparison.Ordinal)) return Owner.Nobody("its control group was removed");
        if (!path.StartsWith('/')) return Owner.Nobody("its control group has no path");
        string[] parts = path[1..].Split('/');
        int container = Array.FindLastIndex(parts, IsContainer);
        int pod = Array.FindIndex(parts, static part => CgroupNames.PodOf(part) is not null);
        int unit = Array.FindIndex(parts, static part => part.EndsWith(Service, StringComparison.Ordinal) || part.EndsWith(Scope, StringComparison.Ordinal));
        if (parts[0] == "..") return Beside(parts, hierarchy, inPod, container);
        if (pod >= 0 && Array.FindIndex(parts, 0, pod + 1, IsOfKubelet) >= 0) return InPod(parts, hierarchy, pod, container);
        // Podman runs containers in the control group of the unit that started it, if told to (Quadlet does): such a one is the unit's.
        bool isPayload = container >= 0 && unit >= 0 && unit < container && parts[container].StartsWith("libpod-payload-", StringComparison.Ordinal);
        if (container >= 0 && !isPayload) return InContainer(parts, hierarchy, container, unit);
        if (unit >= 0) return InUnit(parts, hierarchy, unit);
        return Owner.Nobody(path == "/" ? "it is in no control group of its own" : $"its control group {Quoting.Cap(path, 200)} is of no unit, container or pod");
    }

    private static Owner InContainer(string[] parts, CgroupHierarchy hierarchy, int container, int unit)
    {
        string id = CgroupNames.ContainerOf(parts[container])!;
        if (parts[container].Contains("conmon", StringComparison.Ordinal)) return Owner.Nobody("it watches over a container, and is in none");
        int outermost = Array.FindIndex(parts, IsContainer);
        if (outermost < container && CgroupNames.ContainerOf(parts[outermost]) != id)
            return Owner.Nobody("its container runs within another: the engine in there would have to be asked");
        string name = PathThrough(parts, outermost);
        return new Owner(OwnerKind.Container, id, name, hierarchy) { IsDelegated = unit >= 0 && unit < outermost };
    }

    private static Owner InPod(string[] parts, CgroupHierarchy hierarchy, int pod, int container)
    {
        string uid = CgroupNames.PodOf(parts[pod])!;
        // Below the pod, or in the same name: containerd without the systemd driver, under systemd, writes kubepods-podUID.slice:cri-containerd:ID.
        int first = IsContainer(parts[pod]) ? pod : pod + 1;
        if (container < first || !IsContainer(parts[first])) return Owner.Nobody($"it is in the pod {uid}, but in none of its containers");
        if (CgroupNames.ContainerOf(parts[first]) != CgroupNames.ContainerOf(parts[container])) return Owner.Nobody($"its container runs within a container of the pod {uid}, not by the kubelet");
        return parts[first].Contains("conmon", StringComparison.Ordinal) ? Owner.Nobody("it watches over a container, and is in none")
            : new Owner(OwnerKind.PodContainer, CgroupNames.ContainerOf(parts[first])!, PathThrough(parts, first), hierarchy) { Pod = uid };
    }

    /// <summary>Of a control group that our own namespace of them does not have: one beside ours, if we are in a pod that shares its processes.</summary>
    private static Owner Beside(string[] parts, CgroupHierarchy hierarchy, bool inPod, int container)
    {
        int first = Array.FindIndex(parts, static part => part != "..");
        return inPod && first >= 0 && IsContainer(parts[first]) && CgroupNames.ContainerOf(parts[first]) == CgroupNames.ContainerOf(parts[container])
            ? new Owner(OwnerKind.PodContainer, CgroupNames.ContainerOf(parts[first])!, PathThrough(parts, first), hierarchy)
            : Owner.Nobody("its control group lies outside of those that we can see");
    }

    private static Owner InUnit(string[] parts, CgroupHierarchy hierarchy, int unit)
    {
        string name = UnitName.Unescape(parts[unit]);
        if (!AreSlices(parts.AsSpan(0, unit))) return Owner.Nobody($"its control group {Quoting.Cap(string.Join('/', parts), 200)} is not where systemd puts one");
        if (parts[unit].EndsWith(Scope, StringComparison.Ordinal)) return OfScope(name);
        if (UnitName.UserOfManager(name) is { } user) return OfUser(parts, hierarchy, unit, user);
        return UnitName.IsRestartable(name) ? new Owner(OwnerKind.SystemdUnit, name, PathThrough(parts, unit), hierarchy)
            : Owner.Nobody($"{Quoting.Cap(name, 200)} is no name of a service of systemd");
    }

    /// <summary>Below a user's service manager, which has put it there; that the user can do so by hand too harms nobody but him.</summary>
    private static Owner OfUser(string[] parts, CgroupHierarchy hierarchy, int manager, uint user)
    {
        int unit = Array.FindIndex(parts, manager + 1, static part => !part.EndsWith(Slice, StringComparison.Ordinal));
        if (unit < 0) return Owner.Nobody(string.Create(CultureInfo.InvariantCulture, $"it is of the service manager of user {user}, but in none of its units"));
        string name = UnitName.Unescape(parts[unit]);
        if (name == "init.scope") return Owner.Nobody(string.Create(CultureInfo.InvariantCulture, $"it is the service manager of user {user} itself: to restart that would end all of the user's services"));
        if (name.EndsWith(Scope, StringComparison.Ordinal)) return OfScope(name);
        return UnitName.IsRestartable(name) ? new Owner(OwnerKind.SystemdUnit, name, PathThrough(parts, unit), hierarchy) { User = user, IsDelegated = true }
            : Owner.Nobody($"{Quoting.Cap(name, 200)} is no name of a service of systemd");
    }

    private static Owner OfScope(string name) =>
        Owner.Nobody(name == "init.scope" ? "it is systemd itself" : $"it is in {Quoting.Cap(name, 200)}, a scope: systemd did not start what is in it, and can't start it again");

    private static bool IsContainer(string part) => CgroupNames.ContainerOf(part) is not null;

    private static bool IsOfKubelet(string part) => part.StartsWith("kubepods", StringComparison.Ordinal) || part.Contains("-kubepods", StringComparison.Ordinal);

    private static bool AreSlices(ReadOnlySpan<string> parts)
    {
        foreach (string part in parts)
            if (!part.EndsWith(Slice, StringComparison.Ordinal)) return false;
        return true;
    }

    private static string PathThrough(string[] parts, int last) => "/" + string.Join('/', parts, 0, last + 1);
}
