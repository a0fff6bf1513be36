using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using ProcessArsenal.Control.Alerting;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Policies.Machine;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Control.Policies.Running;

/// <summary>Has policies see each sample and each alert, makes durable what they remember, and only then carries out what they decide. One loop; steps go on beside it.</summary>
public sealed class PolicyRunner : IAsyncDisposable
{
    /// <summary>Alerts that are looked at before the next sample is.</summary>
    private const int MostAtOnce = 256;

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(2), Idle = TimeSpan.FromSeconds(1), IdleWithout = TimeSpan.FromSeconds(10);

    private readonly PolicyTools _tools;
    private readonly PolicyEyes _eyes;
    private readonly PolicyHands _hands;
    private readonly PolicyAlerts _alerts;
    private readonly Channel<Func<Task>> _calls = Channel.CreateBounded<Func<Task>>(1000);
    private readonly ConcurrentQueue<StepFinished> _finished = new();
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly CancellationTokenSource _closed = new();
    private readonly ConcurrentDictionary<Task, byte> _steps = new();
    private readonly ForwardClock _clock;

    /// <summary>Alerts that were handled, until what followed is kept, with their numbers.</summary>
    private readonly Queue<(long Number, Action? Handled)> _handled = new();
    private PolicySet _policies;
    private PolicyMachine? _machine;
    private ActionLedger? _ledger;
    private Task _loop = Task.CompletedTask;
    private volatile IReadOnlyList<PolicyStatus> _statuses = [];
    private long _lastTick = -1, _lastAlert, _keptAlert;
    private bool? _isPaused;

    public PolicyRunner(PolicyTools tools, PolicySet policies)
    {
        (_tools, _policies, _clock) = (tools, policies, new ForwardClock(tools.Time));
        _eyes = new PolicyEyes(identity => tools.OwnerOf(identity)?.Name, tools.Grace);
        _alerts = new PolicyAlerts(tools.Alertmanager, tools.Ledger, entry => NoteAsync(entry), why => Trouble?.Invoke(why), tools.Time);
        _hands = new PolicyHands(tools, _alerts);
        Inbox.Arrived = Wake;
    }

    /// <summary>Where alerts come in.</summary>
    public PolicyInbox Inbox { get; } = new();

    /// <summary>Told how a run ended: policy, and one word (cured, not_cured, unverified, refused, cancelled, rejected, expired). Must not throw.</summary>
    public Action<string, string>? Ended { get; set; }

    /// <summary>Told that a policy has latched itself into observe: its name, and why. Must not throw.</summary>
    public Action<string, string>? HasLatched { get; set; }

    /// <summary>Told of what could not be kept. Must not throw.</summary>
    public Action<string>? Trouble { get; set; }

    /// <summary>All policies as they stand, in the order of the configuration; empty as long as there is no ledger.</summary>
    public IReadOnlyList<PolicyStatus> Statuses => _statuses;

    /// <summary>Until when no policy begins anything, as too much began at once; null: they may.</summary>
    public DateTimeOffset? StormUntil { get; private set; }

    /// <summary>Which policies an alert with these labels sets off, by name: none that is off, whoever has set that.</summary>
    public IReadOnlyList<string> Match(IReadOnlyDictionary<string, string> labels)
    {
        IReadOnlyList<PolicyStatus> statuses = _statuses;
        if (statuses.Count == 0) return Volatile.Read(ref _policies).Match(labels);
        return [.. statuses.Where(status => status.Mode != PolicyMode.Off && status.Policy.Alert?.Matches(labels) == true).Select(static status => status.Policy.Name)];
    }

    /// <summary>Begins. A sample is looked at as soon as it is there.</summary>
    public void Start()
    {
        TakeUpLedger(); // Or there would seem to be no policies until the first turn.
        _tools.Store.Published = LookAgain;
        _loop = Task.Run(LoopAsync);
    }

    /// <summary>Other policies hold from now on.</summary>
    public Task ConfigureAsync(PolicySet policies) => CallAsync(async () =>
    {
        Volatile.Write(ref _policies, policies);
        await HandleAsync([new Configured(policies)]).ConfigureAwait(false);
        return true;
    });

    /// <summary>Sets the mode of a policy until the configuration says something else.</summary>
    /// <param name="mode">Null: that of the configuration.</param>
    /// <param name="by">Whose token.</param>
    /// <returns>Null if it is set, durably; else why not.</returns>
    public Task<string?> SetModeAsync(string policy, PolicyMode? mode, string by) => CallAsync(async () =>
    {
        if (_machine is null) return "there is no ledger, in which that would be kept";
        bool isKept = await HandleAsync([new ModeChanged(policy, mode)]).ConfigureAwait(false);
        await NoteAsync(new IntentEntry(Entry("mode", policy, by) with { Policy = policy }, new Outcome(OutcomeKind.Succeeded, Now) { Reason = $"its mode is {mode?.Name() ?? "that of the configuration"} now" })).ConfigureAwait(false);
        return isKept ? null : "it holds, but could not be kept: it is lost if the exporter ends before that is possible again";
    });

