using ProcessArsenal.Control.Alerting;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Control.Policies.Machine;
using ProcessArsenal.Control.Policies.Running;
using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Control.Tests.Policies;

/// <summary>What is decided, step by step, with a clock of its own.</summary>
public sealed class PolicyMachineTests
{
    private static readonly Expression Condition = Expression.TryParse("memory > 1MiB", out Expression? expression, out _) ? expression : throw new InvalidOperationException();

    private static readonly Policy Usual = new("p")
    {
        Mode = PolicyMode.Enforce,
        When = Condition,
        Steps = [new TraceStep("cpu"), new RestartStep(), new VerifyStep(Condition) { Within = TimeSpan.FromMinutes(2) }],
        Escalation = [new EscalationStep(new KillStep()) { After = TimeSpan.FromSeconds(30) }],
        Limits = new PolicyLimits { Cooldown = TimeSpan.FromSeconds(60) },
    };

    private readonly Dictionary<string, string> _kept = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private PolicyMachine? _machine;
    private int _deliveries;
    private BeginStep? _begun;
    private bool _hasMore;

    [Fact]
    public void Steps_follow_one_another_and_the_cure_is_verified_on_a_new_process()
    {
        Begin(Usual);
        Assert.Equal(["begin trace"], Sample(Look()));
        Assert.Empty(Sample(Look()));
        Assert.Equal(["begin restart"], Finish("p-1"));
        Assert.Empty(Finish("p-1"));
        Assert.Empty(Sample(Look() with { Until = uint.MaxValue })); // The old one still.
        Assert.Empty(Sample(Look("t-2") with { Until = uint.MaxValue, IsHealthy = false }));
        Assert.Equal(["ended Cured"], Sample(Look("t-2") with { Until = uint.MaxValue, Holds = false }));
        Assert.Equal(new PolicyScore(1, 0, 0), Book.Score);
    }

    [Fact]
    public void What_is_over_before_the_harm_is_not_done()
    {
        Begin(Usual);
        Sample(Look());
        Assert.Empty(Sample(Look() with { Holds = false }));
        Assert.Equal(["ended Cancelled"], Finish("p-1"));
    }

    [Fact]
    public void A_recording_that_fails_is_no_reason_to_leave_it_as_it_is()
    {
        Begin(Usual);
        Sample(Look());
        Assert.Equal(["begin restart"], Finish("p-1", StepOutcome.Failed));
    }

    [Fact]
    public void What_has_not_helped_is_escalated_once_it_is_time_and_then_it_is_in_vain()
    {
        Begin(Usual);
        Sample(Look());
        Finish("p-1");
        Finish("p-1", StepOutcome.Failed);
        Assert.Empty(Sample(Look(), 29));
        Assert.Equal(["begin kill (escalation)"], Sample(Look(), 1));
        Finish("p-1");
        Assert.Empty(Sample(Look("t-2"), 119));
        Assert.Equal(["ended NotCured"], Sample(Look("t-2"), 1));
        Assert.Equal((1, new PolicyScore(0, 1, 0)), (Book.Uncured, Book.Score));
    }

    [Fact]
    public void A_target_is_let_be_for_the_cooldown_also_over_an_end_of_ours()
    {
        Begin(Usual with { Steps = [new RestartStep()], Escalation = [] });
        Assert.Equal(["begin restart"], Sample(Look()));
        Assert.Equal(["ended Unverified"], Finish("p-1"));
        Assert.Empty(Sample(Look("t-2"), 59));
        Again();
        Assert.Empty(Sample(Look("t-2")));
        Assert.Equal(["begin restart"], Sample(Look("t-2"), 1));
    }

    [Fact]
    public void A_step_that_was_under_way_when_we_ended_is_not_done_again()
    {
        Begin(Usual with { Steps = [new RestartStep(), new VerifyStep(Condition)] });
        Assert.Equal(["begin restart"], Sample(Look()));
        Again();
        Assert.Empty(Sample(Look("t-2")));
        Assert.Equal(["ended Cured"], Sample(Look("t-2") with { Until = uint.MaxValue }));
    }

