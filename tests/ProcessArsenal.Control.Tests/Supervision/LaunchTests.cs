using System.Diagnostics;
using System.Globalization;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Procfs;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Supervision;

/// <summary>How a child begins, and how its end is known.</summary>
public sealed class LaunchTests : IAsyncDisposable
{
    private readonly SupervisionPlace _place = new();

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task A_child_gets_its_arguments_as_they_are_and_nothing_of_ours()
    {
        Environment.SetEnvironmentVariable("PROCESS_ARSENAL_SECRET", "hunter2");
        _place.Start(new ChildSpec("orders", ["/bin/sh", "-c", "printf '%s|' \"$@\"; pwd; env; ls -l /proc/self/fd; grep -E 'Sig(Ign|Blk)' /proc/self/status; echo done; exec sleep 1000", "sh", "a b", "$HOME;'\"", ""])
        {
            WorkingDirectory = "/usr",
            Environment = new Dictionary<string, string> { ["KEY"] = "a value" },
        });
        await _place.Says("done");
        string output = _place.Output();
        Assert.StartsWith("a b|$HOME;'\"||/usr\n", output, StringComparison.Ordinal);
        Assert.Contains("KEY=a value\n", output, StringComparison.Ordinal);
        Assert.Contains("PATH=", output, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", output, StringComparison.Ordinal);
        // Its input, its output twice, and the directory that ls has open itself.
        Assert.Equal(["0", "1", "2", "3"], output.Split('\n').Where(line => line.Contains(" -> ", StringComparison.Ordinal)).Select(line => line.Split(' ')[^3]));
        Assert.Contains("SigBlk:\t0000000000000000\n", output, StringComparison.Ordinal);
        // The runtime ignores SIGPIPE. glibc's posix_spawn has its own two signals, 32 and 33, ignored.
        ulong ignored = ulong.Parse(output.Split("SigIgn:\t")[1].Split('\n')[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        Assert.Equal(0ul, ignored & ~0x1_8000_0000ul);

        ProcessIdentity child = _place.Child().Identity!.Value;
        ProcStat stat = Stat(child.Pid);
        Assert.Equal((child.Pid, child.Pid, 0, Environment.ProcessId), (stat.Session, stat.ProcessGroup, stat.Terminal, stat.ParentPid));
        Assert.Equal(_place.Identify(child.Pid), child);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Join(_place.Folder, "orders.stdin")));
        await Eventually.True("recorded", () => File.Exists(_place.Record));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_place.Record));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_place.Folder));
    }

    [Fact]
    public async Task A_child_runs_as_the_user_that_is_named()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "takes root");
        UserAccount nobody = UserAccount.Find("nobody", out _)!;
        _place.Start(SupervisionPlace.Script("orders", "echo $$; id -u; id -g; id -G; echo $USER $LOGNAME; grep CapEff /proc/self/status; echo done; exec sleep 1000") with { User = "nobody", WorkingDirectory = "/" });
        await _place.Says("done");
        string[] lines = _place.Output().Split('\n');
        string group = nobody.Group.ToString(CultureInfo.InvariantCulture);
        Assert.Equal([_place.Child().Identity!.Value.Pid.ToString(CultureInfo.InvariantCulture), nobody.User.ToString(CultureInfo.InvariantCulture), group, group, "nobody nobody", "CapEff:\t0000000000000000"], lines[..6]);
        Assert.Null((await _place.Stop("orders")).Refused);
    }

    public static TheoryData<ChildSpec, string> Impossible => new()
    {
        { new ChildSpec("orders", ["no-such-program"]), "there is no program 'no-such-program' in /" },
        { new ChildSpec("orders", ["/no/such"]), "there is no program /no/such" },
        { new ChildSpec("orders", ["/etc/passwd"]), "/etc/passwd may not be executed by us" },
        { new ChildSpec("orders", ["/etc"]), "/etc may not be executed by us" },
        { new ChildSpec("orders", ["sleep", "1"]) { WorkingDirectory = "/no/such" }, "the working directory /no/such is not there" },
        { new ChildSpec("orders", ["sleep", "1"]) { User = "no-such-user" }, "there is no user 'no-such-user' in /etc/passwd" },
        { new ChildSpec("orders", ["sleep", "1"]) { Log = new("/no/such/a.log") }, "the directory of the log /no/such/a.log is not there" },
        { new ChildSpec("orders", ["/no/such"]) { User = "daemon" }, Environment.IsPrivilegedProcess ? "there is no program /no/such" : "to run it as 'daemon' takes root" },
        { new ChildSpec("orders", ["/etc/passwd"]) { User = "daemon" }, Environment.IsPrivilegedProcess ? "/etc/passwd may not be executed" : "to run it as 'daemon' takes root" },
    };

    [Theory]
    [MemberData(nameof(Impossible), DisableDiscoveryEnumeration = true)]
    public async Task Why_a_child_can_not_be_started_is_said_and_counts_as_a_failure(ChildSpec child, string why)
    {
        _place.Start(new SupervisorSpec("shop", [child, SupervisionPlace.Sleeper("other")]) { MaxRestarts = 1 });
        await _place.Becomes("Failed Running");
        Assert.StartsWith("could not be started: " + why, _place.Child().LastEnd!.Why, StringComparison.Ordinal);
        Assert.Equal(2, _place.View.RestartsWithin);
        Assert.NotNull(_place.View.LatchedSince);
        ChildAnswer answer = await _place.StartChild("orders");
        Assert.Contains(why, answer.Refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_whose_interpreter_is_missing_is_told_from_a_missing_script()
    {
        string script = Path.Join(_place.State, "script");
        File.WriteAllText(script, "#!/no/such/interpreter\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _place.Start(new SupervisorSpec("shop", [new ChildSpec("orders", [script])]) { MaxRestarts = 0 });
        await _place.Becomes("Failed");
        Assert.Contains("its interpreter (#!)", _place.Child().LastEnd!.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_children_end_is_known_and_none_stays_a_zombie_while_the_runtime_waits_for_its_own()
    {
        // The runtime listens to SIGCHLD from the first process on that it starts itself.
        using Process theirs = Process.Start("/bin/sh", ["-c", "read x < /dev/null; sleep 0.3; exit 5"]);
        ChildSpec[] children =
        [
            SupervisionPlace.Script("zero", "exit 0") with { Restart = RestartType.Temporary },
            SupervisionPlace.Script("seven", "exit 7") with { Restart = RestartType.Temporary },
            SupervisionPlace.Script("killed", "kill -9 $$") with { Restart = RestartType.Temporary },
            SupervisionPlace.Script("term", "kill -TERM $$") with { Restart = RestartType.Temporary },
        ];
        _place.Start(children);
        await _place.Becomes("Ended Ended Ended Ended");
        Assert.Equal([(0, null), (7, null), (null, 9), (null, 15)], _place.View.Children.Select(child => (child.LastEnd!.Code, child.LastEnd.Signal)));
        Assert.Equal("exit code 7", _place.Child(1).LastEnd!.Why);
        await theirs.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(5, theirs.ExitCode);
        Assert.DoesNotContain(Children(), stat => stat.IsZombie && _place.View.Children.Any(child => child.LastEnd!.Identity!.StartsWith($"{stat.Pid}-", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(RestartType.Permanent, "exit 0", 2)]
    [InlineData(RestartType.Transient, "exit 0", 1)]
    [InlineData(RestartType.Transient, "exit 1", 2)]
    [InlineData(RestartType.Transient, "kill -9 $$", 2)]
    [InlineData(RestartType.Temporary, "exit 1", 1)]
    public async Task Real_children_are_started_again_as_their_type_says(RestartType restart, string end, int lives)
    {
        string mark = Path.Join(_place.State, "mark");
        _place.Start(SupervisionPlace.Script("orders", $"echo life; test -e {mark} && exec sleep 1000; touch {mark}; {end}") with { Restart = restart });
        await _place.Becomes(lives == 2 ? "Running" : "Ended");
        await Eventually.True($"{lives} lives", () => _place.Output().Split('\n').Length - 1 == lives);
        Assert.Equal(lives - 1, _place.Child().Restarts);
    }

    [Fact]
    public async Task Real_children_of_one_for_all_go_and_come_in_order()
    {
        string journal = Path.Join(_place.State, "journal");
        ChildSpec Noted(string name) => SupervisionPlace.Script(name, $"echo +{name} >> {journal}; trap 'echo -{name} >> {journal}; exit 0' TERM; while :; do sleep 0.02; done");
        _place.Start(new SupervisorSpec("shop", [Noted("a"), SupervisionPlace.Sleeper("b"), Noted("c")]) { Strategy = RestartStrategy.OneForAll });
        await _place.Becomes("Running Running Running");
        await Eventually.True("both are there", () => Journal() is "+a +c" or "+c +a"); // They run on by themselves once started.
        File.WriteAllText(journal, "");
        ProcessIdentity b = _place.Child(1).Identity!.Value, c = _place.Child(2).Identity!.Value;
        _place.Signal(b, 9);
        await _place.Next(c, 2);
        await Eventually.True("all stopped and started", () => Journal() is "-c -a +a +c" or "-c -a +c +a", Journal);
        File.WriteAllText(journal, "");
        Assert.Null(await _place.StopAll());
        Assert.Equal("-c -a", Journal());

        string Journal() => string.Join(' ', File.Exists(journal) ? File.ReadAllLines(journal) : []);
    }

    private static ProcStat Stat(int pid) => SupervisionPlace.Stat(pid) ?? default;

    private static List<ProcStat> Children() =>
        [.. File.ReadAllText($"/proc/self/task/{Environment.ProcessId}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(pid => Directory.Exists($"/proc/{pid}")).Select(pid => Stat(int.Parse(pid, CultureInfo.InvariantCulture)))];
}
