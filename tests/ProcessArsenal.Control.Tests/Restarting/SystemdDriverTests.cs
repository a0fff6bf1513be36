using System.Diagnostics;
using System.Globalization;
using ProcessArsenal.Control.Restarting;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Restarting;

/// <summary>With real processes in real control groups, and a program that stands in for systemctl.</summary>
public sealed class SystemdDriverTests : IDisposable
{
    private readonly TestCgroup _cgroup;
    private readonly FakeSystemctl _systemctl;
    private readonly Process _process;
    private readonly HeldProcess _held;

    public SystemdDriverTests()
    {
        _cgroup = TestCgroup.Create("/system.slice/*.service");
        _systemctl = new FakeSystemctl(_cgroup);
        _process = _cgroup.Start("sleep 1000 & wait");
        _systemctl.Runs(_process.Id);
        _held = TestCgroup.Hold(_process.Id);
    }

    public void Dispose()
    {
        _held.Dispose();
        _cgroup.Dispose();
        _systemctl.Dispose();
    }

    private Task<RestartResult> RestartAsync(RestartOptions? options = null) => new Restarter(options ?? _systemctl.Options, TimeProvider.System).RestartAsync(_held, TestContext.Current.CancellationToken);

    [Fact]
    public async Task A_unit_is_restarted_and_the_new_process_is_told()
    {
        RestartResult result = await RestartAsync();
        Assert.Null(result.Reason);
        Assert.True(result.Succeeded);
        Assert.Equal(_held.Identity, result.Old);
        Assert.NotEqual(result.Old, result.New);
        Assert.Equal([result.New!.Value.Pid], _cgroup.Pids());
        Assert.Equal(TestCgroup.IdentityOf(result.New.Value.Pid), result.New);
        Assert.Empty(result.LeftBehind);
        Assert.Equal($"systemd unit {_systemctl.Unit}", result.Owner.ToString());
        Assert.Single(_systemctl.Calls, $"--system --no-ask-password --no-pager restart -- {_systemctl.Unit}");
    }

    [Fact]
    public async Task A_worker_of_the_unit_stands_for_the_unit()
    {
        await Eventually.True("it has a child", () => _cgroup.Pids().Length == 2);
        using HeldProcess worker = TestCgroup.Hold(_cgroup.Pids().Single(pid => pid != _process.Id));
        RestartResult result = await new Restarter(_systemctl.Options, TimeProvider.System).RestartAsync(worker, TestContext.Current.CancellationToken);
        Assert.True(result.Succeeded, result.Reason);
        Assert.Equal(_held.Identity, result.Old);
    }