    [Fact]
    public void It_latches_after_as_many_in_vain_as_are_borne_and_does_nothing_until_its_mode_is_set()
    {
        Begin(Usual with { Steps = [new RestartStep()], Escalation = [], Limits = Usual.Limits with { LatchAfter = 2 } });
        for (int i = 1; i <= 2; i++)
        {
            Assert.Equal(["begin restart"], Sample(Look(), 60));
            Assert.Equal(["ended NotCured"], Finish($"p-{i}", StepOutcome.Failed)[..1]);
        }
        Assert.Equal(PolicyMode.Observe, Book.Mode);
        Assert.Equal(["would"], Sample(Look(), 60));
        Again();
        Assert.Equal(PolicyMode.Observe, Book.Mode);
        Handle(new ModeChanged("p", PolicyMode.Enforce));
        Assert.Equal(["begin restart"], Sample(Look(), 60));
    }

    [Fact]
    public void Who_comes_back_soon_after_what_nothing_has_verified_was_not_cured()
    {
        Begin(Usual with { Steps = [new RestartStep()], Escalation = [], Limits = Usual.Limits with { LatchAfter = 2 } });
        for (int i = 1; i <= 2; i++)
        {
            Assert.Equal(["begin restart"], Sample(Look(), 60));
            Assert.Equal(["ended Unverified"], Finish($"p-{i}"));
        }
        Assert.Equal(1, Book.Uncured);
        Assert.Equal(["Latched"], Sample(Look(), 60));
    }

    [Fact]
    public void A_mode_that_was_set_lasts_until_the_configuration_says_something_else()
    {
        Begin(Usual);
        Handle(new ModeChanged("p", PolicyMode.Observe));
        Again();
        Assert.Equal(PolicyMode.Observe, Book.Mode);
        Again(Usual with { Steps = [new KillStep()] });
        Assert.Equal(PolicyMode.Observe, Book.Mode);
        Again(Usual with { Mode = PolicyMode.Approve });
        Assert.Equal(PolicyMode.Approve, Book.Mode);
    }

    [Fact]
    public void An_alert_is_acted_upon_once_and_the_same_again_escalates_at_once()
    {
        Begin(Usual with { When = null, Alert = new AlertMatch(new Dictionary<string, IReadOnlyList<string>> { ["alertname"] = ["A"] }), Steps = [new RestartStep()], Escalation = [new EscalationStep(new KillStep()) { After = TimeSpan.FromHours(1) }] });
        Sample(Look());
        Assert.Equal(["begin restart"], Alert(AlertEventKind.Firing));
        Assert.Empty(Alert(AlertEventKind.Firing)); // By another replica.
        Assert.Empty(Finish("p-1"));
        Assert.Empty(Sample(Look("t-2"), 300));
        Assert.Equal(["begin kill (escalation)"], Alert(AlertEventKind.Repeat, delivery: "again"));
        Assert.Empty(Alert(AlertEventKind.Repeat, delivery: "again"));
        Assert.Empty(Alert(AlertEventKind.Resolved));
        Assert.Equal(["ended Cured"], Finish("p-1"));
    }

    /// <summary>After a start of ours nobody knows what was before it: a condition that looks back holds no more, and is not over.</summary>
    [Fact]
    public void A_condition_that_looks_back_is_not_over_because_we_were_started_again()
    {
        Assert.True(Expression.TryParse("memory > 1MiB for 1m", out Expression? lasting, out _));
        Begin(Usual with { When = lasting });
        Assert.Equal(["begin trace"], Sample(Look()));
        Again(); // In the middle of it.
        Assert.Empty(Sample(Look() with { Holds = false }));
        Assert.Empty(Sample(Look() with { Holds = false }, 59));
        Assert.Equal(["begin restart"], Sample(Look(), 5)); // It held all the time.

        Finish("p-1", StepOutcome.Refused);
        Sample(Look(), 301);
        Again();
        Assert.Empty(Sample(Look() with { Holds = false }, 89));
        Assert.Equal(["ended Cancelled"], Sample(Look() with { Holds = false }, 1));
    }

