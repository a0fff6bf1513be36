using System.Collections.Concurrent;
using System.Globalization;
using ProcessArsenal.Control.Alerting.Raising;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Policies.Machine;

namespace ProcessArsenal.Control.Policies.Running;

/// <summary>Alerts that steps of policies raise. Each is up until what set its policy off is over, or the policy's verification says that it has helped, and at most for the time that its step says; an end of
/// ours in between changes none of that.</summary>
/// <param name="note">Writes what was said and done into the ledger. Must not throw.</param>
/// <param name="trouble">Told of what can't be kept. Must not throw.</param>
internal sealed class PolicyAlerts(AlertmanagerClient client, Func<ActionLedger?> ledger, Func<IntentEntry, Task> note, Action<string> trouble, TimeProvider time)
{
    /// <summary>After we were started, conditions that look back see nothing of what was before.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    private const int MostLeft = 20;

    private readonly ConcurrentDictionary<string, KeptAlert> _up = new(StringComparer.Ordinal);
    private DateTimeOffset _since = time.GetUtcNow();

    /// <summary>How many are up.</summary>
    public int Count => _up.Count;

    /// <summary>Takes up those of an earlier run of ours, and keeps them up. Waits for nobody.</summary>
    /// <returns>What is to be waited for beside.</returns>
    public Task TakeUpAsync(ActionLedger from)
    {
        _since = time.GetUtcNow();
        foreach (StateEntry entry in from.States(KeptAlert.Prefix))
            if (KeptAlert.Read(entry.Value) is { } kept && kept.Until > _since) _up[entry.Key] = kept;
        return Task.WhenAll(_up.Values.Select(async kept =>
        {
            try
            {
                await client.RaiseAsync(new RaisedAlert(kept.Labels, kept.Annotations, kept.Until) { Began = kept.Began }).ConfigureAwait(false);
            }
            catch (RaiseException e)
            {
                trouble($"the alert {kept.Labels.GetValueOrDefault("alertname")} of policy {kept.Policy} can't be kept up: {e.Message}");
            }
        }));
    }

    /// <summary>What would come of a step, for people.</summary>
    public string Ask(AlertStep step) => client.IsConfigured ? $"{step.Alert} would be raised at {client.Where}" : "nobody is there to take it: write alertmanager: {urls: [...]}";

    /// <summary>Raises one: recorded before, and what came of it afterwards, as every action is.</summary>
    /// <param name="key">That makes it happen once.</param>
    /// <param name="intent">What is recorded of it, without its details.</param>
    public async Task<StepFinished> RaiseAsync(BeginStep begin, Policy policy, TargetLook? look, IdempotencyKey key, Intent intent)
    {
        (PolicyRun run, var step) = (begin.Run, (AlertStep)begin.Step);
        if (ledger() is not { } record) return new StepFinished(run.Id, StepOutcome.Refused, "it can't be recorded, so it is not done");
        DateTimeOffset until = time.GetUtcNow() + step.For;
        var details = new IntentDetails("", look?.Group ?? run.Group, $"{step.Alert} severity={step.Severity} for {step.For.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s", null, look?.Identity)
        {
            Unit = look?.Unit,
            Container = look?.Container,
            Key = run.Key,
            Run = run.Id,
            Incident = run.Incident,
        };
        Dictionary<string, string> labels = PolicyAlertText.Labels(step, policy.Name, run, look);
        Recording recording = await record.Record(new IntentBatch([new IntentEntry(intent with { Details = ActionDetails.Of(details) })]) { Key = key }).ConfigureAwait(false);
        if (recording.Kind != RecordingKind.Recorded) return new StepFinished(run.Id, StepOutcome.Done, "it was carried out before");
        long id = recording.Actions[0].Id;
        (Outcome outcome, StepOutcome ended) = await TellAsync(step, policy, run, labels, until, record).ConfigureAwait(false);
        try
        {
            await record.Close(id, outcome).ConfigureAwait(false);
        }
        catch (LedgerException e)
        {
            trouble(e.Message); // It is raised all the same.
        }
        return new StepFinished(run.Id, ended, outcome.Reason!);
    }

    /// <summary>A run has ended. What was verified is over; of one that did no more than record and tell, it is looked at whether what set it off is. Notes that at once.</summary>
    public async Task EndedAsync(RunEnded ended)
    {
        List<KeyValuePair<string, KeptAlert>> its = [.. _up.Where(one => one.Value.Run == ended.Run.Id)];
        if (ended.Result == RunResult.Cured)
        {
            foreach ((string key, KeptAlert alert) in its) await ResolveAsync(key, alert, "it was verified that it has helped").ConfigureAwait(false);
            return;
        }
        if (!ended.Run.HasHarmed) return;
        its.RemoveAll(one => !_up.TryUpdate(one.Key, one.Value with { Stays = true }, one.Value));
        foreach ((string key, KeptAlert alert) in its) await KeepAsync(key, alert with { Stays = true }).ConfigureAwait(false);
    }

    /// <summary>Those of which a sample, or what is known of alerts, says that what set them off is over; with why.</summary>
    public IReadOnlyList<(string Key, KeptAlert Alert, string Why)> Over(IEnumerable<PolicyBook> books)
    {
        if (_up.IsEmpty) return [];
        DateTimeOffset now = time.GetUtcNow();
        Dictionary<string, PolicyBook> byName = books.ToDictionary(static book => book.Policy.Name, StringComparer.Ordinal);
        return [.. _up.Select(one => (one.Key, Alert: one.Value, Why: WhyOver(one.Value, byName.GetValueOrDefault(one.Value.Policy), now))).Where(static one => one.Why is not null).Select(static one => (one.Key, one.Alert, one.Why!))];
    }