    [Fact]
    public async Task Nothing_of_our_own_environment_reaches_it()
    {
        await RestartAsync();
        string[] names = [.. _systemctl.Environment.Select(static line => line.Split('=')[0]).Except(["_", "PWD", "SHLVL", "OLDPWD"])];
        Assert.Equal(["LC_ALL", "PATH", "SYSTEMD_COLORS", "SYSTEMD_PAGER"], names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Children_that_outlive_the_stop_are_told()
    {
        await Eventually.True("it has a child", () => _cgroup.Pids().Length == 2);
        ProcessIdentity child = TestCgroup.IdentityOf(_cgroup.Pids().Single(pid => pid != _process.Id));
        _systemctl.Restart = "kill -KILL $(cat $DIR/pid); start sleep 1000"; // KillMode=process
        RestartResult result = await RestartAsync();
        Assert.True(result.Succeeded, result.Reason);
        Assert.Equal([child], result.LeftBehind);
    }

    [Fact]
    public async Task One_that_dies_within_the_grace_period_has_failed()
    {
        _systemctl.Restart = "stop; start sleep 0.15";
        RestartResult result = await RestartAsync(_systemctl.Options with { GracePeriod = TimeSpan.FromSeconds(10) });
        Assert.Equal(RestartVerdict.Failed, result.Verdict);
        Assert.Contains("ended within the grace period", result.Reason, StringComparison.Ordinal);
        Assert.NotNull(result.New);
        Assert.NotEqual(result.Old, result.New);
    }

    [Fact]
    public async Task One_that_is_replaced_within_the_grace_period_has_failed()
    {
        // The second main process appears beside the first, which still lives.
        _systemctl.Restart = "stop; start sleep 1000; (sleep 0.3; start sleep 1000) > /dev/null 2>&1 &";
        RestartResult result = await RestartAsync(_systemctl.Options with { GracePeriod = TimeSpan.FromSeconds(2) });
        Assert.Equal(RestartVerdict.Failed, result.Verdict);
        Assert.Contains("no longer the main one", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_process_of_before_is_no_success()
    {
        _systemctl.Restart = ":";
        RestartResult result = await RestartAsync(_systemctl.Options with { Timeout = TimeSpan.FromSeconds(1) });
        Assert.Equal((RestartVerdict.Failed, null), (result.Verdict, result.New));
        Assert.Contains("no new process after 1 s: its main process is still one of before", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_of_before_that_becomes_the_main_process_is_no_success()
    {
        await Eventually.True("it has a child", () => _cgroup.Pids().Length == 2);
        int child = _cgroup.Pids().Single(pid => pid != _process.Id);
        _systemctl.Restart = string.Create(CultureInfo.InvariantCulture, $"kill -KILL $(cat $DIR/pid); echo {child} > $DIR/pid");
        RestartResult result = await RestartAsync(_systemctl.Options with { Timeout = TimeSpan.FromSeconds(2) });
        Assert.Equal((RestartVerdict.Failed, null), (result.Verdict, result.New));
    }

    [Fact]
    public async Task What_systemctl_complains_of_is_the_reason()
    {
        _systemctl.Restart = "printf 'Failed to restart x:\\n Access denied\\033[31m\\n' >&2; exit 4";
        RestartResult result = await RestartAsync();
        Assert.Equal((RestartVerdict.Failed, "systemctl restart failed with exit code 4: Failed to restart x:  Access denied\uFFFD[31m"), (result.Verdict, result.Reason));
        Assert.False(_held.HasEnded());
    }

    [Fact]
    public async Task A_systemctl_that_hangs_is_ended_at_the_deadline()
    {
        _systemctl.Restart = "echo $$ > $DIR/hangs; trap '' TERM INT HUP; while true; do read -t 1 <> <(:); done";
        RestartResult result = await RestartAsync(_systemctl.Options with { Timeout = TimeSpan.FromSeconds(2) });
        Assert.Equal((RestartVerdict.Failed, $"systemd unit {_systemctl.Unit} has no new process after 2 s: it is still being restarted"), (result.Verdict, result.Reason));
        int pid = int.Parse(await File.ReadAllTextAsync(Path.GetDirectoryName(_systemctl.Program) + "/hangs", TestContext.Current.CancellationToken), CultureInfo.InvariantCulture);
        await Eventually.True("it is gone", () => !Directory.Exists($"/proc/{pid}"));
    }

    [Fact]
    public async Task The_one_who_asks_can_break_it_off()
    {
        _systemctl.Restart = "while true; do read -t 1 <> <(:); done";
        using var source = new CancellationTokenSource();
        Task<RestartResult> restart = new Restarter(_systemctl.Options, TimeProvider.System).RestartAsync(_held, source.Token);
        await Eventually.True("it restarts", () => File.Exists(Path.GetDirectoryName(_systemctl.Program) + "/calls") && _systemctl.Calls.Any(static call => call.Contains("restart", StringComparison.Ordinal)));
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => restart);
    }

    [Theory]
    [InlineData("RESULT=start-limit-hit ACTIVE=failed SUB=failed", true, "has hit its start limit")]
    [InlineData("RESULT=exit-code ACTIVE=activating SUB=auto-restart RESTARTS=7", true, "start it again by itself, for the 8. time")]
    [InlineData("RESULT=exit-code ACTIVE=failed SUB=failed RESTARTS=5 BURST=5", true, "has failed (exit-code) after 5 starts by systemd itself")]
    [InlineData("LOAD=not-found", false, "no unit file")]
    [InlineData("LOAD=masked", false, "masked")]
    [InlineData("GROUP=/system.slice/other.service", false, "and /system.slice/")]
    [InlineData("GROUP=", false, "is none to the systemd that was asked")]
    [InlineData("ID=other.service", false, "as other.service")]
    [InlineData("TYPE=oneshot", false, "oneshot")]
    [InlineData("JOB=4711", false, "has a job")]
    [InlineData("NOSTART=yes", false, "may not be started by hand")]
    [InlineData("NOSTOP=yes", false, "may not be stopped by hand")]
    [InlineData("CAN=no", false, "may not be started by hand")]
    [InlineData("PID=1", false, "is the main process of")]
    public async Task What_can_not_help_or_must_not_be_is_not_tried(string state, bool isDoomed, string reason)
    {
        _systemctl.Show = state + " properties";
        RestartResult result = await RestartAsync();
        Assert.Equal(isDoomed ? RestartVerdict.Doomed : RestartVerdict.Refused, result.Verdict);
        Assert.Contains(reason, result.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(_systemctl.Calls, static call => call.Contains(" restart ", StringComparison.Ordinal));
        Assert.False(_held.HasEnded());
        RestartCheck check = await new Restarter(_systemctl.Options, TimeProvider.System).CheckAsync(_held, TestContext.Current.CancellationToken);
        Assert.Equal((result.Reason, isDoomed), (check.Refusal, check.IsDoomed));
    }

    [Fact]
    public async Task A_check_of_what_may_be_restarted_changes_nothing()
    {
        RestartCheck check = await new Restarter(_systemctl.Options, TimeProvider.System).CheckAsync(_held, TestContext.Current.CancellationToken);
        Assert.Equal((null, false, _held.Identity), (check.Refusal, check.IsDoomed, check.Main!.Value));
        Assert.True(check.Members.Contains(_held.Identity));
        Assert.False(_held.HasEnded());
    }

    [Theory]
    [InlineData("properties; echo MainPID=1", "something else than the properties")]
    [InlineData("properties; echo Evil=1", "something else than the properties")]
    [InlineData("properties | head -3", "something else than the properties")]
    [InlineData("properties; head -c 3000000 /dev/zero | tr '\\0' x", "something else than the properties")]
    [InlineData("head -c 100000 /dev/urandom", "something else than the properties")]
    [InlineData("exit 0", "something else than the properties")]
    [InlineData("echo 'Failed to connect to bus' >&2; exit 1", "systemctl show failed with exit code 1: Failed to connect to bus")]
    [InlineData("kill -9 $$", "systemctl show failed with exit code 137")]
    public async Task What_is_not_understood_is_no_answer(string show, string reason)
    {
        _systemctl.Show = show;
        RestartResult result = await RestartAsync();
        Assert.Equal(RestartVerdict.Refused, result.Verdict);
        Assert.Contains(reason, result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_says_nothing_is_not_waited_for()
    {
        _systemctl.Show = "while true; do read -t 1 <> <(:); done";
        RestartResult result = await RestartAsync(_systemctl.Options with { LookTimeout = TimeSpan.FromSeconds(1) });
        Assert.Equal((RestartVerdict.Refused, $"systemd unit {_systemctl.Unit} did not tell about itself within 1 s"), (result.Verdict, result.Reason));
    }

    [Fact]
    public async Task Without_systemctl_the_reason_is_that()
    {
        RestartResult result = await RestartAsync(new RestartOptions { Systemctl = ["/nowhere/systemctl", "systemctl"] });
        Assert.Equal((RestartVerdict.Refused, "there is no /nowhere/systemctl or systemctl"), (result.Verdict, result.Reason));
    }

    [Fact]
    public async Task A_unit_whose_process_has_ended_is_started()
    {
        using ProcFs proc = ProcFs.Open();
        Owner owner = OwnerFinder.Find(proc, _held, inPod: false);
        foreach (int pid in _cgroup.Pids()) TestCgroup.End(TestCgroup.IdentityOf(pid));
        await Eventually.True("all are gone", () => _held.HasEnded() && _cgroup.Pids().Length == 0);
        _systemctl.Show = "if grep -q restart $DIR/calls; then properties; else PID=0 ACTIVE=failed SUB=failed RESULT=signal GROUP= properties; fi";
        RestartResult result = await new Restarter(_systemctl.Options, TimeProvider.System).RestartAsync(owner, _held.Identity, TestContext.Current.CancellationToken);
        Assert.True(result.Succeeded, result.Reason);
        Assert.Equal(_held.Identity, result.Old);
        Assert.Equal([result.New!.Value.Pid], _cgroup.Pids());
    }

    [Theory]
    [InlineData("PID=1", "is the main process of")]
    [InlineData("GROUP=/system.slice/other.service", "and /system.slice/")]
    public async Task A_unit_that_lives_elsewhere_is_not_restarted_for_one_that_has_ended(string state, string reason)
    {
        using ProcFs proc = ProcFs.Open();
        Owner owner = OwnerFinder.Find(proc, _held, inPod: false);
        _systemctl.Show = state + " properties";
        RestartResult result = await new Restarter(_systemctl.Options, TimeProvider.System).RestartAsync(owner, _held.Identity, TestContext.Current.CancellationToken);
        Assert.Equal(RestartVerdict.Refused, result.Verdict);
        Assert.Contains(reason, result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_unit_that_fails_to_start_is_not_waited_for()
    {
        _systemctl.Restart = "stop";
        _systemctl.Show = "if grep -q restart $DIR/calls; then PID=0 ACTIVE=failed SUB=failed RESULT=exit-code properties; else properties; fi";
        RestartResult result = await RestartAsync();
        Assert.Equal((RestartVerdict.Failed, $"{_systemctl.Unit} is failed (failed, exit-code)"), (result.Verdict, result.Reason));
    }

    [Fact]
    public async Task The_service_manager_of_another_user_is_not_asked()
    {
        var owner = new Owner(OwnerKind.SystemdUnit, _systemctl.Unit, _cgroup.Path, _cgroup.Hierarchy) { User = 54321 };
        RestartResult result = await new Restarter(_systemctl.Options, TimeProvider.System).RestartAsync(owner, null, TestContext.Current.CancellationToken);
        Assert.Equal(RestartVerdict.Refused, result.Verdict);
        Assert.Contains("of user 54321, whose service manager we don't ask", result.Reason, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.GetDirectoryName(_systemctl.Program) + "/calls"));
    }

    [Fact]
    public async Task That_of_our_own_user_is_asked_as_such()
    {
        using ProcFs proc = ProcFs.Open();
        Assert.Equal(ReadOutcome.Ok, proc.OpenSelf(out ProcessDirectory? self));
        uint user;
        using (self)
        {
            Assert.Equal(ReadOutcome.Ok, self!.ReadStatus(new byte[4096], out ProcStatus status));
            user = status.EffectiveUserId;
        }
        var owner = new Owner(OwnerKind.SystemdUnit, _systemctl.Unit, _cgroup.Path, _cgroup.Hierarchy) { User = user };
        RestartResult result = await new Restarter(_systemctl.Options, TimeProvider.System).RestartAsync(owner, null, TestContext.Current.CancellationToken);
        Assert.True(result.Succeeded, result.Reason);
        Assert.Contains($"--user --no-ask-password --no-pager restart -- {_systemctl.Unit}", _systemctl.Calls);
        Assert.Contains("XDG_RUNTIME_DIR=" + Path.GetDirectoryName(_systemctl.Program), _systemctl.Environment);
    }
}