    /// <summary>An alert about a process is over when that is gone: nothing is known yet of the one that is to take its place.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_resolved_alert_ends_no_verification_and_nothing_is_escalated_after_it(bool hasUntil)
    {
        Begin(Usual with { When = null, Alert = new AlertMatch(new Dictionary<string, IReadOnlyList<string>> { ["alertname"] = ["A"] }), Steps = [new RestartStep(), new VerifyStep(hasUntil ? Condition : null) { Within = TimeSpan.FromMinutes(1) }] });
        foreach (string outcome in (string[])["ended Cured", "ended NotCured"])
        {
            Sample(Look(), 61);
            Assert.Equal(["begin restart"], Alert(AlertEventKind.Firing, outcome));
            Assert.Empty(Alert(AlertEventKind.Resolved, outcome));
            Assert.Empty(Finish($"p-{(outcome == "ended Cured" ? 1 : 2)}"));
            Again();
            Assert.Empty(Sample(Look("t-2") with { IsHealthy = false, Until = uint.MaxValue }, 30));
            Assert.Equal([outcome], Sample(Look("t-2") with { IsHealthy = outcome == "ended Cured", Until = uint.MaxValue }, outcome == "ended Cured" ? 1 : 30));
        }
        Assert.Empty(Sample(Look(), 600));
    }

    [Fact]
    public void Labels_narrow_and_never_widen()
    {
        Begin(Usual with { When = null, Alert = new AlertMatch(new Dictionary<string, IReadOnlyList<string>> { ["alertname"] = ["A"] }) });
        Sample(Look());
        Assert.Empty(Alert(AlertEventKind.Firing, "one", ("group", "other")));
        Assert.Equal(["held max_instances"], Alert(AlertEventKind.Firing, "two", instances: 6));
        Assert.Equal(["held target"], Alert(AlertEventKind.Firing, "three", ("pid", "4711"))); // Neither says whom it is about.
        Assert.Equal(["begin trace"], Alert(AlertEventKind.Firing, "four", ("group", "g")));
    }

    [Fact]
    public void An_alert_means_the_process_that_it_names_and_no_other_of_the_same_owner()
    {
        Begin(Usual with { When = null, Alert = new AlertMatch(new Dictionary<string, IReadOnlyList<string>> { ["alertname"] = ["A"] }), Steps = [new StopStep()] });
        Sample(Look("t-1", "t-2", "t-3"));
        Assert.Equal(["begin stop"], Alert(AlertEventKind.Firing, label: ("identity", "t-2")));
        Assert.Equal(("t-2", "t-2"), (_begun?.Identity, _begun?.Run.Target));
        Finish("p-1");
        Alert(AlertEventKind.Resolved);
        // And where the condition has to hold too, of the same.
        Begin(Usual with { Alert = new AlertMatch(new Dictionary<string, IReadOnlyList<string>> { ["alertname"] = ["A"] }), Steps = [new StopStep()] });
        Sample(Look("u-1", "u-2") with { Holders = [new TargetMember("u-1", "g")] }, 3600);
        Assert.Empty(Alert(AlertEventKind.Firing, id: "two", label: ("identity", "u-2")));
        Assert.Equal(["begin stop"], Alert(AlertEventKind.Firing, id: "three", label: ("identity", "u-1")));
    }

    [Theory]
    [InlineData(PolicyMode.Enforce)]
    [InlineData(PolicyMode.Approve)]
    public void Who_came_after_the_process_that_an_alert_names_is_let_be(PolicyMode mode)
    {
        Begin(Usual with { Mode = mode, When = null, Alert = new AlertMatch(new Dictionary<string, IReadOnlyList<string>> { ["alertname"] = ["A"] }), Steps = [new TraceStep("cpu"), new KillStep()] });
        Sample(Look());
        Assert.Single(Alert(AlertEventKind.Firing, label: ("identity", "t-1")));
        if (mode == PolicyMode.Approve)
        {
            Assert.Equal(["ended Cancelled"], Sample(Look("t-2")));
            return;
        }
        Assert.Empty(Sample(Look("t-2"))); // It was restarted by its owner meanwhile.
        Assert.Equal(["ended Cancelled"], Finish("p-1"));
    }

