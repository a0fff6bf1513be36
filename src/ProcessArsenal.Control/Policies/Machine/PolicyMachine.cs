using ProcessArsenal.Control.Alerting;
using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Policies.Machine;

/// <summary>What comes of an event.</summary>
/// <param name="Decisions">To be carried out, once the changes are durable; if they can't be made so, each step is to be told as <see cref="StepOutcome.Refused"/>.</param>
/// <param name="Changes">What is to be kept.</param>
internal sealed record PolicyVerdict(IReadOnlyList<PolicyDecision> Decisions, IReadOnlyList<StateChange> Changes);

/// <summary>Decides what policies do: a function of what happened and when, without any I/O. Not safe for concurrent use: events come one after the other.
/// This file takes events; another goes on with runs, and another begins them.</summary>
internal sealed partial class PolicyMachine
{
    /// <summary>How long an alert is remembered that nobody tells of any more.</summary>
    public static readonly TimeSpan IncidentMemory = TimeSpan.FromDays(7);

    /// <summary>How long is watched for escalations that have a condition.</summary>
    public static readonly TimeSpan WatchTime = TimeSpan.FromMinutes(30);

    /// <summary>No run waits for anything longer than that, but for an operator.</summary>
    public static readonly TimeSpan LongestWait = WatchTime + TimeSpan.FromHours(1);

    /// <summary>How long a run waits for another policy that is at work on its target.</summary>
    public static readonly TimeSpan TurnPatience = TimeSpan.FromMinutes(10);

    /// <summary>How long a target is let be that a guard has refused.</summary>
    public static readonly TimeSpan RefusalPause = TimeSpan.FromMinutes(5);

    /// <summary>How much later than its condition asks for a sample is believed that it holds no more, after a start of ours: samples have an interval.</summary>
    public static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    /// <summary>How long one is that an operator has refused.</summary>
    public static readonly TimeSpan RejectionPause = TimeSpan.FromHours(1);

    /// <summary>How long an alert may have to do with somebody whom no sample shows yet, before it is said that it means nobody.</summary>
    public static readonly TimeSpan NobodyPatience = TimeSpan.FromSeconds(15);

    /// <summary>Of one policy at once: alerts that fire, approvals that wait, targets that are remembered.</summary>
    public const int MostIncidents = 100, MostApprovals = 16, MostTargets = 500;

    private readonly Dictionary<string, PolicyBook> _books = new(StringComparer.Ordinal);

    /// <summary>What is known of policies that were taken out: to take one out for a moment must not forgive what it has done, nor give a number twice.</summary>
    private readonly Dictionary<string, PolicyBook> _gone = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _kept = new(StringComparer.Ordinal);
    private readonly StormBreaker _storm;
    private readonly List<PolicyDecision> _decisions = [];
    private readonly Dictionary<(string Group, string Key), DateTimeOffset> _harmed = [];
    private PolicySet _policies = PolicySet.Empty;
    private readonly DateTimeOffset _began;
    private DateTimeOffset _now;
    private bool _isPaused;
    private bool _hasSampled;

