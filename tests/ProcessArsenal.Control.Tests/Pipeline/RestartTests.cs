using System.Diagnostics;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Control.Tests.Restarting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Tests.Pipeline;

/// <summary>Restarts by the pipeline: real processes in real control groups, and a program that stands in for systemctl.</summary>
[Collection("Control")]
public sealed class RestartTests : IDisposable
{
    private readonly ControlPlace _place = new();
    private readonly TestCgroup _cgroup = TestCgroup.Create("/system.slice/*.service");
    private readonly FakeSystemctl _systemctl;
    private readonly ProcessIdentity _main;
    private readonly ProcessIdentity[] _workers;

    public RestartTests()
    {
        _systemctl = new FakeSystemctl(_cgroup);
        Process process = _cgroup.Start("sleep 1000 & sleep 1000 & echo begun; wait");
        Assert.Equal("begun", process.StandardOutput.ReadLine());
        _systemctl.Runs(process.Id);
        _main = TestCgroup.IdentityOf(process.Id);
        _workers = [.. _cgroup.Pids().Where(pid => pid != process.Id).Select(TestCgroup.IdentityOf)];
        Assert.Equal(2, _workers.Length);
    }

    public void Dispose()
    {
        _cgroup.Dispose();
        _systemctl.Dispose();
        _place.Dispose();
    }

    private RestartAction Restart => new(_systemctl.Options);

    private int Restarts => _systemctl.Calls.Count(static call => call.Contains(" restart ", StringComparison.Ordinal));

    private Task<ControlResult> Ask(TargetSelection selection, Func<ControlRequest, ControlRequest>? with = null)
    {
        ControlRequest request = ControlPlace.Ask(Restart, selection);
        return _place.Run(with?.Invoke(request) ?? request);
    }

    private async Task<TargetResult> AskOf(ProcessIdentity process) => Assert.Single((await Ask(TargetSelection.Of(process))).Targets);

    [Fact]
    public async Task The_old_and_the_new_process_are_told_and_recorded_and_it_is_done_once()
    {
        ControlRequest Keyed(ControlRequest request) => request with { Key = new IdempotencyKey("tester", "a", "restart") };
        TargetResult result = Assert.Single((await Ask(TargetSelection.Of(_main), Keyed)).Targets);
        Assert.Equal((OutcomeKind.Succeeded, $"systemd unit {_systemctl.Unit}", _main), (result.Outcome, result.Owner, result.Old));
        Assert.Equal(TestCgroup.IdentityOf(Assert.Single(_cgroup.Pids())), result.New);
        ControlResult again = await Ask(TargetSelection.Of(_main), Keyed);
        Assert.Equal((true, result.New, result.Owner), (again.IsRepeated, again.Targets[0].New, again.Targets[0].Owner));
        Assert.Equal(1, Restarts);
    }

    [Fact]
    public async Task An_owner_of_several_is_restarted_once()
    {
        ControlResult result = await Ask(TargetSelection.Of(_workers[0], _workers[1], _main));
        Assert.Equal([OutcomeKind.Succeeded, OutcomeKind.NotDone, OutcomeKind.NotDone], result.Targets.Select(static one => one.Outcome!.Value));
        Assert.Contains($"by way of pid {_workers[0].Pid}", result.Targets[1].Reason, StringComparison.Ordinal);
        Assert.All(result.Targets, one => Assert.NotNull(_place.Ledger!.Reader.Find(one.Action!.Value)!.Outcome));
        Assert.Equal((1, _main), (Restarts, result.Targets[0].Old));
    }

    [Fact]
    public async Task Who_belongs_to_nobody_is_let_be()
    {
        Victim victim = _place.Start();
        TargetResult result = await AskOf(victim.Identity);
        Assert.Equal((OutcomeKind.Refused, RestartAction.NoOwner), (result.Outcome, result.Guard));
        Assert.StartsWith("nobody would start it again", result.Reason, StringComparison.Ordinal);
        Assert.True(victim.IsAlive);
        Assert.Equal(OutcomeKind.Refused, _place.Ledger!.Reader.Find(result.Action!.Value)!.Outcome!.Kind);
    }

    [Fact]
    public async Task Who_must_not_be_touched_is_said_so_whoever_owns_it()
    {
        TargetResult ourselves = await AskOf(TestCgroup.IdentityOf(Environment.ProcessId)), first = await AskOf(TestCgroup.IdentityOf(1));
        Assert.Equal(("untouchable", "untouchable"), (ourselves.Guard, first.Guard));
    }

    [Fact]
    public async Task What_an_owner_has_given_up_on_is_doomed()
    {
        _systemctl.Show = "ACTIVE=failed RESULT=start-limit-hit properties";
        TargetResult result = await AskOf(_main);
        Assert.Equal((OutcomeKind.Refused, RestartAction.Doomed), (result.Outcome, result.Guard));
        Assert.Equal(0, Restarts);
    }

    [Fact]
    public async Task Guards_are_asked_of_each_that_would_end_with_it()
    {
        _place.Options = _place.Options with { Protected = [ControlPlace.Parse($"pid = {_workers[1].Pid}")] };
        _place.Sample();
        TargetResult result = await AskOf(_workers[0]);
        Assert.Equal((OutcomeKind.Refused, "protected"), (result.Outcome, result.Guard));
        Assert.Contains($"pid {_workers[1].Pid}", result.Reason, StringComparison.Ordinal);
        Assert.Equal((0, 3), (Restarts, _cgroup.Pids().Length));
    }

    [Fact]
    public async Task Two_requests_for_one_owner_do_not_meet()
    {
        var amid = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        _place.Pipeline.BeforeHarm = async _ =>
        {
            amid.TrySetResult();
            await release.Task;
        };
        Task<TargetResult> first = AskOf(_workers[0]);
        await amid.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        TargetResult second = await AskOf(_workers[1]);
        Assert.Equal((OutcomeKind.Refused, "concurrency"), (second.Outcome, second.Guard));
        release.SetResult();
        Assert.Equal(OutcomeKind.Succeeded, (await first).Outcome);
        Assert.Equal(1, Restarts);
    }

    [Fact]
    public async Task Who_changes_owner_before_the_harm_is_let_be()
    {
        using TestCgroup other = _cgroup.Another(_cgroup.Path.Replace(".service", "-b.service", StringComparison.Ordinal));
        _place.Pipeline.BeforeHarm = async _ => await File.WriteAllTextAsync(other.Directory + "/cgroup.procs", $"{_main.Pid}\n");
        TargetResult result = await AskOf(_main);
        Assert.Equal(OutcomeKind.Refused, result.Outcome);
        Assert.Equal(0, Restarts);
        Assert.Equal(_main.Pid, Assert.Single(other.Pids()));
    }

    [Fact]
    public async Task A_preview_says_who_would_be_restarted_and_does_nothing()
    {
        ControlResult result = await Ask(TargetSelection.Of(_main), static request => request with { IsPreview = true });
        Assert.Equal((OutcomeKind.NotDone, $"it would be done: systemd unit {_systemctl.Unit}, with 2 other processes"), (result.Targets[0].Outcome, result.Targets[0].Reason));
        Assert.Equal((0, 3), (Restarts, _cgroup.Pids().Length));
    }
}
