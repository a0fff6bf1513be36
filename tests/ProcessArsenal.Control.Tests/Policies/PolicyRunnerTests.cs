using System.Collections.Concurrent;
using ProcessArsenal.Control.Alerting;
using ProcessArsenal.Control.Alerting.Raising;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Control.Policies.Machine;
using ProcessArsenal.Control.Policies.Running;
using ProcessArsenal.Control.Restarting;
using ProcessArsenal.Control.Tests.Pipeline;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Policies;

/// <summary>The loop, with processes of this host, a ledger, and the pipeline of all actions.</summary>
public sealed class PolicyRunnerTests : IAsyncDisposable
{
    private readonly ControlPlace _place = new();
    private readonly ConcurrentQueue<long> _handled = new();
    private readonly ConcurrentQueue<string> _trouble = new();

    private readonly AlertmanagerClient _alertmanager = new(static () => [], static () => new Dictionary<string, string>(), TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await _alertmanager.DisposeAsync();
        _place.Dispose();
    }

    [Fact]
    public async Task An_alert_is_handled_once_what_follows_is_kept_and_what_was_handled_is_not_handled_again()
    {
        string program = _place.Program("acked");
        Victim named = _place.Start(program), other = _place.Start(program);
        _place.Sample();
        await using (PolicyRunner runner = Start(program))
        {
            Offer(runner, 7, AlertEventKind.Firing, named);
            await Eventually.True("it is killed and known to be", () => !named.IsAlive && _handled.Contains(7));
            Assert.Equal("7", _place.Ledger!.State(PolicyMemory.AlertsKey)?.Value);
            Offer(runner, 8, AlertEventKind.Resolved, named);
            await Eventually.True("its end is known", () => _handled.Contains(8) && _place.Ledger!.States(PolicyMemory.Prefix).All(static state => !state.Key.Contains("/incident/", StringComparison.Ordinal)));
        }
        // Killed before it was noted that they were taken: they come again.
        _place.Restart();
        await using (PolicyRunner runner = Start(program))
        {
            Offer(runner, 7, AlertEventKind.Firing, named);
            Offer(runner, 8, AlertEventKind.Resolved, named);
            await Eventually.True("they are told to be handled", () => _handled.Count == 4);
            Assert.Equal(0, Assert.Single(runner.Statuses).Alerts);
            Offer(runner, 9, AlertEventKind.Firing, other);
            await Eventually.True("the next is", () => !other.IsAlive && _handled.Contains(9));
        }
        Assert.Empty(_trouble);
    }

    [Fact]
    public async Task What_was_not_looked_at_before_the_end_is_not_said_to_be_handled()
    {
        string program = _place.Program("unhandled");
        Victim named = _place.Start(program);
        _place.Sample();
        PolicyRunner runner = Start(program);
        await runner.DisposeAsync();
        Offer(runner, 1, AlertEventKind.Firing, named);
        Assert.Empty(_handled);
        Assert.False(!named.IsAlive);
    }

    [Fact]
    public async Task A_policy_that_is_set_off_at_run_time_is_about_no_alert_and_one_that_is_set_on_is()
    {
        var labels = new Dictionary<string, string> { ["alertname"] = "A" };
        await using PolicyRunner runner = Start("/bin/none");
        Assert.Equal(["p"], runner.Match(labels));
        Assert.Null(await runner.SetModeAsync("p", PolicyMode.Off, "tester"));
        Assert.Empty(runner.Match(labels));
        Assert.Null(await runner.SetModeAsync("p", PolicyMode.Observe, "tester"));
        Assert.Equal(["p"], runner.Match(labels));
    }

    /// <summary>Without policies it sleeps through samples.</summary>
    [Fact]
    public async Task A_policy_that_comes_later_sees_the_samples_from_then_on()
    {
        string program = _place.Program("later");
        Victim victim = _place.Start(program);
        _place.Sample();
        await using PolicyRunner runner = Start(new PolicySet([]));
        _place.Sample();
        Assert.Empty(runner.Statuses);
        await runner.ConfigureAsync(new PolicySet([new Policy("p") { Mode = PolicyMode.Enforce, When = ControlPlace.Parse($"exe = \"{program}\""), Target = ControlPlace.Parse($"exe = \"{program}\""), Steps = [new KillStep()], Limits = new PolicyLimits { Cooldown = TimeSpan.Zero } }]));
        await Eventually.True("it is killed", () =>
        {
            _place.Sample();
            return !victim.IsAlive;
        });
        Assert.Empty(_trouble);
    }

    private PolicyRunner Start(string program)
    {
        var policy = new Policy("p")
        {
            Mode = PolicyMode.Enforce,
            Alert = new AlertMatch(new Dictionary<string, IReadOnlyList<string>> { ["alertname"] = ["A"] }),
            Target = ControlPlace.Parse($"exe = \"{program}\""),
            Steps = [new KillStep()],
            Limits = new PolicyLimits { Cooldown = TimeSpan.Zero },
        };
        return Start(new PolicySet([policy]));
    }

    private PolicyRunner Start(PolicySet policies)
    {
        var tools = new PolicyTools(_place.Store, () => _place.Ledger, () => _place.Pipeline, null!, new RestartOptions(), static _ => null, static _ => null, TimeProvider.System) { Alertmanager = _alertmanager, Dumps = null! };
        var runner = new PolicyRunner(tools, policies) { Trouble = _trouble.Enqueue };
        runner.Start();
        return runner;
    }

    private void Offer(PolicyRunner runner, long number, AlertEventKind kind, Victim victim)
    {
        var labels = new Dictionary<string, string> { ["alertname"] = "A", ["identity"] = victim.Identity.ToString() };
        string incident = $"incident-{victim.Identity}";
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Assert.True(runner.Inbox.Offer(new AlertEvent(kind, incident, incident, labels, labels, now, now, $"{number}", 1) { Number = number }, () => _handled.Enqueue(number)));
    }
}