    /// <param name="kept">What was kept, of an earlier run of ours too: a step that was under way then counts as done, and is not done again.</param>
    public PolicyMachine(PolicySet policies, IEnumerable<KeyValuePair<string, string>> kept, DateTimeOffset now)
    {
        _began = _now = now;
        DateTimeOffset? storm = null;
        foreach ((string key, string value) in kept)
        {
            if (key == PolicyMemory.StormKey)
            {
                storm = DateTimeOffset.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out DateTimeOffset until) ? until : null;
                _kept[key] = value;
            }
            if (PolicyMemory.Parse(key) is not var (name, kind)) continue;
            _kept[key] = value;
            if (policies.Find(name) is { } policy) BookOf(policy).Load(kind, value);
        }
        _storm = new StormBreaker(storm < now + StormBreaker.CoolDown ? storm : storm is null ? null : now + StormBreaker.CoolDown);
        foreach (PolicyBook book in _books.Values) book.NotAfter(now);
        Configure(policies);
        foreach (PolicyBook book in _books.Values)
            foreach (PolicyRun run in book.Runs.Values.ToList()) TakeUp(book, run);
    }

    /// <summary>All policies, in the order of the configuration.</summary>
    public IEnumerable<PolicyBook> Books => _policies.All.Select(policy => _books[policy.Name]);

    public DateTimeOffset? StormUntil => _storm.IsTripped(_now) ? _storm.Until : null;

    /// <summary>Something happened.</summary>
    /// <param name="now">That of the event before counts if the clock was set back.</param>
    public PolicyVerdict Handle(DateTimeOffset now, PolicyEvent happened)
    {
        if (now > _now) _now = now;
        switch (happened)
        {
            case Sampled sampled: Sample(sampled); break;
            case Alerted alerted: Alert(alerted.Event, alerted.SpanId); break;
            case StepFinished finished: Finish(finished); break;
            case ApprovalDecided decided: Decide(decided); break;
            case PauseChanged pause: _isPaused = pause.IsPaused; break;
            case ModeChanged mode: SetMode(mode); break;
            case Configured configured: Configure(configured.Policies); break;
        }
        foreach (PolicyBook book in Books) Proceed(book);
        if (happened is Sampled or ApprovalDecided or Alerted) foreach (PolicyBook book in Books) Fire(book);
        PolicyDecision[] decisions = [.. _decisions];
        _decisions.Clear();
        return new PolicyVerdict(decisions, Changes());
    }

    private PolicyBook BookOf(Policy policy)
    {
        if (_books.TryGetValue(policy.Name, out PolicyBook? book)) return book;
        if (!_gone.Remove(policy.Name, out book))
        {
            book = new PolicyBook(policy);
            // Taken out before we began.
            foreach ((string key, string value) in _kept)
                if (PolicyMemory.Parse(key) is var (name, kind) && name == policy.Name && kind is PolicyMemory.Self or PolicyMemory.Target) book.Load(kind, value);
        }
        return _books[policy.Name] = book;
    }

    private void Sample(Sampled sampled)
    {
        _hasSampled = true;
        // What was done since it was taken, or is under way, it may not show.
        foreach ((string, string) key in _harmed.Where(harmed => harmed.Value < sampled.Taken).Select(static harmed => harmed.Key).ToList()) _harmed.Remove(key);
        foreach (PolicyBook book in Books)
        {
            var looks = new Dictionary<string, TargetLook>(StringComparer.Ordinal);
            foreach (TargetLook look in sampled.Looks.GetValueOrDefault(book.Policy.Name) ?? []) looks.TryAdd(look.Key, look);
            (book.Looks, book.HasMore) = (looks, sampled.TooMany.Contains(book.Policy.Name));
            // Said once, not of each of a flood of alerts: rows about what was not done would push out those about what was.
            if (!_storm.IsTripped(_now)) book.Said.Remove(("", "storm"));
            if (book.Left(_now) >= book.Policy.Actions) book.Said.Remove(("", "max_actions_per_hour"));
            foreach (TargetMemory target in book.Targets.Values.Where(target => target.Expires <= _now).ToList())
            {
                book.Targets.Remove(target.Key);
                book.IsDirty = true;
            }
            foreach (string key in book.Refused.Where(refused => refused.Value <= _now).Select(static refused => refused.Key).ToList()) book.Refused.Remove(key);
            foreach (Incident incident in book.Incidents.Values.Where(incident => incident.Seen + IncidentMemory <= _now).ToList()) Forget(book, incident.Id, "nobody tells of the alert any more");
        }
    }

    private void Alert(AlertEvent alert, string? spanId)
    {
        foreach (PolicyBook book in Books)
        {
            if (alert.Kind == AlertEventKind.Resolved)
            {
                Forget(book, alert.IncidentId, "the alert is resolved");
                continue;
            }
            if (book.Mode == PolicyMode.Off || book.Policy.Alert?.Matches(alert.Labels) != true) continue;
            if (book.Incidents.TryGetValue(alert.IncidentId, out Incident? known))
            {
                if (alert.Kind == AlertEventKind.Repeat && alert.DeliveryId != known.Delivery) Repeat(book, known, alert.DeliveryId);
                continue;
            }
            if (alert.InstancesNamed > book.Policy.Limits.MaxInstances)
            {
                Say(book, alert.IncidentId, "max_instances", null, FormattableString.Invariant($"the alert names {alert.InstancesNamed} instances, and {book.Policy.Limits.MaxInstances} may be: it is about the fleet, and every host would act at once"));
                continue;
            }
            if (book.Incidents.Count >= MostIncidents)
            {
                Say(book, "", "incidents", null, FormattableString.Invariant($"{MostIncidents} alerts fire for it already"));
                continue;
            }
            // Who only says what he would do puts nobody else out of action.
            if (book.Mode.Acts() && _storm.Note(_now)) _decisions.Add(new StormBegan(book.Policy.Name, _storm.Until!.Value));
            book.Incidents[alert.IncidentId] = new Incident(alert.IncidentId, TraceIdOf(alert), _now) { Labels = Incident.LabelsOf(alert.Labels), Delivery = alert.DeliveryId, SpanId = spanId };
            book.IsDirty = true;
        }
    }

    /// <summary>Not cured: an escalation, never the same again.</summary>
    private void Repeat(PolicyBook book, Incident known, string delivery)
    {
        List<PolicyRun> runs = [.. book.Runs.Values.Where(run => run.Incident == known.Id)];
        foreach (PolicyRun run in runs.Where(static run => run.Phase != RunPhase.Approval)) Put(book, run with { IsUrged = true });
        bool isOver = known.IsHandled && runs.Count == 0;
        book.Incidents[known.Id] = known with { Seen = _now, IsUrged = isOver, Delivery = delivery };
        book.IsDirty = true;
        if (isOver && known.Escalated >= book.Policy.Escalation.Count) CountInVain(book, "the alert came again after all was done");
    }

    /// <summary>An alert fires no more: what was to be done for it is not.</summary>
    private void Forget(PolicyBook book, string incident, string why)
    {
        book.Said.RemoveWhere(said => said.Key == incident); // Also of one that was not taken.
        if (!book.Incidents.Remove(incident)) return;
        book.Said.Remove(("", "incidents"));
        book.IsDirty = true;
        foreach (PolicyRun run in book.Runs.Values.Where(run => run.Incident == incident).ToList()) EndOrLet(book, run, why, isOver: true);
    }

    private void Decide(ApprovalDecided decided)
    {
        if (Find(decided.Run) is not var (book, run) || run.Phase != RunPhase.Approval || run.ApprovedBy is not null || run.Deadline <= _now) return;
        if (decided.IsApproved) Put(book, run with { ApprovedBy = decided.By, Since = _now, Deadline = _now + TurnPatience });
        else End(book, run, RunResult.Rejected, $"{decided.By} has rejected it");
    }

    private void SetMode(ModeChanged changed)
    {
        if (!_books.TryGetValue(changed.Policy, out PolicyBook? book)) return;
        (book.SetMode, book.Configured, book.LatchedSince, book.LatchedWhy, book.Uncured) = (changed.Mode, book.Policy.Mode, null, null, 0);
        book.Said.Clear();
        book.IsDirty = true;
    }

    private void Configure(PolicySet policies)
    {
        foreach (Policy policy in policies.All)
        {
            PolicyBook book = BookOf(policy);
            PolicyBook fresh = new(policy);
            (book.Policy, book.Plan) = (policy, fresh.Plan);
            if ((book.SetMode is not null || book.LatchedSince is not null) && book.Configured != policy.Mode)
            {
                // Somebody has decided anew.
                (book.SetMode, book.LatchedSince, book.LatchedWhy, book.Uncured) = (null, null, null, 0);
            }
            book.Configured = policy.Mode;
            book.IsDirty = true;
            foreach (PolicyRun run in book.Runs.Values.Where(run => run.Plan != book.Plan).ToList()) EndOrLet(book, run, "the policy was changed", isOver: false);
            foreach (string incident in book.Incidents.Keys.Where(_ => policy.Alert is null).ToList()) book.Incidents.Remove(incident);
        }
        foreach (PolicyBook gone in _books.Values.Where(book => policies.Find(book.Policy.Name) is null).ToList())
        {
            foreach (PolicyRun run in gone.Runs.Values.ToList()) End(gone, run, run.HasHarmed ? RunResult.Unverified : RunResult.Cancelled, "the policy is no more");
            gone.Leave();
            _books.Remove(gone.Policy.Name);
            _gone[gone.Policy.Name] = gone;
        }
        _policies = policies;
    }

    /// <summary>What differs from what was kept before.</summary>
    private List<StateChange> Changes()
    {
        var changes = new List<StateChange>();
        string? storm = _storm.IsTripped(_now) ? _storm.Until!.Value.ToString("O", System.Globalization.CultureInfo.InvariantCulture) : null;
        if (storm is not null && _kept.GetValueOrDefault(PolicyMemory.StormKey) != storm) Keep(changes, new StateChange(PolicyMemory.StormKey, storm, _storm.Until));
        var rows = new Dictionary<string, StateChange>(StringComparer.Ordinal);
        var looked = new HashSet<string>(StringComparer.Ordinal);
        foreach (PolicyBook book in _books.Values.Concat(_gone.Values).Where(static book => book.IsDirty))
        {
            book.IsDirty = false;
            looked.Add(book.Policy.Name);
            foreach (StateChange row in book.Rows()) rows[row.Key] = row;
        }
        if (looked.Count == 0 && changes.Count == 0) return changes;
        foreach (StateChange row in rows.Values)
            if (_kept.GetValueOrDefault(row.Key) != row.Value) Keep(changes, row);
        foreach (string key in _kept.Keys.ToList())
        {
            if (PolicyMemory.Parse(key) is not var (name, kind) || rows.ContainsKey(key)) continue;
            // Of a policy that was gone before we began its budget stays, and whom it lets be.
            bool isGone = !_books.ContainsKey(name) && kind is not (PolicyMemory.Self or PolicyMemory.Target);
            if (isGone || looked.Contains(name)) Keep(changes, new StateChange(key, null));
        }
        return changes;
    }

    /// <summary>What was to be kept could not be: it is to be kept with the next changes.</summary>
    public void NotKept(IReadOnlyList<StateChange> changes)
    {
        foreach (StateChange change in changes) _kept[change.Key] = ""; // What is there is not known: neither that it is right, nor that there is nothing.
        foreach (PolicyBook book in _books.Values.Concat(_gone.Values)) book.IsDirty = true;
    }

    /// <summary>Whether a step that was to be begun still is: what came after the decision may have been the end of what set it off.</summary>
    public bool IsToBegin(string run) => Find(run) is var (_, found) && found is { IsUnderWay: true, Ends: null };

    private void Keep(List<StateChange> changes, StateChange change)
    {
        changes.Add(change);
        if (change.Value is { } value) _kept[change.Key] = value;
        else _kept.Remove(change.Key);
    }

    private (PolicyBook Book, PolicyRun Run)? Find(string id)
    {
        foreach (PolicyBook book in _books.Values)
            if (book.Runs.TryGetValue(id, out PolicyRun? run)) return (book, run);
        return null;
    }

    private static void Put(PolicyBook book, PolicyRun run)
    {
        book.Runs[run.Id] = run;
        book.IsDirty = true;
    }

    /// <summary>Once, until it is over.</summary>
    private void Say(PolicyBook book, string about, string limit, string? key, string why)
    {
        if (book.Said.Count < MostTargets && book.Said.Add((about, limit))) _decisions.Add(new HeldBack(book.Policy.Name, limit, key, why));
    }

    /// <summary>Of all that follows from an alert, whoever delivers it and however often we end meanwhile.</summary>
    internal static string TraceIdOf(AlertEvent alert) => PolicyMemory.Hash(alert.IncidentId);
}