    /// <summary>An operator decides on a run that waits for approval.</summary>
    /// <param name="by">Whose token.</param>
    /// <param name="reason">Why, in words; null: nobody says.</param>
    /// <returns>Null if it is decided; else why not.</returns>
    public Task<string?> DecideAsync(string run, bool isApproved, string by, string? reason) => CallAsync(async () =>
    {
        (PolicyBook Book, PolicyRun Run)? found = (_machine?.Books ?? []).SelectMany(static book => book.Runs.Values.Select(one => (book, one))).Cast<(PolicyBook, PolicyRun)?>().FirstOrDefault(one => one!.Value.Item2.Id == run);
        if (found is not var (book, waiting)) return "there is no such approval, or it is over";
        if (waiting.Phase != RunPhase.Approval || waiting.ApprovedBy is not null) return "it waits for no approval any more";
        DateTimeOffset at = Now; // That it is over while it is noted counts for nothing.
        if (waiting.Deadline <= at) return "nobody has approved it in time";
        await NoteAsync(new IntentEntry(Entry("approval", waiting.Target, by) with { Policy = book.Policy.Name, TraceId = waiting.TraceId, Reason = reason }, new Outcome(isApproved ? OutcomeKind.Succeeded : OutcomeKind.Cancelled, Now) { Reason = $"{run} was {(isApproved ? "approved" : "rejected")} by {by}" })).ConfigureAwait(false);
        await HandleAsync([new ApprovalDecided(run, isApproved, by)], at).ConfigureAwait(false);
        return null;
    });

    /// <summary>What policies would do about an alert, or by their conditions alone, with what the guards say. Nothing is done, and nothing recorded.</summary>
    /// <param name="labels">Of an alert; null: by conditions alone.</param>
    /// <param name="only">One policy; null: all.</param>
    public async Task<IReadOnlyList<PolicyExplanation>> ExplainAsync(IReadOnlyDictionary<string, string>? labels, string? only, CancellationToken cancellation)
    {
        List<PolicyExplanation> found = await CallAsync(() => Task.FromResult((_machine?.Books ?? []).Where(book => only is null || book.Policy.Name == only)
            .Select(book => Explainer.Explain(book, labels, _eyes, _tools, StormUntil, _isPaused == true)).ToList())).ConfigureAwait(false);
        PolicySet policies = Volatile.Read(ref _policies);
        for (int i = 0; i < found.Count; i++) found[i] = await Explainer.AskAsync(found[i], policies.Find(found[i].Policy), _hands, cancellation).ConfigureAwait(false);
        return found;
    }

