namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>Programs that run another program as someone else, or see less: each ends by exec, so the pid stays the child's.</summary>
internal static class Users
{
    private const string NobodyId = "65534";

    /// <summary>Of those that systemd takes for DynamicUser.</summary>
    private const string ServiceId = "61184";

    /// <summary>Prefix of a command line that is to run as an ordinary user. An ordinary user runs it as it is.</summary>
    public static string[] AsNobody => Signals.IsRoot
        ? ["setpriv", "--reuid=" + NobodyId, "--regid=" + NobodyId, "--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--"]
        : [];

    /// <summary>Prefix of a command line that is to run as deploy/process-arsenal.service runs it: as a user of its own, with the capabilities that
    /// are written there. Takes root.</summary>
    public static string[] AsService
    {
        get
        {
            const string Key = "AmbientCapabilities=";
            string line = File.ReadLines(Path.Combine(Repository.Root, "deploy", "process-arsenal.service")).Single(l => l.StartsWith(Key, StringComparison.Ordinal));
            IEnumerable<string> names = line[Key.Length..].Split(' ').Select(name => "+" + name["CAP_".Length..].ToLowerInvariant());
            string capabilities = "caps=-all," + string.Join(',', names);
            return
            [
                "setpriv", "--reuid=" + ServiceId, "--regid=" + ServiceId, "--clear-groups", "--inh-" + capabilities, "--ambient-" + capabilities,
                "--bounding-set" + capabilities["caps".Length..], "--no-new-privs", "--",
            ];
        }
    }

    /// <summary>
    /// As nobody, with a /proc of its own on which the processes of others don't show: hidepid=2 (proc(5)). A new instance of procfs, and
    /// never a remount: the options of a remount belong to the file system and not to the mount, so they would reach the whole machine,
    /// out of any mount namespace. Instances with options of their own exist from Linux 5.8 on: see <see cref="Kernel.HasProcInstances"/>.
    /// </summary>
    public static string[] AsNobodyWithHiddenProcesses =>
        ["unshare", "--mount", "--", "sh", "-c", "mount -t proc -o hidepid=2 arsenal-test /proc && exec \"$@\"", "sh", .. AsNobody];
}
