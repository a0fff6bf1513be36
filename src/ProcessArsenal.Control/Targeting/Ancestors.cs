using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Targeting;

/// <summary>Those that started this exporter. Looked for once: when one of them dies, its children get another of them for a parent (PR_SET_CHILD_SUBREAPER(2const), else the first process),
/// so nobody becomes one later. Safe for concurrent use.</summary>
internal sealed class Ancestors(ProcFs proc)
{
    private const int Most = 64;

    private volatile HashSet<ProcessIdentity>? _known;

    public bool Have(ProcessIdentity process) => (_known ?? Find()).Contains(process);

    private HashSet<ProcessIdentity> Find()
    {
        var found = new HashSet<ProcessIdentity>();
        int at = Environment.ProcessId;
        for (int i = 0; i < Most; i++)
        {
            // Who can't be read now is looked for again the next time.
            if (TargetFacts.ParentOf(proc, at) is not { } parent) return found;
            if (parent <= 1) break;
            if (HeldProcess.Identify(proc, parent) is not { } identity) return found;
            found.Add(identity);
            at = parent;
        }
        return _known = found;
    }
}
