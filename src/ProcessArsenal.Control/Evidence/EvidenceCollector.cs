using System.Text.Encodings.Web;
using System.Text.Json;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe.Runtime;
using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;
using ProcessArsenal.Telemetry.Tracing.Stacks;

namespace ProcessArsenal.Control.Evidence;

/// <summary>Gathers what is known of a process: what it was like in the last minutes, who began and ended meanwhile, what its runtime has told, and how it is now,
/// with the stacks of its threads. All but the last is remembered anyway, so that there is something even of one that has ended.</summary>
/// <param name="runtimes">Null: no .NET process is listened to.</param>
public sealed class EvidenceCollector(ProcFs proc, ProcessInspector inspector, SnapshotStore store, History history, LifecycleLog lifecycle, RuntimeAccounts? runtimes, TimeProvider time)
{
    private const string Past = "history", Around = "lifecycle", Now = "process", Tree = "tree", Runtime = "runtime", Stacks = "stacks";

    private const string NotSampled = "it is not in the latest sample: it has ended, or has just begun";

    /// <summary>Of one that we were told to leave alone, or that has just begun: to be asked then could hang it.</summary>
    private const string NotListenedTo = "it is a .NET process that is not listened to (dotnet.attach)";

    /// <summary>How far back is told.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    private static readonly InspectionOptions Usual = new() { MostThreads = 1024, MostDescriptors = 4096, MostSockets = 4096 };

    /// <summary>For people: names of methods are full of what only JSON in a page of HTML has to escape.</summary>
    private static readonly EvidenceJson Json = new(new JsonSerializerOptions(EvidenceJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private readonly EvidenceStacks _stacks = new(proc, time);

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
        parts.Add(Past, past, "nothing is remembered of it: it lived for less than two samples, or ended too long ago", Json.EvidenceHistory);
        parts.Add(Around, around, "", Json.EvidenceLifecycle);
        parts.Add(Tree, tree, NotSampled, Json.EvidenceTree);
        Task<(ThreadStacks? Stacks, string Why)> asked = StacksAsync(target, runtime, within, cancellation);
        (ProcessInspection? process, string why) = await InspectAsync(subject, within, cancellation).ConfigureAwait(false);
        (ThreadStacks? stacks, string whyNot) = await asked.ConfigureAwait(false);
        parts.Name = process?.Name ?? parts.Name;
        parts.Add(Now, process, why, Json.ProcessInspection);
        // Of one that is none nothing is missing.
        if (runtime is null && process?.Dotnet is null) return parts;
        parts.Add(Runtime, runtime, NotListenedTo, Json.RuntimeAccount);
        parts.Add(Stacks, stacks, whyNot, Json.ThreadStacks);
        return parts;
    }

    private async Task<(ThreadStacks? Stacks, string Why)> StacksAsync(ProcessIdentity target, RuntimeAccount? runtime, TimeSpan within, CancellationToken cancellation) =>
        runtime is { IsListenedTo: true } ? await _stacks.TakeAsync(target, within, cancellation).ConfigureAwait(false) : (null, runtime?.Reason ?? NotListenedTo);

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