    /// <summary>Says that one is over.</summary>
    public async Task ResolveAsync(string key, KeptAlert alert, string why)
    {
        if (!_up.TryRemove(KeyValuePair.Create(key, alert))) return; // It was raised anew meanwhile, or is over already.
        DateTimeOffset now = time.GetUtcNow();
        (OutcomeKind kind, string said) = (OutcomeKind.Succeeded, "");
        try
        {
            RaiseResult? result = await client.ResolveAsync(alert.Labels).ConfigureAwait(false);
            if (result is { IsTaken: false }) (kind, said) = (OutcomeKind.Failed, $"; {Said(result)}");
        }
        catch (RaiseException e)
        {
            (kind, said) = (OutcomeKind.NotDone, $"; {e.Message}");
        }
        await KeepAsync(key, null).ConfigureAwait(false);
        var details = new IntentDetails("", alert.Labels.GetValueOrDefault("group"), alert.Labels.GetValueOrDefault("alertname"), null, alert.Labels.GetValueOrDefault("identity")) { Key = alert.Key, Run = alert.Run, Incident = alert.Incident };
        await note(new IntentEntry(
            new Intent("alert_end", alert.Target, alert.Incident is null ? "policy" : "alert", now, now) { Policy = alert.Policy, Caller = PolicyHands.CallerOf(alert.Policy).Name, TraceId = alert.TraceId, Details = ActionDetails.Of(details) },
            new Outcome(kind, time.GetUtcNow()) { Reason = $"{alert.Labels.GetValueOrDefault("alertname")} is over: {why}{said}" })).ConfigureAwait(false);
    }

    private string? WhyOver(KeptAlert alert, PolicyBook? book, DateTimeOffset now)
    {
        if (alert.Until <= now) return "its time is over";
        if (alert.Stays) return null;
        if (book is null || book.Mode == PolicyMode.Off) return "its policy is off";
        if (book.Runs.ContainsKey(alert.Run)) return null; // It says so when it ends.
        if (alert.Incident is { } incident && !book.Incidents.ContainsKey(incident)) return "the alert is resolved";
        if (book.Policy.When is not { } when || now < _since + (when.Lasts ?? TimeSpan.Zero) + Settling) return null;
        return book.Looks.TryGetValue(alert.Key, out TargetLook? look) && look.Holds ? null : "what set it off is over";
    }

    private async Task<(Outcome Outcome, StepOutcome Ended)> TellAsync(AlertStep step, Policy policy, PolicyRun run, Dictionary<string, string> labels, DateTimeOffset until, ActionLedger record)
    {
        try
        {
            Dictionary<string, string> annotations = PolicyAlertText.Annotations(step, policy, run, LeftBy(run, record));
            string fingerprint = client.FingerprintOf(labels);
            DateTimeOffset began = _up.TryGetValue(KeptAlert.Prefix + fingerprint, out KeptAlert? before) ? before.Began : time.GetUtcNow();
            RaiseResult result = await client.RaiseAsync(new RaisedAlert(labels, annotations, until) { Began = began }).ConfigureAwait(false);
            var kept = new KeptAlert(policy.Name, run.Id, run.Key, run.Target, run.Incident, run.TraceId, began, until, labels, annotations);
            _up[KeptAlert.Prefix + fingerprint] = kept;
            await KeepAsync(KeptAlert.Prefix + fingerprint, kept).ConfigureAwait(false);
            var note = new AlertNote(result.Fingerprint, until, labels, [.. result.Replicas.Select(static replica => new ReplicaNote(replica.Replica.AbsoluteUri.TrimEnd('/'), replica.Fault))]);
            string reason = $"{step.Alert} {(result.IsTaken ? "is raised" : "is taken by nobody yet, and is tried again,")} until {until.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}Z: {Said(result)}";
            return (new Outcome(result.IsTaken ? OutcomeKind.Succeeded : OutcomeKind.Failed, time.GetUtcNow()) { Reason = reason, Details = ActionDetails.Of(note) }, result.IsTaken ? StepOutcome.Done : StepOutcome.Failed);
        }
        catch (RaiseException e)
        {
            return (new Outcome(OutcomeKind.Failed, time.GetUtcNow()) { Reason = $"it is not raised: {e.Message}" }, StepOutcome.Failed);
        }
    }

    /// <summary>What the run has left before: recordings, profiles, dumps.</summary>
    private static List<ActionRecord> LeftBy(PolicyRun run, ActionLedger record)
    {
        try
        {
            return [.. record.Reader.List(null, MostLeft, new ActionFilter { TraceId = run.TraceId, Since = run.Began - TimeSpan.FromMinutes(1) }).Actions.Where(static one => one.Outcome?.Kind == OutcomeKind.Succeeded && one.Intent.Action is "trace" or "dump")];
        }
        catch (LedgerException)
        {
            return []; // An alert without it is one all the same.
        }
    }

    private async Task KeepAsync(string key, KeptAlert? alert)
    {
        try
        {
            if (ledger() is { } record && (alert is null || alert.Write() is not null)) await record.Change([new StateChange(key, alert?.Write(), alert?.Until)]).ConfigureAwait(false);
        }
        catch (LedgerException e)
        {
            trouble(e.Message); // If we end, it ends by itself.
        }
    }

    private static string Said(RaiseResult result) => string.Join("; ", result.Replicas.Select(static replica => $"{replica.Replica.AbsoluteUri.TrimEnd('/')} {(replica.Fault is { } fault ? $"did not take it: {fault}" : "took it")}"));
}
