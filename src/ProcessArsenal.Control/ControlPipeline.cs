using System.Collections.Concurrent;
using System.Diagnostics;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Evidence;
using ProcessArsenal.Control.Guards;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Control;

/// <summary>The one way to an action, whoever asks for it: authorise, resolve to identities, take hold of each, ask the guards, record the intent, take evidence if
/// that is asked for, ask the guards again, act, verify, record the outcome. What can't be recorded is not done.</summary>
/// <param name="ledger">Null: there is none, so nothing is done.</param>
/// <param name="whyNoLedger">Why there is none.</param>
/// <param name="options">Of the configuration in force.</param>
public sealed class ControlPipeline(ProcFs proc, SnapshotStore store, ActionLedger? ledger, string? whyNoLedger, Func<ControlOptions> options, TimeProvider time) : IDisposable
{
    /// <summary>Most processes that one request may ask for.</summary>
    public const int MostTargets = 100;

    private readonly SemaphoreSlim _deciding = new(1, 1);
    private readonly TargetResolver _resolver = new(store, options);
    private readonly GuardAsker _asker = new(proc, new TargetResolver(store, options));

    /// <summary>Outcomes that could not be recorded, until they can.</summary>
    private readonly ConcurrentQueue<(long Id, Outcome Outcome)> _unclosed = new();
    private ControlState? _state;

    /// <summary>Told what came of each target, after it was recorded. Must not throw.</summary>
    public Action<ControlRequest, TargetResult, TimeSpan>? Finished { get; set; }

    /// <summary>By whom evidence is taken; null: by nobody.</summary>
    public EvidenceTaker? Evidence { get; init; }

    /// <summary>Waited for between the record and the harm, after evidence was taken.</summary>
    internal Func<Target, Task>? BeforeHarm { get; set; }

    private ControlState State => _state ??= new ControlState(proc, ledger, _resolver, options, time);

    /// <summary>Carries out a request. Once it is recorded it goes on, whether or not anybody waits for it.</summary>
    /// <param name="cancellation">Until it is recorded.</param>
    /// <exception cref="ControlException">Nothing is done; the message says why.</exception>
    public async Task<ControlResult> RunAsync(ControlRequest request, CancellationToken cancellation)
    {
        Authorise(request);
        ActionLedger record = Ledger; // A preview of what can't be done either would be a lie.
        if (!request.IsPreview) record.Expect();
        using Activity? trace = ControlTrace.Begin(request);
        if (trace is not null) request = request with { TraceId = request.TraceId ?? trace.TraceId.ToHexString() };
        List<Attempt> attempts = [.. _resolver.Resolve(request.Selection).Select(static target => new Attempt(target))];
        try
        {
            await HoldAsync(request, attempts, cancellation).ConfigureAwait(false);
            if (request.IsPreview) return Preview(request, attempts);
            if (await DecideAndRecordAsync(request, attempts, cancellation).ConfigureAwait(false) is { } repeated) return repeated;
            await Task.WhenAll(attempts.Where(static attempt => attempt.IsTaken).Select(attempt => CarryOutAsync(request, attempt, attempts.Count == 1))).ConfigureAwait(false);
            return new ControlResult([.. attempts.Select(static attempt => attempt.ToResult(isPreview: false))]);
        }
        finally
        {
            foreach (Attempt attempt in attempts) Let(request, attempt);
        }
    }

    /// <inheritdoc cref="Recovery.CloseInterruptedAsync"/>
    public Task<int> CloseInterruptedAsync() => ledger is null ? Task.FromResult(0) : Recovery.CloseInterruptedAsync(ledger, proc, time);

    /// <summary>Presses the kill switch, or lets it go.</summary>
    /// <param name="pause">Null: actions go on.</param>
    /// <exception cref="ControlException">It can't be recorded.</exception>
    public async Task PauseAsync(PauseState? pause)
    {
        try
        {
            await Ledger.Change([new StateChange(PauseState.Key, pause?.ToJson(), pause?.Until)]).ConfigureAwait(false);
        }
        catch (LedgerException e)
        {
            throw new ControlException(ControlFault.NotRecorded, e.Message, e);
        }
    }

    /// <summary>Whether actions are paused; null: they are not.</summary>
    public PauseState? Paused => State.Pause;

    public void Dispose() => _deciding.Dispose();

    private ActionLedger Ledger => ledger ?? throw new ControlException(ControlFault.NotRecorded, $"nothing can be recorded, so nothing is done: {whyNoLedger}");

    private static void Authorise(ControlRequest request)
    {
        Role needed = request.Force ? Role.Admin : request.Action.Role;
        if (!request.Caller.Role.Allows(needed))
            throw new ControlException(ControlFault.Forbidden, $"{request.Action.Name}{(request.Force ? " with force" : "")} takes the role {needed.Name()}, and the token '{request.Caller.Name}' has {request.Caller.Role.Name()}.");
    }

