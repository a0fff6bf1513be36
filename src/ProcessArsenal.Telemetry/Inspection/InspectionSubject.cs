using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>What a snapshot knows of a process and those around it, taken out of it so that it can be given back.</summary>
public sealed record InspectionSubject
{
    private const int MostAncestors = 64, MostChildren = 50;

    private InspectionSubject(ProcessIdentity identity) => Identity = identity;

    public ProcessIdentity Identity { get; }
    internal ProcessDescription? Description { get; private init; }
    internal string? Group { get; private init; }
    internal double? Cores { get; private init; }
    internal ProcSmapsRollup? Smaps { get; private init; }
    internal TimeSpan? Uptime { get; private init; }
    internal Relations Relations { get; private init; } = new();
    internal RuntimeInfo? Runtime { get; private init; }

    /// <param name="index">Among its processes.</param>
    public static InspectionSubject Of(Snapshot snapshot, int index)
    {
        ReadOnlySpan<ProcessRow> rows = snapshot.Processes;
        ref readonly ProcessRow row = ref rows[index];
        int pid = row.Sample.Identity.Pid, children = 0;
        var some = new List<Relative>();
        foreach (ref readonly ProcessRow other in rows)
        {
            if (other.Sample.Stat.ParentPid != pid) continue;
            children++;
            if (some.Count < MostChildren) some.Add(Of(other));
        }
        RuntimeInfo? runtime = null;
        foreach (ref readonly DotnetRow dotnet in snapshot.Dotnet.Rows)
            if (dotnet.Source.Row == index) runtime = dotnet.Source.Runtime;
        return new InspectionSubject(row.Sample.Identity)
        {
            Description = row.Description,
            Group = row.Group,
            Cores = row.Rates.Cpu,
            Smaps = row.Sample.Smaps,
            Uptime = row.Uptime,
            Runtime = runtime,
            Relations = new Relations
            {
                ParentPid = row.Sample.Stat.ParentPid,
                Session = row.Sample.Stat.Session,
                ProcessGroup = row.Sample.Stat.ProcessGroup,
                Ancestors = AncestorsOf(snapshot, row.Sample.Stat.ParentPid, pid),
                ChildCount = children,
                Children = some,
            },
        };
    }

    private static List<Relative> AncestorsOf(Snapshot snapshot, int parent, int self)
    {
        var ancestors = new List<Relative>();
        // A snapshot is not taken at one instant: pids that were used again could make a circle.
        while (parent != self && ancestors.Count < MostAncestors && snapshot.IndexOf(parent) is >= 0 and var index)
        {
            ref readonly ProcessRow row = ref snapshot.Processes[index];
            ancestors.Add(Of(row));
            parent = row.Sample.Stat.ParentPid;
        }
        return ancestors;
    }

    private static Relative Of(in ProcessRow row) => new(row.Sample.Identity.ToString(), row.Sample.Identity.Pid, row.Description.Name);
}
