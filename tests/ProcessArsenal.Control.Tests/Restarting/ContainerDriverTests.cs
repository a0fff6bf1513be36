using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using CsCheck;
using ProcessArsenal.Control.Restarting;
using ProcessArsenal.Control.Restarting.Containers;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Restarting;

/// <summary>With real processes in real control groups, and a socket that speaks as Podman's does.</summary>
public sealed partial class ContainerDriverTests : IDisposable
{
    private readonly string _id = Guid.NewGuid().ToString("N") + Guid.NewGuid().ToString("N");
    private readonly TestCgroup _cgroup;
    private readonly Process _process;
    private readonly HeldProcess _held;
    private int _pid;

    public ContainerDriverTests()
    {
        _cgroup = TestCgroup.Create("/libpod_parent/libpod-" + _id);
        _process = _cgroup.Start("sleep 1000 & wait");
        _held = TestCgroup.Hold(_process.Id);
        _pid = _process.Id;
    }

    public void Dispose()
    {
        _held.Dispose();
        _cgroup.Dispose();
    }

    private static RestartOptions OptionsOf(params string[] sockets) => new()
    {
        EngineSockets = ["/nowhere/engine.sock", .. sockets],
        Timeout = TimeSpan.FromSeconds(20),
        StopTimeout = TimeSpan.FromSeconds(7),
        GracePeriod = TimeSpan.FromMilliseconds(400),
        LookInterval = TimeSpan.FromMilliseconds(50),
    };

    private Task<RestartResult> RestartAsync(RestartOptions options) => new Restarter(options, TimeProvider.System).RestartAsync(_held, TestContext.Current.CancellationToken);

    /// <summary>Tells of the container, and restarts it when asked to.</summary>
    private EngineDouble Engine(Func<int, string>? inspection = null, string script = "sleep 1000") => new(line =>
    {
        if (line == $"GET /containers/{_id}/json") return EngineDouble.Http(200, inspection?.Invoke(_pid) ?? EngineDouble.Inspection(_id, _pid));
        if (line != $"POST /containers/{_id}/restart?t=7") return EngineDouble.Http(404, """{"cause":"no such container","message":"no container with name or ID x found: no such container","response":404}""");
        foreach (int pid in _cgroup.Pids()) TestCgroup.End(TestCgroup.IdentityOf(pid));
        _pid = _cgroup.Start(script).Id;
        return "HTTP/1.1 204 No Content\r\nApi-Version: 1.41\r\n\r\n"u8.ToArray();
    });