    [Fact]
    public void More_than_are_looked_at_is_nobody()
    {
        Begin(Usual);
        _hasMore = true;
        Assert.Equal(["held max_targets"], Sample(Look()));
        _hasMore = false;
        Assert.Equal(["begin trace"], Sample(Look()));
    }

    [Fact]
    public void A_step_that_is_under_way_when_the_policy_gets_shorter_comes_to_its_end()
    {
        Begin(Usual);
        Sample(Look());
        Finish("p-1");
        Finish("p-1", StepOutcome.Failed);
        Assert.Equal(["begin kill (escalation)"], Sample(Look(), 30));
        Assert.Empty(Handle(new Configured(new PolicySet([Usual with { Steps = [new RestartStep()], Escalation = [] }]))));
        Assert.Null(Assert.Single(PolicyStatus.Of(Book, _now).Runs).Step);
        Assert.Equal(["ended Unverified"], Finish("p-1"));
        Assert.Equal(["begin restart"], Sample(Look(), 60));
    }

    [Fact]
    public void A_policy_that_is_taken_out_for_a_moment_forgets_nothing_and_gives_no_number_twice()
    {
        Policy policy = Usual with { Steps = [new RestartStep()], Escalation = [], Limits = Usual.Limits with { LatchAfter = 2 } }, other = new("other") { When = Condition, Steps = [new RestartStep()] };
        Begin(policy);
        Assert.Equal(["begin restart"], Sample(Look()));
        Finish("p-1", StepOutcome.Failed);
        Handle(new Configured(new PolicySet([other])));
        Assert.Empty(Handle(new Configured(new PolicySet([other, policy]))));
        Assert.Equal(1, Book.Budget.Spent(_now));
        Assert.Empty(Sample(Look(), 59)); // Its cooldown.
        Assert.Equal(["begin restart"], Sample(Look(), 1));
        Assert.Equal(["ended NotCured", "Latched"], Finish("p-2", StepOutcome.Failed));
        // Also over an end of ours, and while something is under way.
        Handle(new Configured(new PolicySet([other])));
        _machine = new PolicyMachine(new PolicySet([other]), _kept, _now);
        Handle(new Configured(new PolicySet([other])));
        Handle(new Configured(new PolicySet([policy])));
        Assert.Equal((PolicyMode.Observe, 2L), (Book.Mode, Book.Sequence));
        Handle(new ModeChanged("p", PolicyMode.Enforce));
        Assert.Equal(["begin restart"], Sample(Look(), 60));
        Assert.Equal(["ended Unverified"], Handle(new Configured(new PolicySet([other]))));
        Handle(new Configured(new PolicySet([policy])));
        Assert.Empty(Finish("p-3"));
        Assert.Empty(Sample(Look(), 59));
    }

    [Fact]
    public void Those_that_only_observe_put_nobody_out_of_action()
    {
        Policy watcher = Usual with { Mode = PolicyMode.Observe, Limits = Usual.Limits with { MaxTargets = 100 } };
        Begin(watcher);
        Assert.DoesNotContain("StormBegan", Sample([.. Enumerable.Range(0, 50).Select(static i => Look($"{(char)('A' + i)}-1"))]));
        Assert.Null(_machine!.StormUntil);
        Begin(watcher with { Mode = PolicyMode.Enforce });
        Assert.Contains("StormBegan", Sample([.. Enumerable.Range(0, 50).Select(static i => Look($"{(char)('A' + i)}-1"))]));
    }

