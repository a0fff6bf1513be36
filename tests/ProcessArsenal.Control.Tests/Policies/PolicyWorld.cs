using ProcessArsenal.Control.Alerting;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Control.Policies.Machine;

namespace ProcessArsenal.Control.Tests.Policies;

/// <summary>A made-up host with policies: four targets in one group, what is kept across restarts, and what policies have done. It knows by itself what is allowed, and throws when
/// something else is done.</summary>
internal sealed class PolicyWorld
{
    public const int Targets = 4, Incidents = 3;

    private const string Group = "g";

    private readonly IReadOnlyList<Policy> _policies;
    private readonly Dictionary<string, string> _kept = new(StringComparer.Ordinal);
    private readonly bool[] _holds = new bool[Targets], _isHealthy = [true, true, true, true], _until = new bool[Targets];
    private readonly int[] _lives = new int[Targets];
    private readonly string?[] _incidents = new string?[Incidents];
    private readonly List<(DateTimeOffset At, object What, bool IsLost)> _log = [];
    private readonly HashSet<string> _resolved = [], _begunSteps = [], _latched = [], _approved = [];
    private readonly Dictionary<string, (PolicyRun Run, PolicyStep Step)> _underWay = [];
    private readonly Dictionary<string, DateTimeOffset> _approvals = [];
    private readonly Dictionary<string, List<DateTimeOffset>> _actions = [];
    private readonly Dictionary<(string Policy, string Key), DateTimeOffset> _let = [];
    private readonly Dictionary<string, PolicyMode> _modes = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private (DateTimeOffset Began, DateTimeOffset Until)? _storm;
    private PolicyMachine _machine;
    private bool _isPaused, _loses;
    private int _names;

    public PolicyWorld(IReadOnlyList<Policy> policies)
    {
        _policies = policies;
        _machine = new PolicyMachine(new PolicySet(policies), [], _now);
        foreach (Policy policy in policies) _modes[policy.Name] = policy.Mode;
    }

    /// <summary>What happened, so that a test of nothing shows.</summary>
    public Dictionary<string, int> Seen { get; } = [];

    /// <summary>One thing of a history.</summary>
    /// <param name="which">Of which target, policy, ...</param>
    public void Do(int what, int which, int much)
    {
        switch (what)
        {
            case <= 3: Pass(TimeSpan.FromSeconds(1 + much % 1200), which); break;
            case 4: Pass(TimeSpan.FromSeconds(5), which); break;
            case 5 or 6: (_holds[which % Targets], _until[which % Targets]) = (much % 3 != 0, much % 2 == 0); break;
            case 7: _isHealthy[which % Targets] = much % 3 != 0; Sample(); break; // It is seen at once.
            case 8: Alert(which, AlertEventKind.Firing); break;
            case 9: Alert(which, AlertEventKind.Repeat); break;
            case 10: Alert(which, AlertEventKind.Resolved); break;
            case 11 or 12 or 13: Finish(which, much); break;
            case 14: Approve(which, much); break;
            case 15 when much % 3 == 0: SetMode(which, much); break;
            case 15 when much % 3 == 1: Pause(much % 2 == 0); break;
            case 15: for (int i = 0; i < 25; i++) Alert(i, i % 2 == 0 ? AlertEventKind.Firing : AlertEventKind.Resolved); break;
            case 16: Restart(); break;
            case 17: _loses = much % 4 == 0; break;
        }
    }

    private void Pass(TimeSpan time, int which)
    {
        _now += time;
        _until[which % Targets] ^= true;
        Sample();
        foreach (PolicyBook book in _machine.Books)
            foreach (PolicyRun run in book.Runs.Values)
                Check(run.Phase != RunPhase.Approval || run.ApprovedBy is not null || run.Deadline > _now, "an approval that is over is not waited for");
    }

    private void Sample()
    {
        var looks = new Dictionary<string, IReadOnlyList<TargetLook>>();
        foreach (Policy policy in _policies)
        {
            looks[policy.Name] = [.. Enumerable.Range(0, Targets).Where(at => _holds[at] || policy.When is null || at % 2 == 0).Select(at => new TargetLook(KeyOf(at), [Identity(at)], Group)
            {
                Unit = KeyOf(at),
                Holds = policy.When is null || _holds[at],
                Escalations = _holds[at] ? uint.MaxValue : 0,
                Until = _until[at] ? uint.MaxValue : 0,
                IsHealthy = _isHealthy[at],
                HealthyHere = _isHealthy[at] ? 1 : 0,
                HealthyBeside = HealthyBeside(at),
            })];
        }
        Handle(new Sampled(_now, looks));
    }

