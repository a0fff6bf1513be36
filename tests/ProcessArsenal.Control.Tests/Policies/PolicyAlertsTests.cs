using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using ProcessArsenal.Control.Alerting.Raising;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Control.Policies.Machine;
using ProcessArsenal.Control.Policies.Running;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Policies;

/// <summary>Alerts of policies, and of what has latched, in real Alertmanagers.</summary>
public sealed class PolicyAlertsTests : IAsyncLifetime
{
    private static readonly Expression Condition = Expression.TryParse("memory > 1MiB", out Expression? expression, out _) ? expression : throw new InvalidOperationException();

    private static readonly AlertStep Step = new("QueueBacklog") { Severity = "critical", Summary = "Orders queue up", Labels = new StepLabels([KeyValuePair.Create("team", "shop")]) };

    private static readonly Policy Backlog = new("backlog") { Mode = PolicyMode.Enforce, When = Condition, Steps = [Step] };

    private readonly string _folder = Directory.CreateTempSubdirectory("raised-").FullName;
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly List<IntentEntry> _notes = [];
    private AlertmanagerPair _pair = null!;
    private ActionLedger _ledger = null!;
    private AlertmanagerClient _client = null!;
    private PolicyAlerts _alerts = null!;

    public async ValueTask InitializeAsync()
    {
        _pair = await AlertmanagerPair.Start(_folder, new Uri("http://127.0.0.1:9/"));
        _ledger = ActionLedger.Open(_folder, new LedgerOptions(), TimeProvider.System);
        Begin();
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _ledger.Dispose();
        await _pair.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task It_is_up_with_its_labels_until_what_set_it_off_is_over()
    {
        StepFinished done = await RaiseAsync();
        Assert.True(done.Outcome == StepOutcome.Done, done.Why);
        for (int replica = 0; replica < 2; replica++)
        {
            JsonElement alert = Assert.Single(await _pair.Firing("QueueBacklog", replica));
            Assert.Equal(
                "alertname=QueueBacklog,group=orders,identity=t-1,instance=web-1:9464,policy=backlog,process_arsenal=raised,severity=critical,team=shop,unit=orders.service",
                string.Join(',', alert.GetProperty("labels").EnumerateObject().OrderBy(static label => label.Name, StringComparer.Ordinal).Select(static label => $"{label.Name}={label.Value}")));
            JsonElement texts = alert.GetProperty("annotations");
            Assert.Equal(("Orders queue up", "memory > 1MiB", "backlog-1"), (texts.GetProperty("summary").GetString(), texts.GetProperty("reason").GetString(), texts.GetProperty("run").GetString()));
        }
        ActionRecord entry = Assert.Single(_ledger.Reader.List(null, 10).Actions);
        Assert.Equal(("alert", OutcomeKind.Succeeded, "backlog"), (entry.Intent.Action, entry.Outcome!.Kind, entry.Intent.Policy));
        Assert.Contains("took it; ", entry.Outcome.Reason, StringComparison.Ordinal);

        // The run has ended, and the condition still holds; later it does not.
        await _alerts.EndedAsync(new RunEnded("backlog", Run(), RunResult.Unverified, "all steps were carried out"));
        Assert.Empty(_alerts.Over([Book(holds: true)]));
        Assert.Empty(_alerts.Over([Book(holds: false)])); // Conditions that look back have seen too little as yet.
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Empty(_alerts.Over([Book(holds: true)]));
        (string key, KeptAlert alert2, string why) = Assert.Single(_alerts.Over([Book(holds: false)]));
        Assert.Equal("what set it off is over", why);
        await _alerts.ResolveAsync(key, alert2, why);
        await Eventually.True("it is over", async () => (await _pair.Firing("QueueBacklog")).Length == 0 && (await _pair.Firing("QueueBacklog", 1)).Length == 0, _pair.Log);
        Assert.Equal((0, "alert_end", OutcomeKind.Succeeded), (_alerts.Count, Assert.Single(_notes).Intent.Action, _notes[0].Outcome!.Kind));
        Assert.Empty(_ledger.States(KeptAlert.Prefix));
    }

    [Fact]
    public async Task An_end_of_ours_in_between_changes_nothing_and_a_step_is_not_done_twice()
    {
        await RaiseAsync();
        string began = Assert.Single(await _pair.Firing("QueueBacklog")).GetProperty("startsAt").GetString()!;
        await _client.DisposeAsync();
        Begin();
        await _alerts.TakeUpAsync(_ledger);
        Assert.Equal((1, 1), (_alerts.Count, _client.Open));
        Assert.Equal("it was carried out before", (await RaiseAsync()).Why);
        Assert.Equal(began, Assert.Single(await _pair.Firing("QueueBacklog")).GetProperty("startsAt").GetString());
        await _alerts.EndedAsync(new RunEnded("backlog", Run(), RunResult.Cured, "it was verified"));
        await Eventually.True("it is over", async () => (await _pair.Firing("QueueBacklog")).Length == 0, _pair.Log);
    }

    [Fact]
    public async Task What_a_policy_has_ended_is_told_until_its_time_is_over()
    {
        await RaiseAsync();
        await _alerts.EndedAsync(new RunEnded("backlog", Run() with { Harms = 1, Actions = 2 }, RunResult.Unverified, "all steps were carried out"));
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.Empty(_alerts.Over([Book(holds: false)]));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("its time is over", Assert.Single(_alerts.Over([Book(holds: false)])).Why);
    }

    [Fact]
    public async Task One_of_a_policy_that_is_off_or_of_an_alert_that_is_resolved_is_over()
    {
        await RaiseAsync("incident");
        PolicyBook book = Book(holds: true);
        book.Incidents["incident"] = new Incident("incident", "", _time.GetUtcNow());
        Assert.Empty(_alerts.Over([book]));
        book.Incidents.Clear();
        Assert.Equal("the alert is resolved", Assert.Single(_alerts.Over([book])).Why);
        Assert.Equal("its policy is off", Assert.Single(_alerts.Over([])).Why);
    }

    [Fact]
    public async Task Without_an_Alertmanager_it_is_said_what_to_write()
    {
        await using var nobody = new AlertmanagerClient(() => [], () => new Dictionary<string, string>(), TimeProvider.System);
        var alerts = new PolicyAlerts(nobody, () => _ledger, _ => Task.CompletedTask, _ => { }, _time);
        Assert.Contains("alertmanager: {urls:", alerts.Ask(Step), StringComparison.Ordinal);
        StepFinished done = await RaiseAsync(alerts: alerts);
        Assert.Equal((StepOutcome.Failed, "it is not raised: No Alertmanager is known (alertmanager.urls)."), (done.Outcome, done.Why));
        Assert.Equal(OutcomeKind.Failed, Assert.Single(_ledger.Reader.List(null, 10).Actions).Outcome!.Kind);
    }

    [Fact]
    public async Task What_has_given_up_has_an_alert_for_as_long_as_that_is_so()
    {
        StandingAlert latched = StandingAlert.Of(OwnAlerts.PolicyLatched, "policy", "leak", _time.GetUtcNow() - TimeSpan.FromMinutes(3), "only observes", "in vain", "process-arsenal policies leak --mode enforce");
        IReadOnlyList<StandingAlert> wanted = [latched];
        await using (var before = new StandingAlerts(_client, () => wanted, TimeProvider.System)) await before.LookOnceAsync();
        JsonElement up = Assert.Single(await _pair.Firing(OwnAlerts.PolicyLatched));
        Assert.Equal("process-arsenal policies leak --mode enforce", up.GetProperty("annotations").GetProperty("when_that_is_made_right").GetString());

        // The next run of ours says the same, and it is the same.
        await _client.DisposeAsync();
        Begin();
        await using var alerts = new StandingAlerts(_client, () => wanted, TimeProvider.System);
        await alerts.LookOnceAsync();
        Assert.Equal(up.GetProperty("startsAt").GetString(), Assert.Single(await _pair.Firing(OwnAlerts.PolicyLatched)).GetProperty("startsAt").GetString());
        wanted = [];
        await alerts.LookOnceAsync();
        await Eventually.True("it is over", async () => (await _pair.Firing(OwnAlerts.PolicyLatched)).Length == 0, _pair.Log);
    }

    private void Begin()
    {
        _client = new AlertmanagerClient(() => _pair.Urls, () => new Dictionary<string, string> { ["instance"] = "web-1:9464" }, TimeProvider.System);
        _alerts = new PolicyAlerts(_client, () => _ledger, entry =>
        {
            _notes.Add(entry);
            return Task.CompletedTask;
        }, why => Assert.Fail(why), _time);
    }

    private static PolicyRun Run(string? incident = null) => new("backlog-1", "", "unit/orders.service", "t-1", incident, new string('a', 32), TimeProvider.System.GetUtcNow());

    private static PolicyBook Book(bool holds) => new(Backlog) { Looks = new Dictionary<string, TargetLook> { ["unit/orders.service"] = Look(holds) } };

    private static TargetLook Look(bool holds) => new("unit/orders.service", ["t-1"], "orders") { Unit = "orders.service", Holds = holds };

    private Task<StepFinished> RaiseAsync(string? incident = null, PolicyAlerts? alerts = null)
    {
        DateTimeOffset now = _time.GetUtcNow();
        var intent = new Intent("alert", "t-1", "policy", now, now) { Policy = "backlog", Caller = "policy:backlog" };
        return (alerts ?? _alerts).RaiseAsync(new BeginStep("backlog", Run(incident), Step, false), Backlog, Look(true), new IdempotencyKey("policy:backlog", "backlog-1/step 1", "backlog-1/step 1"), intent);
    }
}
