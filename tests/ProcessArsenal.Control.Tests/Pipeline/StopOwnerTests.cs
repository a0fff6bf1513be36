using System.Diagnostics;
using System.Globalization;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Restarting;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Control.Tests.Restarting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Pipeline;

/// <summary>Who is stopped along with the main process of a unit or a container: real processes in real control groups, and a program that stands in for systemctl and ends nobody.</summary>
[Collection("Control")]
public sealed class StopOwnerTests : IDisposable
{
    /// <summary>Two workers, of which one does not hear SIGTERM, and who has started them.</summary>
    private const string Service = "(trap '' TERM; exec sleep 1000) & sleep 1000 & echo begun; wait";

    private readonly ControlPlace _place = new();
    private readonly TestCgroup _cgroup = TestCgroup.Create("/system.slice/*.service");
    private readonly FakeSystemctl _systemctl;
    private RestartOptions _options;

    public StopOwnerTests()
    {
        _systemctl = new FakeSystemctl(_cgroup);
        _options = _systemctl.Options;
    }

    public void Dispose()
    {
        _cgroup.Dispose();
        _systemctl.Dispose();
        _place.Dispose();
    }

    private static Process Begin(TestCgroup cgroup, string script = Service)
    {
        Process process = cgroup.Start(script);
        Assert.Equal("begun", process.StandardOutput.ReadLine());
        return process;
    }

    private ProcessIdentity BeginUnit(string script = Service)
    {
        Process process = Begin(_cgroup, script);
        _systemctl.Runs(process.Id);
        return TestCgroup.IdentityOf(process.Id);
    }

    private async Task<TargetResult> Stop(ProcessIdentity process, double seconds = 1, Func<ControlRequest, ControlRequest>? with = null)
    {
        ControlRequest request = ControlPlace.Ask(new StopAction(TimeSpan.FromSeconds(seconds), _options), TargetSelection.Of(process));
        return Assert.Single((await _place.Run(with?.Invoke(request) ?? request)).Targets);
    }

    [Fact]
    public async Task Of_a_unit_nobody_is_left_behind()
    {
        TargetResult result = await Stop(BeginUnit());
        Assert.Equal((OutcomeKind.Succeeded, $"systemd unit {_systemctl.Unit}", 15), (result.Outcome, result.Owner, result.Exit?.Signal));
        Assert.EndsWith($"; 2 other processes of systemd unit {_systemctl.Unit} ended, 1 by SIGKILL", result.Reason, StringComparison.Ordinal);
        Assert.Empty(_cgroup.Pids());
        Assert.Equal(result.Reason, _place.Ledger!.Reader.Find(result.Action!.Value)!.Outcome!.Reason);
    }

    [Fact]
    public async Task Nor_who_was_forked_while_it_ended()
    {
        TargetResult result = await Stop(BeginUnit("trap 'sleep 1000 & sleep 1; exit 3' TERM; echo begun; sleep 0.2 & wait; wait"), seconds: 20);
        Assert.Equal((OutcomeKind.Succeeded, 3), (result.Outcome, result.Exit?.Code));
        Assert.Empty(_cgroup.Pids());
    }

    /// <summary>By one that is still there, and does not hear.</summary>
    [Fact]
    public async Task Nor_who_is_forked_afterwards()
    {
        TargetResult result = await Stop(BeginUnit("(trap '' TERM; sleep 0.4; sleep 1000 & wait) & echo begun; wait"));
        Assert.EndsWith($"; 3 other processes of systemd unit {_systemctl.Unit} ended, 2 by SIGKILL", result.Reason, StringComparison.Ordinal);
        Assert.Empty(_cgroup.Pids());
    }

    [Fact]
    public async Task Whom_its_owner_starts_afterwards_is_let_be()
    {
        ProcessIdentity main = BeginUnit();
        using var systemd = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", $"while kill -0 {main.Pid}; do sleep 0.01; done 2> /dev/null; echo $$ > '{_cgroup.Directory}/cgroup.procs'; exec sleep 1000"]))!;
        TargetResult result = await Stop(main);
        Assert.Equal(OutcomeKind.Succeeded, result.Outcome);
        Assert.Contains($"; pid {systemd.Id} came since then: ", result.Reason, StringComparison.Ordinal);
        Assert.Equal(systemd.Id, Assert.Single(_cgroup.Pids()));
        TestCgroup.End(TestCgroup.IdentityOf(systemd.Id));
        await systemd.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("KILL=process properties", "(KillMode=process)")]
    [InlineData("KILL=none properties", "(KillMode=none)")]
    [InlineData("GROUP=/system.slice/other.service properties", "is not the one that started it")]
    [InlineData("exit 1", "systemctl show failed with exit code 1")]
    [InlineData("sleep 60", "systemd did not answer within 1 s")]
    public async Task A_unit_that_does_not_end_with_it_or_does_not_tell_is_let_be(string show, string why)
    {
        ProcessIdentity main = BeginUnit();
        _systemctl.Show = show;
        _options = _options with { LookTimeout = TimeSpan.FromSeconds(1) };
        TargetResult result = await Stop(main);
        Assert.Equal((OutcomeKind.Succeeded, null), (result.Outcome, result.Owner));
        Assert.Contains($"2 other processes of systemd unit {_systemctl.Unit} are let be: ", result.Reason, StringComparison.Ordinal);
        Assert.Contains(why, result.Reason, StringComparison.Ordinal);
        Assert.True(_cgroup.Pids().Length >= 2);
    }