    [Fact]
    public void What_was_recorded_before_its_restart_was_refused_is_still_to_be_restarted()
    {
        Begin(Usual with { When = null, Alert = new AlertMatch(new Dictionary<string, IReadOnlyList<string>> { ["alertname"] = ["A"] }), Escalation = [] });
        Sample(Look());
        Assert.Equal(["begin trace"], Alert(AlertEventKind.Firing));
        Handle(new PauseChanged(true));
        Assert.Equal(["ended Cancelled"], Finish("p-1"));
        Handle(new PauseChanged(false));
        Assert.Equal(["begin trace"], Sample(Look(), 60));
        Assert.Equal(["begin restart"], Finish("p-2"));
        Handle(new PauseChanged(true));
        Finish("p-2");
        Handle(new PauseChanged(false));
        Assert.Empty(Sample(Look("t-2"), 3600)); // It was acted upon.
    }

    [Fact]
    public void What_is_over_by_the_time_it_would_be_begun_is_not_begun()
    {
        Begin(Usual with { When = null, Alert = new AlertMatch(new Dictionary<string, IReadOnlyList<string>> { ["alertname"] = ["A"] }) });
        Sample(Look());
        Assert.Equal(["begin trace"], Alert(AlertEventKind.Firing));
        Assert.True(_machine!.IsToBegin("p-1"));
        Alert(AlertEventKind.Resolved); // Of the same turn.
        Assert.False(_machine.IsToBegin("p-1"));
        Assert.Equal(["ended Cancelled"], Finish("p-1", StepOutcome.Refused));
        Assert.Equal(0, Book.Budget.Spent(_now));
    }

    [Fact]
    public void Those_of_an_alert_who_have_no_turn_are_said_to_be_let_be()
    {
        Begin(Usual with { When = null, Alert = new AlertMatch(new Dictionary<string, IReadOnlyList<string>> { ["alertname"] = ["A"] }), Steps = [new RestartStep()], Escalation = [], Limits = Usual.Limits with { MaxTargets = 2 } });
        Sample([Look(), Look("u-1")]);
        Assert.Equal(["begin restart", "held max_concurrent"], Alert(AlertEventKind.Firing));
        Assert.Equal(["ended Unverified"], Finish("p-1"));
        Assert.Empty(Sample([Look("t-2"), Look("u-1")], 3600));
    }

    [Fact]
    public void That_an_alert_means_nobody_is_said_once()
    {
        Begin(Usual with { When = null, Alert = new AlertMatch(new Dictionary<string, IReadOnlyList<string>> { ["alertname"] = ["A"] }) });
        Sample(Look());
        Assert.Empty(Alert(AlertEventKind.Firing, label: ("group", "other")));
        Assert.Empty(Sample(Look(), 14));
        Assert.Equal(["held target"], Sample(Look(), 1));
        Assert.Empty(Sample(Look(), 60));
    }

    [Fact]
    public void What_is_said_of_alerts_that_are_not_taken_is_forgotten_with_them()
    {
        Begin(Usual with { When = null, Alert = new AlertMatch(new Dictionary<string, IReadOnlyList<string>> { ["alertname"] = ["A"] }) });
        Sample(Look());
        for (int i = 0; i < 2 * PolicyMachine.MostTargets; i++)
        {
            Assert.Equal(["held max_instances"], Alert(AlertEventKind.Firing, $"i{i}", instances: 6));
            Alert(AlertEventKind.Resolved, $"i{i}");
        }
    }

    [Fact]
    public void A_clock_that_ran_ahead_of_us_holds_nobody_up_after_a_start()
    {
        Begin(Usual with { Steps = [new RestartStep()], Escalation = [] });
        _now += TimeSpan.FromDays(3650);
        Assert.Equal(["begin restart"], Sample(Look()));
        Finish("p-1");
        _now -= TimeSpan.FromDays(3650);
        Again();
        Assert.Empty(Sample(Look("t-2"), 59));
        Assert.Equal(1, Book.Budget.Spent(_now));
        Assert.Equal(["begin restart"], Sample(Look("t-2"), 3600));
    }

