using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Alerting.Raising;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Control.Policies.Machine;
using ProcessArsenal.Control.Policies.Running;
using ProcessArsenal.Control.Restarting;
using ProcessArsenal.Control.Tests.Evidence;
using ProcessArsenal.Control.Tests.Pipeline;
using ProcessArsenal.Control.Tracing;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Policies;

/// <summary>What policies keep before they act.</summary>
[Collection("Control")]
public sealed class PolicyEvidenceTests : IAsyncDisposable
{
    private static readonly Policy Policy = new("leak");
    private static readonly SignalStep Signal = new(SignalNames.Parse("WINCH")!.Value);

    private readonly EvidenceBench _bench = new();
    private readonly TraceSessions _traces;
    private readonly AlertmanagerClient _alertmanager = new(static () => [], static () => new Dictionary<string, string>(), TimeProvider.System);
    private readonly PolicyHands _hands;
    private int _step;

    public PolicyEvidenceTests()
    {
        _traces = new TraceSessions(_bench.Store, _bench.Place.Proc, TimeProvider.System);
        var tools = new PolicyTools(_bench.Place.Store, () => _bench.Place.Ledger, () => _bench.Place.Pipeline, _traces, new RestartOptions(), static _ => null, static _ => null, TimeProvider.System) { Evidence = _bench.Taker, Alertmanager = _alertmanager, Dumps = null! };
        _hands = new PolicyHands(tools, new PolicyAlerts(_alertmanager, tools.Ledger, static _ => Task.CompletedTask, static _ => { }, TimeProvider.System));
    }

    public async ValueTask DisposeAsync()
    {
        await _traces.DisposeAsync();
        await _alertmanager.DisposeAsync();
        _bench.Dispose();
    }

    [Fact]
    public async Task It_is_taken_once_for_a_run_and_a_process_and_not_for_what_only_looks()
    {
        Victim one = _bench.Start(), two = _bench.Start();
        StepFinished first = await Do("leak-1", Signal, one);
        Assert.Equal(StepOutcome.Done, first.Outcome);
        Assert.Contains("; evidence: kept (", first.Why, StringComparison.Ordinal);
        Assert.DoesNotContain("evidence", (await Do("leak-1", Signal, one)).Why, StringComparison.Ordinal); // A moment later.
        Assert.Contains("; evidence: kept (", (await Do("leak-1", Signal, two)).Why, StringComparison.Ordinal);
        Assert.Contains("; evidence: kept (", (await Do("leak-2", Signal, two)).Why, StringComparison.Ordinal);
        Assert.Contains("; evidence: kept (", (await Do("leak-3", new KillStep(), two)).Why, StringComparison.Ordinal);
        Assert.False(two.IsAlive);
        Assert.Equal(["signal", "signal", "signal", "kill"], _bench.Store.List().Select(static record => Assert.IsType<ProcessArsenal.Control.Evidence.EvidenceRecord>(record).Before));
    }

    [Fact]
    public async Task A_snapshot_is_evidence_too()
    {
        Victim victim = _bench.Start();
        StepFinished snapshot = await Do("leak-1", new SnapshotStep(), victim);
        Assert.Equal(StepOutcome.Done, snapshot.Outcome);
        Assert.Contains("snapshot get ", snapshot.Why, StringComparison.Ordinal);
        Assert.DoesNotContain("evidence", (await Do("leak-1", new KillStep(), victim)).Why, StringComparison.Ordinal);
        Assert.False(victim.IsAlive);
    }

    [Fact]
    public async Task It_is_left_out_where_that_is_configured()
    {
        _bench.Options = _bench.Options with { BeforePolicies = false };
        Victim victim = _bench.Start();
        Assert.DoesNotContain("evidence", (await Do("leak-1", new KillStep(), victim)).Why, StringComparison.Ordinal);
        Assert.Empty(_bench.Folders());
    }

    [Fact]
    public async Task Where_an_owner_is_acted_upon_it_is_of_the_process_that_has_ended()
    {
        Victim dead = _bench.Start(), living = _bench.Start();
        dead.End();
        await Eventually.True("its end is known", () =>
        {
            _bench.Place.Sample();
            return _bench.Place.Sampler.History.EndOf(dead.Identity) is not null;
        });
        StepFinished finished = await Do("dead-1", Signal, living, about: dead);
        Assert.Equal(StepOutcome.Done, finished.Outcome);
        Assert.Equal(dead.Identity.ToString(), Assert.Single(_bench.Store.List()).Identity);
        Assert.Equal(living.Identity.ToString(), _bench.Place.Ledger!.Reader.Find(_bench.Store.List()[0].Action)!.Intent.Target);
    }

    private Task<StepFinished> Do(string run, PolicyStep step, Victim victim, Victim? about = null)
    {
        var begun = new PolicyRun(run, "", $"process/{victim.Identity}", victim.Identity.ToString(), null, "", default) { Step = ++_step };
        return _hands.RunAsync(new BeginStep(Policy.Name, begun, step, false), Policy, victim.Identity.ToString(), null, (about ?? victim).Identity.ToString(), TestContext.Current.CancellationToken);
    }
}
