using System.Diagnostics;
using System.Globalization;
using ProcessArsenal.Control.Restarting;
using ProcessArsenal.Control.Restarting.Pods;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Restarting;

/// <summary>With real processes in control groups as the kubelet makes them; the test itself does what the kubelet would.</summary>
public sealed class PodDriverTests : IDisposable
{
    private readonly string _pod = Guid.NewGuid().ToString("D");
    private readonly TestCgroup _cgroup;
    private readonly List<TestCgroup> _others = [];

    public PodDriverTests() => _cgroup = TestCgroup.Create($"/kubepods/burstable/pod{_pod}/{NewId()}");

    public void Dispose()
    {
        foreach (TestCgroup other in _others) other.Dispose();
        _cgroup.Dispose();
    }

    private static string NewId() => Guid.NewGuid().ToString("N") + Guid.NewGuid().ToString("N");

    private static RestartOptions Options => new() { Timeout = TimeSpan.FromSeconds(20), StopTimeout = TimeSpan.FromSeconds(10), GracePeriod = TimeSpan.FromMilliseconds(400), LookInterval = TimeSpan.FromMilliseconds(50) };

    private static Task<RestartResult> RestartAsync(HeldProcess held, RestartOptions? options = null) => new Restarter(options ?? Options, TimeProvider.System).RestartAsync(held, TestContext.Current.CancellationToken);

    /// <summary>Starts another container of the pod once a process has ended, as the kubelet does.</summary>
    private async Task<int> KubeletAsync(HeldProcess main, string script = "sleep 1000 & wait", string? pod = null)
    {
        await Eventually.True("the main process has ended", main.HasEnded);
        TestCgroup next = _cgroup.Another($"/kubepods/burstable/pod{pod ?? _pod}/{NewId()}");
        _others.Add(next);
        return next.Start(script).Id;
    }

    [Fact]
    public async Task The_main_process_is_ended_and_the_one_of_the_next_container_is_told()
    {
        Process process = _cgroup.Start("sleep 1000 & wait");
        await Eventually.True("it has a child", () => _cgroup.Pids().Length == 2);
        using HeldProcess main = TestCgroup.Hold(process.Id), worker = TestCgroup.Hold(_cgroup.Pids().Single(pid => pid != process.Id));
        Task<int> kubelet = KubeletAsync(main);
        RestartResult result = await RestartAsync(worker);
        Assert.True(result.Succeeded, result.Reason);
        Assert.Equal((main.Identity, await kubelet), (result.Old!.Value, result.New!.Value.Pid));
        Assert.Equal((OwnerKind.PodContainer, _pod), (result.Owner.Kind, result.Owner.Pod));
        Assert.Equal([worker.Identity], result.LeftBehind); // There is no pid namespace here that would take it along.
    }

    [Fact]
    public async Task One_that_does_not_end_in_time_is_killed()
    {
        Process process = _cgroup.Start("trap '' TERM; while true; do read -t 1 <> <(:); done");
        await Eventually.True("it ignores SIGTERM", () => IgnoresTerminate(process.Id));
        using HeldProcess main = TestCgroup.Hold(process.Id);
        Task<int> kubelet = KubeletAsync(main);
        RestartResult result = await RestartAsync(main, Options with { StopTimeout = TimeSpan.FromMilliseconds(300) });
        Assert.True(result.Succeeded, result.Reason);
        Assert.Equal(await kubelet, result.New!.Value.Pid);
        process.WaitForExit();
        Assert.Equal(128 + 9, process.ExitCode);
    }

    [Fact]
    public async Task A_container_of_another_pod_is_no_success()
    {
        Process process = _cgroup.Start("sleep 1000 & wait");
        using HeldProcess main = TestCgroup.Hold(process.Id);
        Task<int> kubelet = KubeletAsync(main, pod: Guid.NewGuid().ToString("D"));
        RestartResult result = await RestartAsync(main, Options with { Timeout = TimeSpan.FromSeconds(3) });
        await kubelet;
        Assert.Equal((RestartVerdict.Failed, null), (result.Verdict, result.New));
        Assert.Contains("the kubelet has not started another container", result.Reason, StringComparison.Ordinal);
        Assert.True(main.HasEnded());
    }