    [Fact]
    public void That_no_more_is_done_is_said_once_and_not_of_each_of_a_flood_of_alerts()
    {
        Begin(Usual with
        {
            When = null,
            Alert = new AlertMatch(new Dictionary<string, IReadOnlyList<string>> { ["alertname"] = ["A"] }),
            Steps = [new RestartStep()],
            Escalation = [],
            Limits = new PolicyLimits { Cooldown = TimeSpan.Zero, MaxActionsPerHour = 3, LatchAfter = 0 },
        });
        Sample(Look());
        var said = new List<string>();
        for (int i = 0, runs = 0; i < 60; i++)
        {
            string[] now = Alert(AlertEventKind.Firing, $"a{i}");
            said.AddRange(now);
            if (now.Contains("begin restart")) said.AddRange(Finish($"p-{++runs}"));
        }
        Assert.Equal((3, 1, 1), (said.Count(static one => one == "begin restart"), said.Count(static one => one == "held max_actions_per_hour"), said.Count(static one => one == "held storm")));
        Assert.Contains("held max_actions_per_hour", Sample(Look(), 3600).Concat(Sample(Look(), 1)).Concat(Finish("p-4")).Concat(Sample(Look())).Concat(Finish("p-5")).Concat(Sample(Look())).Concat(Finish("p-6")).Concat(Sample(Look()))); // An hour later there are three more.
    }

    [Fact]
    public void More_than_may_be_meant_at_once_is_nobody()
    {
        Begin(Usual);
        Assert.Equal(["held max_targets"], Sample([Look(), Look("u-1")]));
        Assert.Empty(Sample([Look(), Look("u-1")]));
        Assert.Equal(["begin trace"], Sample(Look()));
    }

    [Fact]
    public void What_a_guard_refuses_costs_nothing_and_is_not_asked_at_every_sample()
    {
        Begin(Usual with { Steps = [new RestartStep()] });
        Sample(Look());
        Assert.Equal(["ended Refused"], Finish("p-1", StepOutcome.Refused));
        Assert.Equal((0, 0), (Book.Budget.Spent(_now), Book.Uncured));
        Assert.Empty(Sample(Look(), 299));
        Assert.Equal(["begin restart"], Sample(Look(), 1));
    }

    [Fact]
    public void A_dump_that_would_be_too_much_is_left_out_and_what_follows_is_done()
    {
        Begin(Usual with { Steps = [new GcDumpStep(), new RestartStep()] });
        Assert.Equal(["begin gcdump"], Sample(Look()));
        Assert.Equal(["begin restart"], Finish("p-1", StepOutcome.Skipped));
        Finish("p-1");
        Assert.Equal(1, Book.Budget.Spent(_now));
    }

    [Fact]
    public void A_policy_of_which_all_was_left_out_has_done_nothing_and_does_not_begin_again_at_once()
    {
        Begin(Usual with { Steps = [new DumpStep("heap")], Escalation = [] });
        Sample(Look());
        Assert.Equal(["ended Refused"], Finish("p-1", StepOutcome.Skipped));
        Assert.Equal((0, 0), (Book.Budget.Spent(_now), Book.Uncured));
        Assert.Empty(Sample(Look(), 299));
        Assert.Equal(["begin dump"], Sample(Look(), 1));
    }

    [Fact]
    public void What_only_tells_is_enough_and_cures_nothing_and_latches_nothing()
    {
        Begin(Usual with { Steps = [new TraceStep("threads"), new AlertStep("QueueBacklog")], Escalation = [], Limits = Usual.Limits with { LatchAfter = 1 } });
        for (int i = 1; i <= 3; i++)
        {
            Assert.Equal(["begin trace"], Sample(Look(), 60));
            Assert.Equal(["begin alert"], Finish($"p-{i}"));
            Assert.Equal(["ended Unverified"], Finish($"p-{i}", i == 2 ? StepOutcome.Failed : StepOutcome.Done));
        }
        Assert.Equal((0, PolicyMode.Enforce), (Book.Uncured, Book.Mode));
    }

    [Fact]
    public void After_an_end_it_is_told_also_of_one_that_is_there_no_more()
    {
        Begin(Usual with { Steps = [new KillStep(), new AlertStep("Killed")], Escalation = [] });
        Assert.Equal(["begin kill"], Sample(Look()));
        Sample([]);
        Assert.Equal(["begin alert"], Finish("p-1"));
    }