    /// <summary>Ends. What is under way is waited for, but not for long; the next run knows of it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_tools.Store.Published == LookAgain) _tools.Store.Published = null;
        await _closed.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        await Task.WhenAny(Task.WhenAll(_steps.Keys), Task.Delay(EndPatience, _tools.Time)).ConfigureAwait(false);
        _closed.Dispose();
        _signal.Dispose();
    }

    private DateTimeOffset Now => _clock.Now;

    /// <summary>Without policies there is little to look at: what earlier ones have left.</summary>
    private bool HasPolicies => Volatile.Read(ref _policies).All.Count > 0;

    private void LookAgain()
    {
        if (HasPolicies) Wake();
    }

    private void Wake()
    {
        try
        {
            if (_signal.CurrentCount == 0) _signal.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // It is awake, or over.
        }
    }

    private async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _calls.Writer.WriteAsync(
            async () =>
            {
                try
                {
                    done.TrySetResult(await call().ConfigureAwait(false));
                }
                catch (Exception e)
                {
                    done.TrySetException(e); // Whoever asked gets it; the loop goes on.
                }
            }, _closed.Token).ConfigureAwait(false);
        Wake();
        return await done.Task.WaitAsync(_closed.Token).ConfigureAwait(false);
    }

    private async Task LoopAsync()
    {
        while (!_closed.IsCancellationRequested)
        {
            try
            {
                // Also without a sample: deadlines pass.
                await _signal.WaitAsync(HasPolicies ? Idle : IdleWithout, _closed.Token).ConfigureAwait(false);
                await TurnAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_closed.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Trouble?.Invoke(e.Message); // Of one turn: the next is another. That nobody looks any more would be worse.
            }
        }
    }

    /// <summary>What policies remember is in the ledger: with another they begin anew.</summary>
    private void TakeUpLedger()
    {
        if (_tools.Ledger() is not { } ledger || (_machine is not null && ReferenceEquals(ledger, _ledger))) return;
        _ledger = ledger;
        IEnumerable<KeyValuePair<string, string>> kept = ledger.States(PolicyMemory.Prefix).Concat(ledger.States(PolicyMemory.StormKey)).Select(static state => KeyValuePair.Create(state.Key, state.Value));
        _machine = new PolicyMachine(Volatile.Read(ref _policies), kept, Now);
        (_lastTick, _isPaused) = (-1, null);
        _keptAlert = _lastAlert = ledger.State(PolicyMemory.AlertsKey) is { } last && long.TryParse(last.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
        _handled.Clear();
        Show(_machine);
        Beside(() => _alerts.TakeUpAsync(ledger));
    }

    private void Show(PolicyMachine machine)
    {
        _statuses = [.. machine.Books.Select(book => PolicyStatus.Of(book, Now))];
        StormUntil = machine.StormUntil;
    }

    private async Task TurnAsync()
    {
        TakeUpLedger();
        while (_calls.Reader.TryRead(out Func<Task>? call)) await call().ConfigureAwait(false);
        if (_machine is null) return;
        while (_finished.TryDequeue(out StepFinished? finished)) await HandleAsync([finished]).ConfigureAwait(false);
        bool isPaused = _tools.Pipeline().Paused is not null;
        if (isPaused != _isPaused)
        {
            _isPaused = isPaused;
            await HandleAsync([new PauseChanged(isPaused)]).ConfigureAwait(false);
        }
        List<PolicyEvent> alerts = TakeAlerts();
        if (alerts.Count > 0) await HandleAsync(alerts).ConfigureAwait(false);
        await LookAsync(isUrgent: alerts.Count > 0).ConfigureAwait(false);
        TellHandled();
        if (Inbox.Waiting > 0) Wake();
    }

    /// <summary>Those that wait, but for such as were handled before an end of ours that came before that was known.</summary>
    private List<PolicyEvent> TakeAlerts()
    {
        var alerts = new List<PolicyEvent>();
        while (alerts.Count < MostAtOnce && Inbox.TryTake(out (AlertEvent Event, Action? Handled) taken))
        {
            long number = taken.Event.Number;
            if (number == 0 || number > _lastAlert) alerts.Add(new Alerted(taken.Event) { SpanId = ControlTrace.Told(taken.Event, PolicyMachine.TraceIdOf(taken.Event)) });
            _lastAlert = Math.Max(_lastAlert, number);
            if (taken.Handled is not null) _handled.Enqueue((number, taken.Handled));
        }
        return alerts;
    }

    private void TellHandled()
    {
        while (_handled.TryPeek(out (long Number, Action? Handled) first) && first.Number <= _keptAlert) _handled.Dequeue().Handled!();
    }

    /// <param name="isUrgent">Also at a sample that was looked at already: whom an alert means is not known before it comes.</param>
    private async Task LookAsync(bool isUrgent)
    {
        Sampled? sampled = null;
        using (SnapshotLease lease = _tools.Store.Acquire())
        {
            if (lease.Snapshot is { } snapshot && (isUrgent || snapshot.Tick != _lastTick))
            {
                _lastTick = snapshot.Tick;
                sampled = _eyes.Look(snapshot, [.. _machine!.Books], Now - _tools.Time.GetElapsedTime(snapshot.Timestamp));
            }
        }
        if (sampled is null) return;
        await HandleAsync([sampled]).ConfigureAwait(false);
        foreach ((string key, KeptAlert alert, string why) in _alerts.Over(_machine!.Books)) Beside(() => _alerts.ResolveAsync(key, alert, why));
    }

    /// <param name="at">When they happened; null: now.</param>
    /// <returns>Whether what changed is durable.</returns>
    private async Task<bool> HandleAsync(IReadOnlyList<PolicyEvent> events, DateTimeOffset? at = null)
    {
        if (_machine is not { } machine) return false;
        var decisions = new List<PolicyDecision>();
        var changes = new Dictionary<string, StateChange>(StringComparer.Ordinal);
        foreach (PolicyEvent happened in events)
        {
            PolicyVerdict verdict = machine.Handle(at ?? Now, happened);
            decisions.AddRange(verdict.Decisions);
            foreach (StateChange change in verdict.Changes) changes[change.Key] = change;
        }
        long alert = _lastAlert;
        // What changed nothing may as well be told again.
        if (alert > _keptAlert && changes.Count > 0) changes[PolicyMemory.AlertsKey] = new StateChange(PolicyMemory.AlertsKey, alert.ToString(CultureInfo.InvariantCulture)); // The last: with all that follows, or not at all.
        bool isKept = await KeepAsync([.. changes.Values]).ConfigureAwait(false);
        if (isKept) _keptAlert = alert;
        // What is only said is written at once, before anything is begun: a slow disk does not keep steps waiting for one note after the other.
        await NoteAsync([.. decisions.Select(decision => NoteOf(machine, decision)).OfType<IntentEntry>()]).ConfigureAwait(false);
        foreach (BeginStep begin in decisions.OfType<BeginStep>())
        {
            if (!isKept) Post(new StepFinished(begin.Run.Id, StepOutcome.Refused, "it can't be recorded, so it is not done"));
            else if (!machine.IsToBegin(begin.Run.Id)) Post(new StepFinished(begin.Run.Id, StepOutcome.Refused, "what set it off was over before it was begun"));
            else Begin(machine, begin);
        }
        Show(machine);
        return isKept;
    }

    private async Task<bool> KeepAsync(List<StateChange> changes)
    {
        if (changes.Count == 0) return true;
        try
        {
            foreach (StateChange[] part in changes.Chunk(ActionLedger.MostInBatch)) await _ledger!.Change(part).ConfigureAwait(false);
            return true;
        }
        catch (LedgerException e)
        {
            Trouble?.Invoke(e.Message);
            _machine!.NotKept(changes);
            return false;
        }
    }

    /// <returns>What is to be recorded of a decision; null: nothing, or it is by whoever carries it out.</returns>
    private IntentEntry? NoteOf(PolicyMachine machine, PolicyDecision decision)
    {
        PolicyBook? book = machine.Books.FirstOrDefault(one => one.Policy.Name == decision.Policy);
        if (decision is RunEnded ended)
        {
            ControlTrace.Verified(ended);
            Ended?.Invoke(ended.Policy, PolicyNotes.Word(ended.Result));
            Task told = _alerts.EndedAsync(ended);
            Beside(() => told);
        }
        if (decision is Latched latched) HasLatched?.Invoke(latched.Policy, latched.Why);
        if (decision is not WouldAct { Mode: PolicyMode.DryRun } would || book is null) return PolicyNotes.Of(decision, book?.Policy, null, Now);
        Beside(() => AskAndNoteAsync(would, book.Policy)); // Owners may have to be asked, which takes time.
        return null;
    }

    private void Begin(PolicyMachine machine, BeginStep begin)
    {
        PolicyBook book = machine.Books.First(one => one.Policy.Name == begin.Policy);
        TargetLook? look = book.Looks.GetValueOrDefault(begin.Run.Key);
        string about = begin.Identity, identity = about;
        if (begin.Step is RestartStep)
        {
            // Whoever has ended can't be held, but has an owner.
            using SnapshotLease lease = _tools.Store.Acquire();
            if (lease.Snapshot is { } snapshot && _eyes.LivingOf(snapshot, begin.Run.Key, identity) is { } living) identity = living;
        }
        Beside(async () => Post(await _hands.RunAsync(begin, book.Policy, identity, look, about, _closed.Token).ConfigureAwait(false)));
    }

    private async Task AskAndNoteAsync(WouldAct would, Policy policy)
    {
        string verdict = policy.Steps.FirstOrDefault(static step => step.IsHarmful) is { } step ? (await _hands.AskAsync(policy, step, would.Target.Key, would.Target.Identity, _closed.Token).ConfigureAwait(false)).Said : "nothing is harmful in it";
        if (PolicyNotes.Of(would, policy, verdict, Now) is { } entry) await NoteAsync(entry).ConfigureAwait(false);
    }

    /// <summary>Goes on while the loop does.</summary>
    private void Beside(Func<Task> what)
    {
        Task task = Task.Run(what);
        _steps.TryAdd(task, 0);
        _ = task.ContinueWith(ended => _steps.TryRemove(ended, out _), TaskScheduler.Default);
    }

    /// <summary>A step has ended: the loop takes it with its next turn.</summary>
    private void Post(StepFinished finished)
    {
        _finished.Enqueue(finished);
        Wake();
    }

    private async Task NoteAsync(params IntentEntry[] entries)
    {
        try
        {
            foreach (IntentEntry[] part in entries.Chunk(ActionLedger.MostInBatch))
                if (_ledger is { } ledger) await ledger.Record(new IntentBatch(part)).ConfigureAwait(false);
        }
        catch (LedgerException e)
        {
            Trouble?.Invoke(e.Message); // What was only said is lost; nothing was done by it.
        }
    }

    private Intent Entry(string action, string target, string by) => new(action, target, "api", Now, Now) { Caller = by };
}
