using System.Collections.Concurrent;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Guards;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Control;

/// <summary>The one way to an action, whoever asks for it: authorise, resolve to identities, take hold of each, ask the guards, record the intent, ask the guards
/// again, act, verify, record the outcome. What can't be recorded is not done.</summary>
/// <param name="ledger">Null: there is none, so nothing is done.</param>
/// <param name="whyNoLedger">Why there is none.</param>
/// <param name="options">Of the configuration in force.</param>
public sealed class ControlPipeline(ProcFs proc, SnapshotStore store, ActionLedger? ledger, string? whyNoLedger, Func<ControlOptions> options, TimeProvider time) : IDisposable
{
    /// <summary>Most processes that one request may ask for.</summary>
    public const int MostTargets = 100;

    private readonly SemaphoreSlim _deciding = new(1, 1);
    private readonly TargetResolver _resolver = new(store, options);

    /// <summary>Outcomes that could not be recorded, until they can.</summary>
    private readonly ConcurrentQueue<(long Id, Outcome Outcome)> _unclosed = new();
    private ControlState? _state;

    /// <summary>Told what came of each target, after it was recorded. Must not throw.</summary>
    public Action<ControlRequest, TargetResult, TimeSpan>? Finished { get; set; }

    /// <summary>Waited for between the record and the harm: where evidence is taken.</summary>
    internal Func<Target, Task>? BeforeHarm { get; set; }

    private ControlState State => _state ??= new ControlState(proc, ledger, _resolver, options, time);

    /// <summary>Carries out a request. Once it is recorded it goes on, whether or not anybody waits for it.</summary>
    /// <param name="cancellation">Until it is recorded.</param>
    /// <exception cref="ControlException">Nothing is done; the message says why.</exception>
    public async Task<ControlResult> RunAsync(ControlRequest request, CancellationToken cancellation)
    {
        Authorise(request);
        _ = Ledger; // A preview of what can't be done either would be a lie.
        List<Attempt> attempts = [.. _resolver.Resolve(request.Selection).Select(static target => new Attempt(target))];
        try
        {
            if (request.IsPreview) return Preview(request, attempts);
            if (await DecideAndRecordAsync(request, attempts, cancellation).ConfigureAwait(false) is { } repeated) return repeated;
            await Task.WhenAll(attempts.Where(static attempt => attempt.Objection is null).Select(attempt => CarryOutAsync(request, attempt, attempts.Count == 1))).ConfigureAwait(false);
            return new ControlResult([.. attempts.Select(static attempt => attempt.ToResult(isPreview: false))]);
        }
        finally
        {
            foreach (Attempt attempt in attempts) Let(attempt);
        }
    }

    /// <summary>What is to be done after a start: actions that were open when we ended can't be known to have been done.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="LedgerException">They can't be closed.</exception>
    public async Task<int> CloseInterruptedAsync()
    {
        if (ledger is null) return 0;
        foreach (ActionRecord open in ledger.LeftOpen)
        {
            string now = "whom it was aimed at is not known";
            if (ProcessIdentity.TryParse(open.Intent.Target, out ProcessIdentity identity))
            {
                using HeldProcess? held = HeldProcess.Open(proc, identity, out string? why);
                now = held is null ? why! : "its target lives on";
            }
            else if (ChildName.Parse(open.Intent.Target) is not null) now = "its supervisor says how the child is (process-arsenal supervisors)";
            await ledger.Close(open.Id, new Outcome(OutcomeKind.Interrupted, time.GetUtcNow()) { Reason = $"the exporter ended before what came of it was recorded; {now}" }).ConfigureAwait(false);
        }
        return ledger.LeftOpen.Count;
    }

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
        Decide(request, attempts, State.Copy());
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
            Target[] taken = [.. attempts.Where(static attempt => attempt.Objection is null).Select(static attempt => attempt.Target)];
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
                if (attempts[i].HasBegun) State.NoteRecorded(attempts[i].Target.Key);
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

    private void Decide(ControlRequest request, List<Attempt> attempts, ControlState state)
    {
        int most = Math.Min(request.Limits.MaxTargets, MostTargets);
        foreach (Attempt attempt in attempts)
        {
            if (attempts.Count > most) attempt.Objection = new Objection(GuardCatalogue.MaxTargets, FormattableString.Invariant($"{attempts.Count} are meant, and {most} may be (max_targets): nothing is done to any"));
            else if (Hold(attempt) is { } why) attempt.Objection = new Objection(GuardCatalogue.Identity, why);
            else if ((attempt.Objection = AskGuards(request, attempt, state)) is null) attempt.HasBegun = state.TryBegin(attempt.Target, request);
            // A hundred pidfds of those that nothing is done to serve nobody.
            if (attempt.Objection is not null) attempt.Process?.Dispose();
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

    private Objection? AskGuards(ControlRequest request, Attempt attempt, ControlState state)
    {
        TargetFacts? facts = attempt.Process is null ? null : TargetFacts.Read(proc, attempt.Process);
        if (attempt.Target.Supervised is not { } child)
        {
            if (facts is null) return new Objection(GuardCatalogue.Identity, "it has ended");
        }
        else if (child.View.Identity is { } now && now != attempt.Target.Identity) return new Objection(GuardCatalogue.Identity, $"its process is another since it was decided ({now}): ask again");
        if (facts is not null) attempt.Target = attempt.Target with { Name = facts.Name };
        return GuardCatalogue.Ask(new GuardContext(request, attempt.Target, facts, state));
    }

    private async Task CarryOutAsync(ControlRequest request, Attempt attempt, bool isOnly)
    {
        await Task.Yield(); // Each on its own.
        long began = time.GetTimestamp();
        try
        {
            if (BeforeHarm is { } wait) await wait(attempt.Target).ConfigureAwait(false);
            // The world has moved on while the intent was recorded.
            attempt.Objection = AskGuards(request, attempt, State);
            if (attempt.Objection is null) attempt.End = await request.Action.ActAsync(new ActionContext(attempt.Process, attempt.Target, proc, time), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            attempt.End = new ActionEnd(false, $"what came of it is not known: {e.Message}");
        }
        await CloseAsync(request, attempt, isOnly).ConfigureAwait(false);
        Finished?.Invoke(request, attempt.ToResult(isPreview: false), time.GetElapsedTime(began));
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
            Let(attempt);
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

    private void Let(Attempt attempt)
    {
        attempt.Dispose();
        if (!attempt.HasBegun) return;
        attempt.HasBegun = false;
        State.End(attempt.Target.Key);
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
        return new IntentEntry(intent, attempt.Objection is null ? null : new Outcome(OutcomeKind.Refused, decided) { Reason = attempt.Objection.Reason, Details = ActionDetails.Of(attempt) });
    }
}
