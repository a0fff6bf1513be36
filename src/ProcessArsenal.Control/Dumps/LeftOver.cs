using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Dumps;

/// <summary>Removes what a dump has left in the file system of its target, as we ended in the middle. It is looked for by way of the target, and if that has ended, by way
/// of anybody who sees the same files: ourselves first.</summary>
internal static class LeftOver
{
    /// <returns>Null if nothing is left; else what is, in words.</returns>
    public static string? Remove(ProcFs proc, DumpRecord record, DumpLocation at)
    {
        bool isSeen = false;
        foreach (int pid in Viewers(proc, record))
        {
            if (proc.OpenProcess(pid, out ProcessDirectory? opened) != ReadOutcome.Ok) continue;
            using ProcessDirectory directory = opened!;
            using DumpPlace? place = DumpPlace.Reopen(directory, at);
            if (place is null) continue;
            isSeen = true;
            if (place.Remove()) return null;
        }
        // Who sees nobody that has those files: they are gone with the last of them, unless they are a volume's.
        return isSeen ? $"{at.Folder}/{at.Name}, which a dump of pid {record.Pid} has left in its file system" : null;
    }

    private static IEnumerable<int> Viewers(ProcFs proc, DumpRecord record)
    {
        if (ProcessIdentity.TryParse(record.Identity, out ProcessIdentity identity) && HeldProcess.Open(proc, identity, out _) is { } held)
        {
            held.Dispose();
            yield return record.Pid;
        }
        yield return Environment.ProcessId;
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(directory), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int pid)) yield return pid;
    }
}
