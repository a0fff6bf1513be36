using System.Buffers;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>Who starts a process again, by evidence that the process itself can't forge where there is such: its control group, and its ancestors.</summary>
internal static class SupervisionInspection
{
    /// <summary>Programs that start their children again.</summary>
    private static readonly Dictionary<string, string> Supervisors = new(StringComparer.Ordinal)
    {
        ["process-arsenal"] = "process-arsenal supervisors   (whether it supervises it, and as whom); then process-arsenal restart SUPERVISOR/CHILD",
        ["supervisord"] = "supervisorctl restart NAME",
        ["runsv"] = "sv restart NAME",
        ["s6-supervise"] = "s6-svc -r DIRECTORY",
        ["monit"] = "monit restart NAME",
        ["circusd"] = "circusctl restart NAME",
        ["PM2"] = "pm2 restart NAME", // It calls itself "PM2 v5.4.0: God Daemon".
    };

    private static readonly SearchValues<char> UnitCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@");

    public static Supervision Of(ProcessDescription description, Relations relations)
    {
        string path = description.Cgroup ?? "";
        if (CgroupNames.PodOf(path) is { } pod)
            return new Supervision("kubelet", pod, $"its control group is of the pod {pod}", "kubectl delete pod NAME --namespace NAMESPACE   (its controller makes another; a container that ends is started again by its restartPolicy)");
        if (description.Container is { } container)
        {
            string runtime = RuntimeOf(path);
            return new Supervision("container", container, $"its control group is of the container {container[..12]}{(runtime.Length > 0 ? $" of {runtime}" : "")}",
                runtime is "docker" or "podman" ? $"{runtime} restart {container[..12]}" : null);
        }
        if (description.Unit is { } unit && unit.EndsWith(".service", StringComparison.Ordinal))
        {
            string user = path.Contains("/user@", StringComparison.Ordinal) ? " --user" : "";
            return new Supervision("systemd", unit, $"its control group is of {unit}; whether it is started again when it ends says: systemctl{user} show -p Restart '{Pasteable(unit)}'", $"systemctl{user} restart '{Pasteable(unit)}'");
        }
        if (relations.Ancestors is [{ } parent, ..] && Supervisors.TryGetValue(FirstWord(parent.Name), out string? command))
            return new Supervision(parent.Name, parent.Name, $"its parent {parent.Pid} is called so", command);
        if (relations.ParentPid <= 1)
            return new Supervision("none", null, relations.ParentPid == 0 ? "it has no parent that we can see" : "its parent is the first process, which starts nobody again by itself, and it is in no service of systemd", null);
        string name = relations.Ancestors is [{ } starter, ..] ? $"{starter.Name} ({starter.Pid})" : $"{relations.ParentPid}";
        return new Supervision("none", null, $"its parent {name} is not known to start anybody again, and it is in no service or container", null);
    }

    /// <summary>The name of a unit for a command that is to be pasted into a shell. Whoever has a control group of his own names those in it, so that one
    /// may hold quotes and commands; no real unit does (systemd.unit(5)).</summary>
    internal static string Pasteable(string? unit) => unit is { Length: > 0 } && !unit.AsSpan().ContainsAnyExcept(UnitCharacters) ? unit : "UNIT";

    private static string FirstWord(string name) => name.IndexOf(' ', StringComparison.Ordinal) is > 0 and var end ? name[..end] : name;

    private static string RuntimeOf(string path) =>
        path.Contains("docker", StringComparison.Ordinal) ? "docker"
        : path.Contains("libpod", StringComparison.Ordinal) ? "podman"
        : path.Contains("containerd", StringComparison.Ordinal) ? "containerd"
        : path.Contains("crio", StringComparison.Ordinal) ? "cri-o" : "";
}
