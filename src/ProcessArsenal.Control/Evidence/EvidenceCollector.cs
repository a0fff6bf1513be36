using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe.Runtime;
using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Control.Evidence;

/// <summary>Gathers what is known of a process: what it was like in the last minutes, who began and ended meanwhile, what its runtime has told, and how it is now.
/// All but the last is remembered anyway, so that there is something even of one that has ended.</summary>
/// <param name="runtimes">Null: no .NET process is listened to.</param>
public sealed class EvidenceCollector(ProcessInspector inspector, SnapshotStore store, History history, LifecycleLog lifecycle, RuntimeAccounts? runtimes, TimeProvider time)
{
    private const string Past = "history", Around = "lifecycle", Now = "process", Tree = "tree", Runtime = "runtime";

    private const string NotSampled = "it is not in the latest sample: it has ended, or has just begun";

    /// <summary>How far back is told.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    private static readonly InspectionOptions Usual = new() { MostThreads = 1024, MostDescriptors = 4096, MostSockets = 4096 };

    /// <param name="within">How long looking at the process may take.</param>
    /// <exception cref="OperationCanceledException"/>
    internal async Task<EvidenceParts> CollectAsync(ProcessIdentity target, TimeSpan within, CancellationToken cancellation)
    {
        DateTimeOffset since = time.GetUtcNow() - Window;
        var parts = new EvidenceParts();
        EvidenceHistory? past = EvidenceHistory.Of(history, target, since);
        var around = EvidenceLifecycle.Of(lifecycle, target, since);
        EvidenceEvent? told = around.Events.LastOrDefault(one => one.Identity == target.ToString());
        RuntimeAccount? runtime = runtimes?.Of(target);
        (InspectionSubject? subject, EvidenceTree? tree) = SubjectOf(target);
        (parts.Name, parts.KnowsIt) = (told?.Name, past is not null || told is not null || subject is not null);
        parts.Add(Past, past, "nothing is remembered of it: it lived for less than two samples, or ended too long ago", EvidenceJson.Default.EvidenceHistory);
        parts.Add(Around, around, "", EvidenceJson.Default.EvidenceLifecycle);
        parts.Add(Tree, tree, NotSampled, EvidenceJson.Default.EvidenceTree);
        (ProcessInspection? process, string why) = await InspectAsync(subject, within, cancellation).ConfigureAwait(false);
        parts.Name = process?.Name ?? parts.Name;
        parts.Add(Now, process, why, EvidenceJson.Default.ProcessInspection);
        // Of one that is none nothing is missing.
        if (runtime is not null || process?.Dotnet is not null) parts.Add(Runtime, runtime, "it is a .NET process that is not listened to (dotnet.attach)", EvidenceJson.Default.RuntimeAccount);
        return parts;
    }

    private async Task<(ProcessInspection? Process, string Why)> InspectAsync(InspectionSubject? subject, TimeSpan within, CancellationToken cancellation)
    {
        if (subject is null) return (null, NotSampled);
        if (within <= TimeSpan.Zero) return (null, "there was no time left");
        InspectionOptions options = within < Usual.Deadline ? Usual with { Deadline = within } : Usual;
        return (await inspector.InspectAsync(subject, options, readSmaps: false, cancellation).ConfigureAwait(false), "it has ended");
    }

    private (InspectionSubject? Subject, EvidenceTree? Tree) SubjectOf(ProcessIdentity target)
    {
        using SnapshotLease lease = store.Acquire();
        if (lease.Snapshot is not { } snapshot || snapshot.IndexOf(target.Pid) is not (>= 0 and var index) || snapshot.Processes[index].Sample.Identity != target) return default;
        var subject = InspectionSubject.Of(snapshot, index);
        return (subject, EvidenceTree.Of(snapshot, index, subject));
    }
}
