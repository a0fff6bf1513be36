using System.Diagnostics;
using System.Globalization;
using ProcessArsenal.Control.Restarting;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Restarting;

/// <summary>With the owners themselves, where the machine has them.</summary>
public sealed class RealOwnerTests
{
    private static readonly RestartOptions Options = new() { Timeout = TimeSpan.FromSeconds(40), StopTimeout = TimeSpan.FromSeconds(2), GracePeriod = TimeSpan.FromSeconds(1), LookTimeout = TimeSpan.FromSeconds(20) };

    [Fact]
    public async Task Podman_restarts_a_container()
    {
        await using PodmanEngine podman = await PodmanEngine.StartAsync();
        (string id, int pid) = await podman.RunAsync("--init=false", "/bin/sh", "-c", "trap 'exit 0' TERM; sleep 1000 & wait");
        using HeldProcess held = TestCgroup.Hold(pid);
        RestartResult result = await RestartAsync(held, podman);
        Assert.True(result.Succeeded, result.Reason);
        Assert.Equal((OwnerKind.Container, id, held.Identity), (result.Owner.Kind, result.Owner.Name, result.Old!.Value));
        Assert.Equal(await podman.PidOfAsync(id), result.New!.Value.Pid);
        Assert.Equal(TestCgroup.IdentityOf(result.New.Value.Pid), result.New);
        Assert.True(held.HasEnded());
        Assert.Empty(result.LeftBehind);
    }

    [Fact]
    public async Task Podman_restarts_a_container_that_ignores_its_signal_by_killing_it()
    {
        await using PodmanEngine podman = await PodmanEngine.StartAsync();
        (_, int pid) = await podman.RunAsync("/bin/sleep", "1000"); // Pid 1 of its namespace, without a handler.
        using HeldProcess held = TestCgroup.Hold(pid);
        RestartResult result = await RestartAsync(held, podman);
        Assert.True(result.Succeeded, result.Reason);
    }

    [Fact]
    public async Task A_container_that_fails_after_its_restart_has_failed()
    {
        await using PodmanEngine podman = await PodmanEngine.StartAsync();
        (_, int pid) = await podman.RunAsync("/bin/sh", "-c", "[ -e /again ] && { sleep 1; exit 7; }; echo > /again; exec sleep 1000");
        await Eventually.True("its first run has begun for good", () => File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/comm")) == "sleep\n");
        using HeldProcess held = TestCgroup.Hold(pid);
        RestartResult result = await new Restarter(Options with { EngineSockets = [podman.Socket], GracePeriod = TimeSpan.FromSeconds(15) }, TimeProvider.System).RestartAsync(held, TestContext.Current.CancellationToken);
        Assert.Equal(RestartVerdict.Failed, result.Verdict);
        Assert.Contains("ended within the grace period", result.Reason, StringComparison.Ordinal);
        Assert.Contains("with exit code 7", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Podman_starts_a_container_again_that_has_ended()
    {
        await using PodmanEngine podman = await PodmanEngine.StartAsync();
        (_, int pid) = await podman.RunAsync("/bin/sleep", "1000");
        using HeldProcess held = TestCgroup.Hold(pid);
        RestartCheck check = await new Restarter(Options with { EngineSockets = [podman.Socket] }, TimeProvider.System).CheckAsync(held, TestContext.Current.CancellationToken);
        Assert.Equal((null, held.Identity), (check.Refusal, check.Main!.Value));
        TestCgroup.End(held.Identity);
        await Eventually.True("it has ended", held.HasEnded);
        RestartResult result = await new Restarter(Options with { EngineSockets = [podman.Socket] }, TimeProvider.System).RestartAsync(check.Owner, held.Identity, TestContext.Current.CancellationToken);
        Assert.True(result.Succeeded, result.Reason);
    }

    [Fact]
    public async Task A_container_that_is_removed_when_it_stops_is_left_alone()
    {
        await using PodmanEngine podman = await PodmanEngine.StartAsync();
        (_, int pid) = await podman.RunAsync("--rm", "/bin/sleep", "1000");
        using HeldProcess held = TestCgroup.Hold(pid);
        RestartResult result = await RestartAsync(held, podman);
        Assert.Equal(RestartVerdict.Refused, result.Verdict);
        Assert.Contains("removed once it stops", result.Reason, StringComparison.Ordinal);
        Assert.False(held.HasEnded());
    }

    [Fact]
    public async Task Systemd_restarts_a_unit()
    {
        // Only where systemd runs the machine: one that is started by hand would take over control groups that are not its own.
        Assert.SkipUnless(Directory.Exists("/run/systemd/system") && Environment.UserName == "root", "systemd does not run this machine, or we are not root");
        string unit = "pa" + Guid.NewGuid().ToString("N")[..8] + ".service";
        await ToolAsync("/usr/bin/systemd-run", "--quiet", "--unit=" + unit, "/bin/sleep", "1000");
        try
        {
            using HeldProcess held = TestCgroup.Hold(int.Parse(await ToolAsync("/usr/bin/systemctl", "show", "--property=MainPID", "--value", unit), CultureInfo.InvariantCulture));
            RestartResult result = await new Restarter(Options, TimeProvider.System).RestartAsync(held, TestContext.Current.CancellationToken);
            Assert.True(result.Succeeded, result.Reason);
            Assert.Equal((OwnerKind.SystemdUnit, unit, held.Identity), (result.Owner.Kind, result.Owner.Name, result.Old!.Value));
        }
        finally
        {
            await ToolAsync("/usr/bin/systemctl", "stop", unit);
        }
    }

    private static Task<RestartResult> RestartAsync(HeldProcess held, PodmanEngine podman) =>
        new Restarter(Options with { EngineSockets = [podman.Socket] }, TimeProvider.System).RestartAsync(held, TestContext.Current.CancellationToken);

    private static async Task<string> ToolAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return output.Trim();
    }
}