    [Fact]
    public async Task A_container_is_restarted_and_the_new_process_is_told()
    {
        await using EngineDouble other = new(static _ => EngineDouble.Http(404, """{"message":"No such container: x"}"""));
        await using EngineDouble engine = Engine();
        RestartResult result = await RestartAsync(OptionsOf(other.Path, engine.Path));
        Assert.True(result.Succeeded, result.Reason);
        Assert.Equal((_held.Identity, TestCgroup.IdentityOf(_pid)), (result.Old!.Value, result.New!.Value));
        Assert.Empty(result.LeftBehind);
        Assert.Single(engine.Calls, $"POST /containers/{_id}/restart?t=7");
        Assert.DoesNotContain(other.Calls, static call => call.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_dies_within_the_grace_period_has_failed()
    {
        await using EngineDouble engine = Engine(script: "sleep 0.2");
        RestartResult result = await RestartAsync(OptionsOf(engine.Path) with { GracePeriod = TimeSpan.FromSeconds(10) });
        Assert.Equal(RestartVerdict.Failed, result.Verdict);
        Assert.Contains("ended within the grace period", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_whose_container_is_elsewhere_is_not_believed()
    {
        // As if somebody had given his own control group the id of another's container.
        using var outsider = Process.Start(new ProcessStartInfo("/bin/sleep", ["1000"]))!;
        try
        {
            await using EngineDouble engine = Engine(_ => EngineDouble.Inspection(_id, outsider.Id));
            RestartResult result = await RestartAsync(OptionsOf(engine.Path));
            Assert.Equal(RestartVerdict.Refused, result.Verdict);
            Assert.Contains($"its main process is {outsider.Id}, which is not in the control group", result.Reason, StringComparison.Ordinal);
            Assert.DoesNotContain(engine.Calls, static call => call.StartsWith("POST", StringComparison.Ordinal));
        }
        finally
        {
            TestCgroup.End(TestCgroup.IdentityOf(outsider.Id));
        }
    }

    [Theory]
    [InlineData("\"Paused\":false", "\"Paused\":true", false, "it is paused")]
    [InlineData("\"Dead\":false", "\"Dead\":true", false, "being removed")]
    [InlineData("\"AutoRemove\":false", "\"AutoRemove\":true", false, "removed once it stops")]
    [InlineData("\"Labels\":{}", "\"Labels\":{\"PODMAN_SYSTEMD_UNIT\":\"shop.service\"}", false, "belongs to the systemd unit shop.service")]
    [InlineData("\"Restarting\":false", "\"Restarting\":true", true, "keeps ending")]
    [InlineData("\"Status\":\"running\"", "\"Status\":\"restarting\"", true, "keeps ending")]
    public async Task What_can_not_help_or_must_not_be_is_not_tried(string part, string other, bool isDoomed, string reason)
    {
        await using EngineDouble engine = Engine(pid => EngineDouble.Inspection(_id, pid).Replace(part, other, StringComparison.Ordinal));
        RestartResult result = await RestartAsync(OptionsOf(engine.Path));
        Assert.Equal(isDoomed ? RestartVerdict.Doomed : RestartVerdict.Refused, result.Verdict);
        Assert.Contains(reason, result.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(engine.Calls, static call => call.StartsWith("POST", StringComparison.Ordinal));
        Assert.False(_held.HasEnded());
    }

    [Fact]
    public async Task What_the_engine_complains_of_is_the_reason()
    {
        await using EngineDouble engine = new(line => line.StartsWith("GET", StringComparison.Ordinal) ? EngineDouble.Http(200, EngineDouble.Inspection(_id, _pid))
            : EngineDouble.Http(500, """{"cause":"x","message":"crun: setrlimit `RLIMIT_NOFILE`: Operation not permitted\n: OCI permission denied","response":500}"""));
        RestartResult result = await RestartAsync(OptionsOf(engine.Path));
        Assert.Equal((RestartVerdict.Failed, $"{engine.Path} answers 500: crun: setrlimit `RLIMIT_NOFILE`: Operation not permitted\uFFFD: OCI permission denied"), (result.Verdict, result.Reason));
    }

    [Fact]
    public async Task An_engine_that_says_nothing_is_not_waited_for()
    {
        await using EngineDouble engine = new(static _ => null);
        RestartResult result = await RestartAsync(OptionsOf(engine.Path) with { LookTimeout = TimeSpan.FromMilliseconds(500) });
        Assert.Equal((RestartVerdict.Refused, $"container {_id[..12]} did not tell about itself within 0.5 s"), (result.Verdict, result.Reason));
    }

    [Fact]
    public async Task A_restart_that_never_ends_is_given_up_at_the_deadline()
    {
        await using EngineDouble engine = new(line => line.StartsWith("GET", StringComparison.Ordinal) ? EngineDouble.Http(200, EngineDouble.Inspection(_id, _pid)) : null);
        RestartResult result = await RestartAsync(OptionsOf(engine.Path) with { Timeout = TimeSpan.FromSeconds(1) });
        Assert.Equal((RestartVerdict.Failed, $"container {_id[..12]} has no new process after 1 s: it is still being restarted"), (result.Verdict, result.Reason));
        Assert.Contains(engine.Calls, call => call == $"POST /containers/{_id}/restart?t=1"); // Half of the timeout, in whole seconds.
    }

    [Fact]
    public async Task Without_an_engine_the_reason_is_that()
    {
        RestartResult result = await RestartAsync(OptionsOf());
        Assert.Equal((RestartVerdict.Refused, "there is no engine to ask at /nowhere/engine.sock"), (result.Verdict, result.Reason));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // Then it still tells the pid of before.
    public async Task A_container_whose_process_has_ended_is_started_unless_somebody_may_have_forged_its_name(bool engineHasNoticed)
    {
        using ProcFs proc = ProcFs.Open();
        Owner owner = OwnerFinder.Find(proc, _held, inPod: false);
        foreach (int pid in _cgroup.Pids()) TestCgroup.End(TestCgroup.IdentityOf(pid));
        await Eventually.True("all are gone", () => _held.HasEnded() && _cgroup.Pids().Length == 0);
        await Eventually.True("it was waited for", () => !Directory.Exists($"/proc/{_pid}"));
        if (engineHasNoticed) _pid = 0;
        await using EngineDouble engine = Engine(pid => EngineDouble.Inspection(_id, pid).Replace("\"Running\":true", pid == 0 ? "\"Running\":false" : "\"Running\":true", StringComparison.Ordinal));
        var restarter = new Restarter(OptionsOf(engine.Path), TimeProvider.System);
        RestartResult refused = await restarter.RestartAsync(owner with { IsDelegated = true }, _held.Identity, TestContext.Current.CancellationToken);
        Assert.Equal(RestartVerdict.Refused, refused.Verdict);
        Assert.Empty(engine.Calls);
        RestartResult result = await restarter.RestartAsync(owner, _held.Identity, TestContext.Current.CancellationToken);
        Assert.True(result.Succeeded, result.Reason);
        Assert.Equal((_held.Identity, _pid), (result.Old!.Value, result.New!.Value.Pid));
    }

    [Fact]
    public async Task A_socket_of_another_user_is_not_believed()
    {
        Assert.SkipUnless(geteuid() == 0, "only root can start somebody else's engine");
        string directory = Directory.CreateTempSubdirectory("foreign-").FullName;
        File.SetUnixFileMode(directory, (UnixFileMode)511);
        Assert.SkipUnless(File.Exists("/usr/bin/perl") && File.Exists("/usr/bin/setpriv"), "it takes perl and setpriv");
        const string Script = "use IO::Socket::UNIX; my $s = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 5) or die; $| = 1; print qq(ready\\n); while (my $c = $s->accept) { print qq(called\\n); }";
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/setpriv", ["--reuid", "65534", "--clear-groups", "perl", "-e", Script, directory + "/engine.sock"]) { RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal("ready", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            RestartResult result = await RestartAsync(OptionsOf(directory + "/engine.sock"));
            Assert.Equal(RestartVerdict.Refused, result.Verdict);
            Assert.Contains("user 65534 listens there, who is neither root nor ours", result.Reason, StringComparison.Ordinal);
        }
        finally
        {
            TestCgroup.End(TestCgroup.IdentityOf(process.Id));
            process.WaitForExit();
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task A_path_too_long_for_a_socket_is_said()
    {
        string directory = Path.Join(Path.GetTempPath(), "engine-" + new string('x', 120));
        Directory.CreateDirectory(directory);
        try
        {
            await File.WriteAllTextAsync(directory + "/engine.sock", "", TestContext.Current.CancellationToken);
            RestartResult result = await RestartAsync(OptionsOf(directory + "/engine.sock"));
            Assert.Equal(RestartVerdict.Refused, result.Verdict);
            Assert.Contains("engine.sock", result.Reason, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task What_is_too_much_is_not_read()
    {
        byte[] endless = [.. "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"u8, .. Encoding.ASCII.GetBytes(new string(' ', 3 << 20))];
        byte[] headers = [.. "HTTP/1.1 200 OK\r\n"u8, .. Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("X-Y: " + new string('z', 1000) + "\r\n", 100))), .. "\r\n"u8];
        foreach (byte[] answer in (byte[][])[endless, headers])
        {
            await using EngineDouble engine = new(_ => answer);
            RestartResult result = await RestartAsync(OptionsOf(engine.Path));
            Assert.Equal(RestartVerdict.Refused, result.Verdict);
            Assert.StartsWith(engine.Path + ": ", result.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Any_answer_is_survived_and_none_but_the_right_one_is_believed()
    {
        string good = EngineDouble.Inspection(_id, 4711);
        byte[] whole = EngineDouble.Http(200, good);
        Gen<byte[]> garbage = Gen.OneOf(
            Gen.Byte.Array[0, 200],
            Gen.Int[0, whole.Length].Select(length => whole[..length]),
            Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, (at, value) => { byte[] copy = [.. whole]; copy[at] = value; return copy; }),
            Gen.String.Select(static text => EngineDouble.Http(200, text)),
            Gen.OneOf(Consts("null", "[]", "{}", "1", "\"x\"", "{\"Id\":null}", $"{{\"Id\":\"{_id}\"}}", $"{{\"Id\":\"{_id}\",\"State\":{{\"Pid\":-1}},\"Config\":{{\"Labels\":[]}}}}", $"{{\"Id\":\"{_id}\",\"State\":{{\"Pid\":1e9}}}}", new string('[', 5000))).Select(static text => EngineDouble.Http(200, text)),
            Gen.Int[100, 999].Select(static status => EngineDouble.Http(status, "{\"message\":3}")),
            Gen.Select(Gen.OneOf(Consts("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", "HTTP/1.1 301 X\r\nLocation: http://127.0.0.1/\r\n\r\n", "HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n")), Gen.String,
                static (head, text) => Encoding.UTF8.GetBytes(head + text)));
        byte[] answer = [];
        await using EngineDouble engine = new(_ => answer);
        await garbage.SampleAsync(async bytes =>
        {
            answer = bytes;
            using var client = new EngineClient(engine.Path, geteuid());
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            (ContainerDetails? details, string? trouble) = await client.InspectAsync(_id, deadline.Token);
            return details is null ? trouble is { Length: > 0 and < 1000 } : details.Id == _id && details.State is not null;
        }, iter: 400, threads: 1);
    }

    private static Gen<string>[] Consts(params string[] values) => [.. values.Select(Gen.Const)];

    [LibraryImport("libc")]
    private static partial uint geteuid();
}
