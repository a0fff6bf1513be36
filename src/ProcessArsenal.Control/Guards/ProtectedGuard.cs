using System.Collections.Frozen;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Control.Guards;

/// <summary>What the host lives by, and what the configuration adds. By the file that is run, which must be root's, in a directory of the system: whoever only
/// calls himself so is not protected.</summary>
internal sealed class ProtectedGuard : Guard
{
    private const string Overrule = "An administrator may overrule it with force.";

    private static readonly FrozenSet<string> Programs =
    [
        "sshd", "sshd-session", "sshd-auth", "dropbear", "dbus-daemon", "dbus-broker", "dbus-broker-launch", "udevd", "agetty", "getty", "login", "cron", "crond", "init", "runit", "s6-svscan",
        "dockerd", "containerd", "containerd-shim", "containerd-shim-runc-v2", "docker-proxy", "crio", "conmon", "conmonrs", "runc", "crun", "podman", "kubelet", "k3s", "kube-proxy", "pause", "tini", "dumb-init", "catatonit",
        "NetworkManager", "chronyd", "ntpd", "auditd", "rsyslogd",
    ];

    private static readonly string[] Directories = ["/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/opt/", "/snap/", "/var/lib/rancher/", "/nix/store/"];

    public override string Name => "protected";

    public override bool IsOfEach => true;

    public override bool CanBeForced => true;

    public override string? Check(GuardContext context)
    {
        if (!context.Request.Action.IsHarmful) return null;
        if (context.Reach.ContainerInit != context.Facts.Identity && IsOfSystem(context.Facts.Executable, context.Facts.IsExecutableOfRoot)) return $"it is {context.Facts.Executable}, which the host lives by. {Overrule}";
        return context.Target.ProtectedBy is { } by ? $"{by}. {Overrule}" : null;
    }

    /// <param name="path">The file that it runs.</param>
    internal static bool IsOfSystem(string? path, bool isOfRoot)
    {
        if (path is null || !isOfRoot) return false;
        if (path == "/pause") return true; // of pods: it is all that is in its image
        string name = ProcessDescription.BaseName(path);
        return Array.Exists(Directories, directory => path.StartsWith(directory, StringComparison.Ordinal)) && (Programs.Contains(name) || name == "systemd" || name.StartsWith("systemd-", StringComparison.Ordinal));
    }
}