    private void Alert(int which, AlertEventKind kind)
    {
        int at = which % Incidents;
        if (kind == AlertEventKind.Firing) _incidents[at] ??= $"incident-{_names++}";
        if (_incidents[at] is not { } id) return;
        if (kind == AlertEventKind.Resolved)
        {
            _incidents[at] = null;
            _resolved.Add(id);
        }
        var labels = new Dictionary<string, string> { ["alertname"] = "A", ["unit"] = KeyOf(which % Targets) };
        if (which % 5 == 0) labels.Remove("unit");
        Handle(new Alerted(new AlertEvent(kind, id, id, labels, labels, _now, _now, $"delivery-{which % 10}", 1 + (which % 7))));
    }

    private void Finish(int which, int much)
    {
        if (_underWay.Count == 0) return;
        (PolicyRun run, PolicyStep step) = _underWay.Values.ElementAt(which % _underWay.Count);
        StepOutcome outcome = step is DumpStep && much % 5 < 2 ? StepOutcome.Skipped : (StepOutcome)(much % 3);
        if (outcome == StepOutcome.Skipped) Note("skipped");
        _now += TimeSpan.FromMilliseconds(much % 20_000);
        if (outcome is StepOutcome.Refused or StepOutcome.Skipped) Undone(run);
        else if (step.IsHarmful)
        {
            int at = run.Key[^1] - '0';
            if (outcome == StepOutcome.Done) _lives[at]++;
            _isHealthy[at] = false; // Until it is said to be well again.
        }
        _underWay.Remove(run.Id);
        Handle(new StepFinished(run.Id, outcome, "so it was"));
    }

    private void Undone(PolicyRun run)
    {
        string policy = PolicyOf(run);
        _actions[policy].Remove(run.StepBegan);
    }

    private void Approve(int which, int much)
    {
        if (_approvals.Count == 0) return;
        (string id, DateTimeOffset until) = _approvals.ElementAt(which % _approvals.Count);
        bool isApproved = much % 4 != 0;
        if (isApproved && _now < until) _approved.Add(id);
        Handle(new ApprovalDecided(id, isApproved, "operator"));
    }

    private void SetMode(int which, int much)
    {
        Policy policy = _policies[which % _policies.Count];
        PolicyMode? mode = much % 6 == 5 ? null : (PolicyMode)(much % 5);
        _modes[policy.Name] = mode ?? policy.Mode;
        _latched.Remove(policy.Name);
        // Set durably or not at all: else the operator is told so.
        bool loses = _loses;
        _loses = false;
        Handle(new ModeChanged(policy.Name, mode));
        _loses = loses;
    }

    private void Pause(bool isPaused)
    {
        _isPaused = isPaused;
        Handle(new PauseChanged(isPaused));
    }

    /// <summary>The exporter ends in between: what was not durable is lost, and what was under way has come to an end that nobody tells of.</summary>
    private void Restart()
    {
        Note("restart");
        _underWay.Clear();
        // Reached by the test alone: what expires is not there any more.
        _machine = new PolicyMachine(new PolicySet(_policies), _kept, _now);
        Handle(new PauseChanged(_isPaused));
        foreach (string id in _resolved.ToList()) Handle(new Alerted(new AlertEvent(AlertEventKind.Resolved, id, id, new Dictionary<string, string>(), new Dictionary<string, string>(), _now, _now, "delivery", 1)));
    }

    private void Handle(PolicyEvent happened)
    {
        PolicyVerdict verdict = _machine.Handle(_now, happened);
        _log.Add((_now, happened, _loses));
        foreach (PolicyDecision decision in verdict.Decisions) _log.Add((_now, decision, false));
        bool isKept = !_loses || verdict.Changes.Count == 0;
        if (isKept) foreach (StateChange change in verdict.Changes) Keep(change);
        else _machine.NotKept(verdict.Changes);
        if (!isKept) Note("not kept");
        var refused = new List<string>();
        foreach (PolicyDecision decision in verdict.Decisions)
        {
            Note(decision is RunEnded ended ? ended.Result.ToString() : decision.GetType().Name);
            switch (decision)
            {
                case BeginStep begin when isKept: Begin(begin); break;
                case BeginStep begin: refused.Add(begin.Run.Id); break;
                case ApprovalAsked asked: _approvals[asked.Run.Id] = asked.Until; break;
                case StormBegan storm when isKept: _storm = (_now, storm.Until); break;
                case Latched latched when isKept: _latched.Add(latched.Policy); break;
                case RunEnded end:
                    _approvals.Remove(end.Run.Id);
                    // What was not kept may be gone with an end of ours: then the run goes on where it was.
                    if (end.Run.HasActed && isKept) _let[(end.Policy, end.Run.Key)] = _now + Find(end.Policy).Limits.Cooldown;
                    break;
            }
        }
        foreach (string run in refused) Handle(new StepFinished(run, StepOutcome.Refused, "it can't be recorded"));
    }