    private ControlResult Preview(ControlRequest request, List<Attempt> attempts)
    {
        ControlState state = State.Copy();
        if (request.AsksAll) foreach (Attempt attempt in attempts) attempt.Verdicts = _asker.AskAll(request, attempt, state);
        Decide(request, attempts, state);
        foreach (Attempt attempt in attempts) attempt.HasBegun = false; // In the copy alone.
        return new ControlResult([.. attempts.Select(static attempt => attempt.ToResult(isPreview: true))]) { IsPreview = true };
    }

    /// <summary>One request at a time decides and is recorded, so that two can't spend the same budget, nor both take the last healthy one.</summary>
    /// <returns>What came of it, if it was carried out before.</returns>
    private async Task<ControlResult?> DecideAndRecordAsync(ControlRequest request, List<Attempt> attempts, CancellationToken cancellation)
    {
        ActionLedger record = Ledger;
        await _deciding.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (attempts.Count == 0) return new ControlResult([]);
            DateTimeOffset requested = time.GetUtcNow();
            Decide(request, attempts, State);
            DateTimeOffset decided = time.GetUtcNow();
            using Activity? part = ControlTrace.Part("record");
            Target[] taken = [.. attempts.Where(static attempt => attempt.IsTaken).Select(static attempt => attempt.Target)];
            Recording recording = await record.Record(new IntentBatch([.. attempts.Select(attempt => EntryOf(request, attempt, requested, decided))])
            {
                Key = request.Key,
                Changes = taken.Length > 0 ? State.Spend(request, taken) : [],
            }).ConfigureAwait(false);
            if (recording.Kind == RecordingKind.Conflict) throw new ControlException(ControlFault.KeyConflict, "this Idempotency-Key was used for another request: choose another for each.");
            if (recording.Kind == RecordingKind.Repeated) return new ControlResult([.. recording.Actions.Select(ActionDetails.ToResult)]) { IsRepeated = true };
            await CloseLateAsync(record).ConfigureAwait(false); // It can be written to.
            for (int i = 0; i < attempts.Count; i++)
            {
                attempts[i].Id = recording.Actions[i].Id;
                if (attempts[i].HasBegun) State.NoteRecorded(attempts[i].Target, request);
                else Finished?.Invoke(request, attempts[i].ToResult(isPreview: false), TimeSpan.Zero);
            }
            return null;
        }
        catch (LedgerException e)
        {
            throw new ControlException(ControlFault.NotRecorded, $"it can't be recorded, so nothing is done: {e.Message}", e);
        }
        finally
        {
            _deciding.Release();
        }
    }

    /// <summary>Takes hold of each, and looks how far the action would reach. Where an owner is asked that takes time, in which others are decided.</summary>
    private async Task HoldAsync(ControlRequest request, List<Attempt> attempts, CancellationToken cancellation)
    {
        using Activity? part = ControlTrace.Part("hold");
        int most = Math.Min(request.Limits.MaxTargets, MostTargets);
        foreach (Attempt attempt in attempts)
        {
            if (attempts.Count > most) attempt.Objection = new Objection(GuardCatalogue.MaxTargets, FormattableString.Invariant($"{attempts.Count} are meant, and {most} may be (max_targets): nothing is done to any"));
            else if (Hold(attempt) is { } why && !request.Action.OnlyLooks) attempt.Objection = new Objection(GuardCatalogue.Identity, why);
            else await LookAsync(request, attempt, cancellation).ConfigureAwait(false);
        }
    }

    private async Task LookAsync(ControlRequest request, Attempt attempt, CancellationToken cancellation) =>
        attempt.Reach = await request.Action.ReachAsync(ContextOf(request, attempt), cancellation).ConfigureAwait(false);

    private ActionContext ContextOf(ControlRequest request, Attempt attempt) => new(attempt.Process, attempt.Target, proc, time) { Id = attempt.Id ?? 0, Reach = attempt.Reach, ObjectionTo = other => _asker.AskOf(new GuardContext(request, attempt.Target, null, attempt.Reach, State), other) };

    private void Decide(ControlRequest request, List<Attempt> attempts, ControlState state)
    {
        using Activity? part = ControlTrace.Part("guards");
        // Those first with whom others end: of these nothing is to be done then, whichever was named first.
        foreach (Attempt attempt in attempts.OrderByDescending(static attempt => attempt.Reach.Others.Count))
        {
            if (attempt.Objection is null && (attempt.Along = attempts.Find(other => other.HasBegun && other.Takes(attempt))) is null
                && (attempt.Objection = _asker.Ask(request, attempt, state)) is null) attempt.HasBegun = state.TryBegin(attempt.Target, request);
            // A hundred pidfds of those that nothing is done to serve nobody.
            if (!attempt.IsTaken) attempt.Process?.Dispose();
        }
    }

    /// <summary>Takes hold of a process. A child is there also if it has none, or if that ends.</summary>
    /// <returns>Why it can't be held; null if it is.</returns>
    private string? Hold(Attempt attempt)
    {
        string? why = null;
        if (attempt.Target.Identity != default) attempt.Process = HeldProcess.Open(proc, attempt.Target.Identity, out why);
        return attempt.Process is null && !(attempt.Target.Supervised is not null && proc.IsLive) ? why : null;
    }

    private async Task CarryOutAsync(ControlRequest request, Attempt attempt, bool isOnly)
    {
        if (!isOnly) await Task.Yield(); // Each on its own.
        using Activity? span = ControlTrace.Target(attempt);
        long began = time.GetTimestamp();
        try
        {
            if (request.Evidence is { } budget && !request.Action.OnlyLooks) attempt.Evidence = await TakeEvidenceAsync(request, attempt, budget).ConfigureAwait(false);
            if (BeforeHarm is { } wait) await wait(attempt.Target).ConfigureAwait(false);
            // The world has moved on while the intent was recorded and evidence taken.
            string? owner = attempt.Reach.Owner;
            await LookAsync(request, attempt, CancellationToken.None).ConfigureAwait(false);
            attempt.Objection = _asker.Ask(request, attempt, State)
                ?? (owner == attempt.Reach.Owner ? null : new Objection(GuardCatalogue.Identity, $"it belongs to {attempt.Reach.Owner ?? "nobody"} now, and did to {owner ?? "nobody"}"));
            if (attempt.Objection is null) attempt.End = await request.Action.ActAsync(ContextOf(request, attempt), CancellationToken.None).ConfigureAwait(false);
            attempt.Objection ??= attempt.End?.Objection;
        }
        catch (Exception e) // Whatever it is: an action without an outcome would hold its target for good.
        {
            attempt.End = new ActionEnd(false, $"what came of it is not known: {e.Message}");
        }
        await CloseAsync(request, attempt, isOnly).ConfigureAwait(false);
        TargetResult result = attempt.ToResult(isPreview: false);
        ControlTrace.End(span, result, ledger?.Head);
        Finished?.Invoke(request, result, time.GetElapsedTime(began));
    }

    /// <summary>Whatever comes of it is told with the outcome, and no reason not to act.</summary>
    private async Task<EvidenceNote> TakeEvidenceAsync(ControlRequest request, Attempt attempt, TimeSpan budget)
    {
        using Activity? part = ControlTrace.Part("evidence");
        ProcessIdentity about = request.EvidenceOf ?? attempt.Target.Identity;
        if (Evidence is null) return new EvidenceNote { NotTaken = "there is nowhere to keep it" };
        if (about == default) return new EvidenceNote { NotTaken = "it has no process" };
        string reason = $"before {request.Action.Name}, by {request.Policy ?? request.Caller.Name} ({request.Trigger}){(request.Reason is { } why ? $": {why}" : "")}";
        return await Evidence.TakeAsync(new EvidenceOrder(attempt.Id!.Value, about, about == attempt.Target.Identity ? attempt.Target.Name : "", request.Action.Name, reason, budget)).ConfigureAwait(false);
    }

    private async Task CloseAsync(ControlRequest request, Attempt attempt, bool isOnly)
    {
        var outcome = new Outcome(attempt.Outcome!.Value, time.GetUtcNow()) { Reason = attempt.Reason, Details = ActionDetails.Of(attempt) };
        bool givesBack = attempt.Objection is not null; // What was refused at the last moment took nothing from the budget.
        if (givesBack) await _deciding.WaitAsync().ConfigureAwait(false);
        try
        {
            await Ledger.Close(attempt.Id!.Value, outcome, givesBack ? State.GiveBack(request, attempt.Target, isOnly) : null).ConfigureAwait(false);
        }
        catch (LedgerException e)
        {
            attempt.NotClosed = e.Message; // It is done all the same.
            if (_unclosed.Count < MostTargets) _unclosed.Enqueue((attempt.Id!.Value, outcome));
        }
        finally
        {
            if (givesBack) _deciding.Release();
            if ((attempt.Evidence ?? attempt.End?.Evidence) is not null) Evidence?.Release(attempt.Id!.Value);
            Let(request, attempt);
        }
    }

    private async Task CloseLateAsync(ActionLedger record)
    {
        while (_unclosed.TryPeek(out (long Id, Outcome Outcome) late))
        {
            try
            {
                await record.Close(late.Id, late.Outcome).ConfigureAwait(false);
            }
            catch (LedgerException)
            {
                return; // Another time.
            }
            _unclosed.TryDequeue(out _);
        }
    }

    private void Let(ControlRequest request, Attempt attempt)
    {
        attempt.Dispose();
        if (!attempt.HasBegun) return;
        attempt.HasBegun = false;
        State.End(attempt.Target, request);
    }

    private static IntentEntry EntryOf(ControlRequest request, Attempt attempt, DateTimeOffset requested, DateTimeOffset decided)
    {
        var intent = new Intent(request.Action.Name, attempt.Target.Label, request.Trigger, requested, decided)
        {
            Policy = request.Policy,
            Caller = request.Caller.Name,
            Reason = request.Reason,
            TraceId = request.TraceId,
            Details = ActionDetails.Of(attempt.Target, request),
        };
        return new IntentEntry(intent, attempt.IsTaken ? null : new Outcome(attempt.Outcome!.Value, decided) { Reason = attempt.Reason, Details = ActionDetails.Of(attempt) });
    }
}
