namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>Programs that run another program as someone else, or see less: each ends by exec, so the pid stays the child's.</summary>
internal static class Users
{
    private const string NobodyId = "65534";

    /// <summary>Prefix of a command line that is to run as an ordinary user. An ordinary user runs it as it is.</summary>
    public static string[] AsNobody => Signals.IsRoot
        ? ["setpriv", "--reuid=" + NobodyId, "--regid=" + NobodyId, "--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--"]
        : [];

    /// <summary>The same, with a /proc of its own on which the processes of others don't show: hidepid=2 (proc(5)).</summary>
    public static string[] AsNobodyWithHiddenProcesses =>
        ["unshare", "--mount", "--", "sh", "-c", "mount -o remount,hidepid=2 /proc && exec \"$@\"", "sh", .. AsNobody];
}
