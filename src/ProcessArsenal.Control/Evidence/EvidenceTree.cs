using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Control.Evidence;

/// <summary>Who stands around a process, by the latest sample.</summary>
/// <param name="Ancestors">From its parent up to the first process.</param>
/// <param name="Descendants">Its children, theirs, and so on: those above come before those below.</param>
/// <param name="Omitted">How many are left out for their number; null: none.</param>
internal sealed record EvidenceTree(DateTimeOffset Time, IReadOnlyList<Relative> Ancestors, IReadOnlyList<EvidenceBranch> Descendants, int? Omitted)
{
    private const int Most = 1000;

    /// <param name="index">Of the process in the snapshot.</param>
    public static EvidenceTree Of(Snapshot snapshot, int index, InspectionSubject subject)
    {
        var tree = ProcessTree.Of(snapshot);
        var found = new List<EvidenceBranch>();
        int omitted = 0;
        var open = new Queue<int>(tree.ChildrenOf(snapshot.Processes[index].Sample.Identity.Pid));
        while (open.TryDequeue(out int child))
        {
            ref readonly ProcessRow row = ref snapshot.Processes[child];
            if (found.Count < Most) found.Add(EvidenceBranch.Of(row));
            else omitted++;
            foreach (int below in tree.ChildrenOf(row.Sample.Identity.Pid)) open.Enqueue(below);
        }
        return new EvidenceTree(snapshot.Time, subject.Relations.Ancestors, found, omitted > 0 ? omitted : null);
    }
}

/// <param name="Group">The group that it is counted in.</param>
/// <param name="Cpu">Cores in use; null if that is not known yet.</param>
internal sealed record EvidenceBranch(string Identity, int Pid, int ParentPid, string Name, string? Group, string? State, double? Cpu)
{
    public static EvidenceBranch Of(in ProcessRow row) => new(
        row.Sample.Identity.ToString(), row.Sample.Identity.Pid, row.Sample.Stat.ParentPid, row.Description.Name, row.Group, ProcessStates.NameOf(row.Sample.Stat.State), row.Rates.Cpu);
}