    private void Begin(BeginStep begin)
    {
        PolicyRun run = begin.Run;
        Policy policy = Find(begin.Policy);
        Check(!_isPaused, "nothing is done while all is paused");
        Check(_modes[policy.Name] is PolicyMode.Approve or PolicyMode.Enforce, $"nothing is done in {_modes[policy.Name]}");
        Check(_modes[policy.Name] == PolicyMode.Enforce || _approved.Contains(run.Id), "nothing is done that nobody has approved");
        Check(!_latched.Contains(policy.Name), "a policy that is latched does nothing");
        Check(run.Incident is not { } incident || !_resolved.Contains(incident), "nothing is done for an alert that is resolved");
        Check(_underWay.Values.All(other => other.Run.Key != run.Key), "never two at once on one target");
        Check(_begunSteps.Add($"{run.Id} {(begin.IsEscalation ? "e" : "s")}{(begin.IsEscalation ? run.Escalated : run.Step)}"), "no step is done twice, whoever ended in between");
        Check(_kept.Values.Any(row => row.Contains($"\"{run.Id}\"", StringComparison.Ordinal) && row.Contains("\"is_under_way\":true", StringComparison.Ordinal)), "it is recorded that it is under way, before it is");
        Check(run.ApprovedBy is not null || _storm is not { } storm || run.Began <= storm.Began || run.Began >= storm.Until, "nothing new is begun in a storm");
        Check(!_let.TryGetValue((policy.Name, run.Key), out DateTimeOffset until) || until <= run.Began || run.Began < until - policy.Limits.Cooldown, "a target is let be for the cooldown");
        if (begin.Step.IsHarmful)
        {
            int at = run.Key[^1] - '0';
            Check(HealthyBeside(at) >= policy.Limits.MinHealthy, "enough are left that are fit for work");
        }
        List<DateTimeOffset> actions = _actions.TryGetValue(policy.Name, out List<DateTimeOffset>? known) ? known : _actions[policy.Name] = [];
        actions.Add(_now);
        int within = actions.Count(time => time > _now - TimeSpan.FromHours(1));
        Check(within <= policy.Limits.MaxActionsPerHour, $"{within} actions within an hour, and {policy.Limits.MaxActionsPerHour} are allowed");
        Check(Book(policy.Name).Runs.Values.Count(static one => one.Phase != RunPhase.Approval) <= policy.Limits.MaxConcurrent, "never more at once than max_concurrent");
        _underWay[run.Id] = (run, begin.Step);
        Note(begin.IsEscalation ? "escalation" : begin.Step.Name);
    }

    private void Keep(StateChange change)
    {
        StateRows.Check([change]);
        if (change.Value is null) _kept.Remove(change.Key);
        else _kept[change.Key] = change.Value;
    }

    /// <summary>Those that something is being done to are as good as gone.</summary>
    private int HealthyBeside(int at) => Enumerable.Range(0, Targets).Count(other => other != at && _isHealthy[other] && !_underWay.Values.Any(underWay => underWay.Step.IsHarmful && underWay.Run.Key == KeyOf(other)));

    private Policy Find(string name) => _policies.First(policy => policy.Name == name);

    private PolicyBook Book(string name) => _machine.Books.First(book => book.Policy.Name == name);

    private static string PolicyOf(PolicyRun run) => run.Id[..run.Id.LastIndexOf('-')];

    private static string KeyOf(int at) => FormattableString.Invariant($"t{at}");

    private string Identity(int at) => FormattableString.Invariant($"t{at}-{_lives[at]}");

    private void Note(string what) => Seen[what] = Seen.GetValueOrDefault(what) + 1;

    private static string Show((DateTimeOffset At, object What, bool IsLost) line) =>
        $"{line.At:O} {line.What switch { Sampled => "sample", Alerted alerted => $"{alerted.Event.Kind} {alerted.Event.IncidentId}", _ => line.What }}{(line.IsLost ? " (not kept)" : "")}";

    private void Check(bool isSo, string what)
    {
        if (!isSo) throw new InvalidOperationException($"broken: {what}; {string.Join('\n', _log.TakeLast(25).Select(Show))}");
    }
}
