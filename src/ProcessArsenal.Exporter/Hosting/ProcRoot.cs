using ProcessArsenal.Procfs;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Opens the proc file system that the configuration names.</summary>
internal static class ProcRoot
{
    /// <exception cref="IOException">It can't be opened, or there is no process in it: a mount that was forgotten must not look like a quiet host.</exception>
    public static ProcFs Open(string path)
    {
        ProcFs proc = ProcFs.Open(path);
        var pids = new List<int>();
        if (proc.TryListPids(pids) && pids.Count > 0) return proc;
        proc.Dispose();
        throw new IOException($"{path} shows no process: is a proc file system mounted there? Correct --procfs (key procfs).");
    }
}
