using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Control.Targeting;

/// <summary>From whom a request means to identities: a frozen list, by the latest sample.</summary>
internal sealed class TargetResolver(SnapshotStore store, Func<ControlOptions> options)
{
    /// <returns>Who is meant, in the order of the request, else of pids. Those who are in no sample are there all the same: whether they live is for the
    /// kernel to say.</returns>
    public List<Target> Resolve(TargetSelection selection)
    {
        using SnapshotLease lease = store.Acquire();
        Snapshot? snapshot = lease.Snapshot;
        if (selection.Children.Count > 0) return [.. selection.Children.Select(child => Find(snapshot, child))];
        if (selection.Where is null) return [.. selection.Identities.Select(identity => Find(snapshot, identity))];
        var found = new List<Target>();
        for (int i = 0; i < snapshot?.ProcessCount; i++)
        {
            ProcessRow row = ProvenRow.Of(snapshot, i);
            if (selection.Where.Evaluate(row) == Truth.True) found.Add(Describe(snapshot, i, row));
        }
        return found;
    }

    /// <summary>Who of a group is past its grace period: those counted in it by what they can't choose.</summary>
    public List<ProcessIdentity> MembersOf(string group)
    {
        using SnapshotLease lease = store.Acquire();
        var members = new List<ProcessIdentity>();
        for (int i = 0; i < lease.Snapshot?.ProcessCount; i++)
        {
            if (lease.Snapshot.Processes[i].Group != group) continue;
            ProcessRow row = ProvenRow.Of(lease.Snapshot, i);
            if (row.Group == group && row.Uptime >= options().Grace) members.Add(row.Sample.Identity);
        }
        return members;
    }

    /// <summary>One more that a request reaches, as it is now: it may have been started, or have executed another file, since the latest sample.</summary>
    public Target Find(ProcessIdentity identity, TargetFacts now)
    {
        using SnapshotLease lease = store.Acquire();
        int at = lease.Snapshot?.IndexOf(identity.Pid) ?? -1;
        bool isSampled = at >= 0 && lease.Snapshot!.Processes[at].Sample.Identity == identity;
        var row = new ProcessRow { Description = new ProcessDescription { Name = now.Name, Executable = now.Executable, IsKernelThread = now.IsKernelThread } };
        row.Sample.Identity = identity;
        if (isSampled)
        {
            row = lease.Snapshot!.Processes[at];
            if (row.Description.Executable != now.Executable) row.Description = new ProcessDescription { Name = now.Name, Executable = now.Executable, UserId = row.Description.UserId, User = row.Description.User, Unit = row.Description.Unit, Container = row.Description.Container };
        }
        Expression? by = options().Protected.FirstOrDefault(condition => (isSampled || condition.IsStatic ? condition.Evaluate(row) : Truth.Unknown) != Truth.False);
        return new Target(identity, now.Name, null)
        {
            Executable = now.Executable,
            ProtectedBy = by is null ? null : isSampled || by.Evaluate(row) == Truth.True ? $"control.protected has {by}" : $"it is in no sample yet, so it may be one of control.protected ({by})",
        };
    }

    private Target Find(Snapshot? snapshot, SupervisedChild child) =>
        (child.View.Identity is { } identity ? Find(snapshot, identity) : new Target(default, "", null)) with { Child = child.Name, Supervised = child };

    private Target Find(Snapshot? snapshot, ProcessIdentity identity)
    {
        int at = snapshot?.IndexOf(identity.Pid) ?? -1;
        if (at >= 0 && snapshot!.Processes[at].Sample.Identity == identity) return Describe(snapshot, at, ProvenRow.Of(snapshot, at));
        // Nobody knows yet what it is: of whom a condition might hold, it is taken to hold.
        return new Target(identity, "", null) { ProtectedBy = options().Protected is [{ } first, ..] ? $"it is in no sample yet, so it may be one of control.protected ({first})" : null };
    }

    private Target Describe(Snapshot snapshot, int index, in ProcessRow proven)
    {
        // As it calls itself, too: who protects a name means whoever has it.
        ref readonly ProcessRow told = ref snapshot.Processes[index];
        Expression? by = null;
        foreach (Expression condition in options().Protected)
            if (condition.Evaluate(told) != Truth.False) by ??= condition;
        return new Target(proven.Sample.Identity, told.Description.Name, proven.Group)
        {
            Executable = told.Description.Executable,
            Unit = told.Description.Unit,
            Container = told.Description.Container,
            ProtectedBy = by is null ? null : $"control.protected has {by}",
        };
    }
}