    [Fact]
    public async Task A_worker_is_stopped_alone()
    {
        ProcessIdentity main = BeginUnit("sleep 1000 & sleep 1000 & echo begun; wait; wait");
        TargetResult result = await Stop(TestCgroup.IdentityOf(_cgroup.Pids().First(pid => pid != main.Pid)));
        Assert.Equal((OutcomeKind.Succeeded, null, "it was ended by SIGTERM"), (result.Outcome, result.Owner, result.Reason));
        Assert.Equal(2, _cgroup.Pids().Length);
    }

    [Fact]
    public async Task Guards_are_asked_of_each_that_would_end_with_it()
    {
        ProcessIdentity main = BeginUnit("sleep 1000 & sleep 1000 & echo begun; wait");
        int dear = _cgroup.Pids().First(pid => pid != main.Pid);
        _place.Options = _place.Options with { Protected = [ControlPlace.Parse($"pid = {dear}")] };
        _place.Sample();
        TargetResult result = await Stop(main);
        Assert.Equal((OutcomeKind.Refused, "protected"), (result.Outcome, result.Guard));
        Assert.Contains($"pid {dear}", result.Reason, StringComparison.Ordinal);
        Assert.Equal(3, _cgroup.Pids().Length);
    }

    [Fact]
    public async Task A_preview_says_who_would_end()
    {
        ProcessIdentity main = BeginUnit("sleep 1000 & sleep 1000 & echo begun; wait");
        TargetResult result = await Stop(main, with: static request => request with { IsPreview = true });
        Assert.Equal((OutcomeKind.NotDone, $"it would be done: systemd unit {_systemctl.Unit}, with 2 other processes"), (result.Outcome, result.Reason));
        Assert.Equal(3, _cgroup.Pids().Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Who_is_named_beside_the_main_process_ends_along_with_it(int at)
    {
        ProcessIdentity main = BeginUnit("sleep 1000 & sleep 1000 & echo begun; wait");
        List<ProcessIdentity> named = [.. _cgroup.Pids().Where(pid => pid != main.Pid).Select(TestCgroup.IdentityOf)];
        named.Insert(at, main);
        ControlResult result = await _place.Run(ControlPlace.Ask(new StopAction(TimeSpan.FromSeconds(20), _options), TargetSelection.Of(named)));
        Assert.All(result.Targets, one => Assert.Equal(one.Target.Identity == main ? OutcomeKind.Succeeded : OutcomeKind.NotDone, one.Outcome));
        Assert.Equal($"it is done once for systemd unit {_systemctl.Unit}, by way of pid {main.Pid}", result.Targets[at == 0 ? 1 : 0].Reason);
        Assert.Empty(_cgroup.Pids());
    }

    /// <summary>Of whom guards were not asked before.</summary>
    [Fact]
    public async Task Who_is_protected_and_comes_meanwhile_is_let_be_and_so_is_who_leaves()
    {
        Victim dear = _place.Start();
        _place.Options = _place.Options with { Protected = [ControlPlace.Parse($"pid = {dear.Identity.Pid}")] };
        using TestCgroup elsewhere = _cgroup.Another(_cgroup.Path.Replace(".service", "-b.service", StringComparison.Ordinal));
        Process process = Begin(_cgroup, "trap 'echo stopping; read -r line; read -r -t 0.5 line; exit 0' TERM; sleep 1000 & sleep 1000 & echo begun; wait");
        _systemctl.Runs(process.Id);
        int leaves = _cgroup.Pids().First(pid => pid != process.Id);
        _place.Sample();
        Task<TargetResult> stopping = Stop(TestCgroup.IdentityOf(process.Id), seconds: 20);
        Assert.Equal("stopping", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        await File.WriteAllTextAsync(_cgroup.Directory + "/cgroup.procs", $"{dear.Identity.Pid}\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(elsewhere.Directory + "/cgroup.procs", $"{leaves}\n", TestContext.Current.CancellationToken);
        await process.StandardInput.WriteLineAsync(""); // It lives for half a second more, in which it is looked at ten times.
        TargetResult result = await stopping;
        Assert.Equal(OutcomeKind.Succeeded, result.Outcome);
        Assert.True(dear.IsAlive);
        Assert.Equal([dear.Identity.Pid], _cgroup.Pids());
        Assert.Equal([leaves], elsewhere.Pids());
        Assert.Contains($"; 1 other process of systemd unit {_systemctl.Unit} ended; pid {leaves} left it meanwhile, and is let be; let be: pid {dear.Identity.Pid} (sleep) ", result.Reason, StringComparison.Ordinal);
        dear.End();
    }

    /// <summary>A shell that forks helpers all the time has always some that are in no sample yet.</summary>
    [Fact]
    public async Task A_protected_program_is_told_from_others_before_it_is_sampled()
    {
        _place.Options = _place.Options with { Protected = [ControlPlace.Parse("exe = \"/no/such/program\"")] };
        _place.Sample();
        ProcessIdentity main = BeginUnit("sleep 1000 & sleep 1000 & echo begun; wait");
        Assert.Equal("protected", (await Stop(main)).Guard); // Of the target itself nobody knows yet.
        _place.Sample();
        int before = _cgroup.Pids().Length;
        Process late = _cgroup.Start("exec sleep 1000");
        Assert.Equal(before + 1, _cgroup.Pids().Length);
        TargetResult result = await Stop(main);
        Assert.True(result.Outcome == OutcomeKind.Succeeded, result.Reason);
        Assert.True(late.WaitForExit(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Of_a_container_nobody_is_left_behind_and_no_systemd_is_asked()
    {
        string id = string.Concat(Enumerable.Repeat(Guid.NewGuid().ToString("N"), 2));
        using TestCgroup container = _cgroup.Another($"/docker/{id}");
        Process outside = Begin(container, "exec unshare --pid --fork bash -c \"trap 'exit 3' TERM; (trap '' TERM; exec sleep 1000) & sleep 1000 & echo begun; wait\"");
        ProcessIdentity main = TestCgroup.IdentityOf(Assert.Single(Children(outside.Id)));
        // One of before it, or that was started in it afterwards by the engine (exec), is not its first.
        TargetResult other = await Stop(TestCgroup.IdentityOf(container.Start("exec sleep 1000").Id));
        Assert.Equal((OutcomeKind.Succeeded, null, "it was ended by SIGTERM"), (other.Outcome, other.Owner, other.Reason));
        TargetResult result = await Stop(main);
        Assert.Equal((OutcomeKind.Succeeded, $"container {id[..12]}", 3), (result.Outcome, result.Owner, result.Exit?.Code));
        Assert.Contains($"; 3 other processes of container {id[..12]} ended", result.Reason, StringComparison.Ordinal);
        Assert.Empty(container.Pids());
        Assert.False(File.Exists(Path.Join(Path.GetDirectoryName(_systemctl.Program)!, "calls")));
    }

    [Fact]
    public async Task Of_a_container_without_a_pid_namespace_nobody_can_tell()
    {
        string id = string.Concat(Enumerable.Repeat(Guid.NewGuid().ToString("N"), 2));
        using TestCgroup container = _cgroup.Another($"/docker/{id}");
        TargetResult result = await Stop(TestCgroup.IdentityOf(Begin(container).Id));
        Assert.Equal((OutcomeKind.Succeeded, null), (result.Outcome, result.Owner));
        Assert.Contains($"; the 2 other processes of container {id[..12]} are let be: which is its main process can't be told", result.Reason, StringComparison.Ordinal);
        Assert.Equal(2, container.Pids().Length);
    }

    [Fact]
    public async Task Of_a_real_container_nobody_is_left_behind()
    {
        await using PodmanEngine podman = await PodmanEngine.StartAsync();
        (string id, int pid) = await podman.RunAsync("--init=false", "/bin/sh", "-c", "trap 'exit 0' TERM; sleep 1000 & sleep 1000 & wait");
        ProcessIdentity main = TestCgroup.IdentityOf(pid);
        await Eventually.True("its children are there", () => Children(pid).Length == 2);
        ProcessIdentity[] children = [.. Children(pid).Select(TestCgroup.IdentityOf)];
        TargetResult result = await Stop(main, seconds: 20);
        Assert.Equal((OutcomeKind.Succeeded, $"container {id[..12]}", 0), (result.Outcome, result.Owner, result.Exit?.Code));
        Assert.EndsWith($"2 other processes of container {id[..12]} ended", result.Reason, StringComparison.Ordinal);
        using ProcFs proc = ProcFs.Open();
        foreach (ProcessIdentity child in children)
        {
            using HeldProcess? held = HeldProcess.Open(proc, child, out _);
            Assert.True(held is null || held.HasEnded());
        }
    }

    private static int[] Children(int pid) => [.. File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static word => int.Parse(word, CultureInfo.InvariantCulture))];
}