    [Fact]
    public void An_alert_of_our_own_sets_nobody_off()
    {
        Begin(Usual with { When = null, Target = Condition, Alert = new AlertMatch(new Dictionary<string, IReadOnlyList<string>> { ["alertname"] = ["A"] }) });
        Sample(Look());
        Assert.Empty(Alert(AlertEventKind.Firing, "one", ("process_arsenal", "raised")));
        Assert.Empty(Book.Incidents);
        Assert.Equal(["begin trace"], Alert(AlertEventKind.Firing, "two", ("process_arsenal", "act")));
    }

    [Fact]
    public void Who_need_not_be_asked_any_more_is_not_and_what_waits_begins_anew()
    {
        Begin(Usual with { Mode = PolicyMode.Approve });
        Assert.Equal(["ApprovalAsked"], Sample(Look()));
        Assert.Equal(["ended Cancelled"], Handle(new ModeChanged("p", PolicyMode.Enforce)));
        Assert.Equal(["begin trace"], Sample(Look()));
    }

    [Fact]
    public void What_nobody_approves_in_time_is_over_and_not_asked_again_at_once()
    {
        Begin(Usual with { Mode = PolicyMode.Approve, Limits = Usual.Limits with { ApprovalTimeout = TimeSpan.FromSeconds(60) } });
        Assert.Equal(["ApprovalAsked"], Sample(Look()));
        Again();
        Assert.Empty(Sample(Look(), 59));
        Assert.Equal(["ended Expired"], Sample(Look(), 1));
        Assert.Empty(Handle(new ApprovalDecided("p-1", true, "operator")));
        Assert.Empty(Sample(Look(), 3599));
        Assert.Equal(["ApprovalAsked"], Sample(Look(), 1));
    }

    private PolicyBook Book => _machine!.Books.Single(static book => book.Policy.Name == "p");

    private void Begin(Policy policy) => _machine = new PolicyMachine(new PolicySet([policy]), _kept, _now);

    private void Again(Policy? policy = null) => Begin(policy ?? Book.Policy);

    private static TargetLook Look(string identity = "t-1", params string[] others) => new($"unit/{identity[0]}", [identity, .. others], "g") { Holds = true, IsHealthy = true, HealthyBeside = 1, HealthyHere = 1 };

    private string[] Sample(TargetLook look, int seconds = 0) => Sample([look], seconds);

    private string[] Sample(TargetLook[] looks, int seconds = 0)
    {
        _now += TimeSpan.FromSeconds(seconds);
        return Handle(new Sampled(_now, new Dictionary<string, IReadOnlyList<TargetLook>> { ["p"] = looks }) { TooMany = new HashSet<string>(_hasMore ? ["p"] : []) });
    }

    private string[] Alert(AlertEventKind kind, string id = "one", (string Name, string Value)? label = null, int instances = 1, string? delivery = null)
    {
        var labels = new Dictionary<string, string> { ["alertname"] = "A" };
        (string name, string value) = label ?? ("group", "g");
        labels[name] = value;
        return Handle(new Alerted(new AlertEvent(kind, id, id, labels, labels, _now, _now, delivery ?? $"d{_deliveries++}", instances)));
    }

    private string[] Finish(string run, StepOutcome outcome = StepOutcome.Done) => Handle(new StepFinished(run, outcome, "so it was"));

    private string[] Handle(PolicyEvent happened)
    {
        PolicyVerdict verdict = _machine!.Handle(_now, happened);
        _begun = verdict.Decisions.OfType<BeginStep>().LastOrDefault() ?? _begun;
        foreach (StateChange change in verdict.Changes)
        {
            if (change.Value is null) _kept.Remove(change.Key);
            else _kept[change.Key] = change.Value;
        }
        return [.. verdict.Decisions.Select(static decision => decision switch
        {
            BeginStep begin => $"begin {begin.Step.Name}{(begin.IsEscalation ? " (escalation)" : "")}",
            RunEnded ended => $"ended {ended.Result}",
            WouldAct => "would",
            HeldBack held => $"held {held.Limit}",
            _ => decision.GetType().Name,
        })];
    }
}