    [Fact]
    public async Task A_container_that_was_there_before_is_no_success()
    {
        TestCgroup sidecar = _cgroup.Another($"/kubepods/burstable/pod{_pod}/{NewId()}");
        _others.Add(sidecar);
        Process beside = sidecar.Start("sleep 1000");
        Process process = _cgroup.Start("sleep 1000 & wait");
        using HeldProcess main = TestCgroup.Hold(process.Id);
        // Start times are told in hundredths of a second: what began within the same one can't be told from a successor.
        await Eventually.True("time has passed", () => Ticks() > StartTicks(process.Id) + 1);
        RestartResult result = await RestartAsync(main, Options with { Timeout = TimeSpan.FromSeconds(2) });
        Assert.Equal((RestartVerdict.Failed, null), (result.Verdict, result.New));
        Assert.False(beside.HasExited);
    }

    [Fact]
    public async Task One_that_dies_within_the_grace_period_has_failed()
    {
        Process process = _cgroup.Start("sleep 1000 & wait");
        using HeldProcess main = TestCgroup.Hold(process.Id);
        Task<int> kubelet = KubeletAsync(main, "sleep 0.3; exit 3");
        RestartResult result = await RestartAsync(main, Options with { GracePeriod = TimeSpan.FromSeconds(10) });
        await kubelet;
        Assert.Equal(RestartVerdict.Failed, result.Verdict);
        Assert.Contains("ended within the grace period", result.Reason, StringComparison.Ordinal);
        Assert.Contains("with exit code 3", result.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PodRestartPolicy.Never, "is Never")]
    [InlineData(PodRestartPolicy.OnFailure, "is OnFailure")]
    public async Task What_the_kubelet_would_not_start_again_is_not_ended(PodRestartPolicy policy, string reason)
    {
        Process process = _cgroup.Start("sleep 1000");
        using HeldProcess main = TestCgroup.Hold(process.Id);
        string? asked = null;
        RestartResult result = await RestartAsync(main, Options with { PodPolicy = pod => { asked = pod; return policy; } });
        Assert.Equal(RestartVerdict.Refused, result.Verdict);
        Assert.Contains(reason, result.Reason, StringComparison.Ordinal);
        Assert.Equal(_pod, asked);
        Assert.False(main.HasEnded());
    }

    [Fact]
    public async Task Of_one_that_has_ended_the_kubelet_knows_itself()
    {
        Process process = _cgroup.Start("sleep 1000");
        using HeldProcess main = TestCgroup.Hold(process.Id);
        using ProcFs proc = ProcFs.Open();
        Owner owner = OwnerFinder.Find(proc, main, inPod: false);
        RestartResult result = await new Restarter(Options, TimeProvider.System).RestartAsync(owner, main.Identity, TestContext.Current.CancellationToken);
        Assert.Equal((RestartVerdict.Refused, "its process has ended: the kubelet starts it again by itself, or never"), (result.Verdict, result.Reason));
    }

    [Fact]
    public void The_main_process_is_the_first_one_whose_parent_is_outside()
    {
        Assert.Equal(10, Main((10, 1, 500), (11, 10, 500), (12, 11, 501)));
        Assert.Equal(10, Main((10, 1, 500), (12, 1, 501))); // The second came by `kubectl exec`.
        Assert.Equal(11, Main((10, 11, 500), (11, 1, 500))); // Pids have begun anew.
        Assert.Null(Main((10, 1, 500), (12, 1, 500))); // Can't be told.
        Assert.Null(Main());
        static int? Main(params (int Pid, int Parent, ulong Start)[] members) =>
            PodDriver.MainOf(new OwnerMembers([.. members.Select(static m => new OwnerMember(new ProcessIdentity(m.Pid, (ulong)m.Pid, 1), m.Parent, m.Start, "/x"))], true))?.Pid;
    }

    private static bool IgnoresTerminate(int pid)
    {
        string line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status")).Single(static line => line.StartsWith("SigIgn:", StringComparison.Ordinal));
        return (ulong.Parse(line["SigIgn:".Length..].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) & (1 << 14)) != 0;
    }

    private static ulong Ticks()
    {
        using ProcFs proc = ProcFs.Open();
        Assert.Equal(ReadOutcome.Ok, proc.ReadUptime(out TimeSpan uptime));
        return (ulong)(uptime.TotalSeconds * SystemConstants.ClockTicksPerSecond);
    }

    private static ulong StartTicks(int pid)
    {
        string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        return ulong.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19], CultureInfo.InvariantCulture);
    }
}
