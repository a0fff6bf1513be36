using System.Diagnostics;
using System.Text.Json.Nodes;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Procfs;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Supervision;

/// <summary>Our death takes no child with it, nor breaks its output; and the next one of us finds it.</summary>
public sealed class AdoptionTests : IAsyncDisposable
{
    private const string Counter = "i=0; while :; do i=$((i+1)); echo $i || exit 9; sleep 0.01; done";

    private readonly SupervisionPlace _place = new();

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task After_a_crash_the_same_process_runs_on_writes_on_listens_on_and_is_taken_up_again()
    {
        (Process exporter, ProcessIdentity child) = await _place.Exporter("/bin/sh", "-c", $"({Counter}) & while read line; do echo got $line; done; echo end of input");
        await _place.Says("5\n");
        await _place.Crash(exporter);
        Assert.True(_place.Lives(child));
        int lines = _place.Output().Split('\n').Length;
        await Eventually.True("it writes on while nobody watches", () => _place.Output().Split('\n').Length > lines + 20);

        _place.Start(SupervisionPlace.Script("orders", "exit 1"));
        await _place.Becomes("Running");
        Assert.Equal((child, true, 0), (_place.Child().Identity, _place.Child().IsAdopted, _place.Child().Restarts));
        Assert.Null(await _place.Send("orders", "hello", TimeSpan.FromSeconds(2)));
        await _place.Says("got hello");
        string[] numbers = [.. _place.Output().Split('\n')[..^1].Where(line => !line.StartsWith("got", StringComparison.Ordinal))];
        Assert.Equal(Enumerable.Range(1, numbers.Length).Select(i => $"{i}"), numbers); // Not a line was lost.
        Assert.DoesNotContain("end of input", _place.Output(), StringComparison.Ordinal);

        ChildAnswer answer = await _place.Stop("orders");
        Assert.Equal(new ChildAnswer(null, child), answer);
        Assert.False(_place.Lives(child));
        Assert.Empty(SupervisionPlace.Session(child.Pid)); // The counter, which was its own, has ended with it.
    }

    [Fact]
    public async Task An_orderly_end_of_ours_leaves_the_children_too()
    {
        _place.Start(SupervisionPlace.Script("orders", Counter), SupervisionPlace.Sleeper("other"));
        await _place.Becomes("Running Running");
        ProcessIdentity child = _place.Child().Identity!.Value, other = _place.Child(1).Identity!.Value;
        DateTimeOffset since = _place.Child().Since;
        await _place.Leave();
        Assert.True(_place.Lives(child));
        _place.Start(SupervisionPlace.Sleeper("orders"), SupervisionPlace.Sleeper("other"));
        await _place.Becomes("Running Running");
        Assert.Equal((child, other, since), (_place.Child().Identity, _place.Child(1).Identity, _place.Child().Since));
        string log = _place.Output();
        await Eventually.True("it writes on", () => _place.Output().Length > log.Length);
    }

    [Fact]
    public async Task Without_a_record_it_is_found_by_its_standard_input()
    {
        (Process exporter, ProcessIdentity child) = await _place.Exporter("/bin/sh", "-c", "exec 3<&0; sh -c 'read x' <&3 & exec sleep 1000");
        await _place.Crash(exporter);
        File.Delete(_place.Record); // As if we had crashed before it was written.
        _place.Start(SupervisionPlace.Sleeper("orders"));
        await _place.Becomes("Running");
        Assert.Equal((child, true), (_place.Child().Identity, _place.Child().IsAdopted));
    }

    [Fact]
    public async Task The_end_of_an_adopted_one_is_noticed_and_how_it_ended_if_the_kernel_tells()
    {
        (Process exporter, ProcessIdentity child) = await _place.Exporter("/bin/sh", "-c", "sleep 1000 & echo $!; while read line; do exit $line; done");
        await _place.Crash(exporter);
        ProcessIdentity left = await _place.Told();
        _place.Start(SupervisionPlace.Sleeper("orders") with { Restart = RestartType.Transient });
        await _place.Becomes("Running");
        Assert.Null(await _place.Send("orders", "4", TimeSpan.FromSeconds(2)));
        ProcessIdentity next = await _place.Next(child);
        ChildEnd end = _place.Child().LastEnd!;
        Assert.True(end is { Code: 4 } or { Code: null, Signal: null, Why: "ended; how is not known" }, end.Why);
        TestContext.Current.TestOutputHelper!.WriteLine(end.Why);
        Assert.NotEqual(child, next);
        Assert.False(_place.Child().IsAdopted);
        Assert.Equal(1, _place.Child().Restarts);
        await _place.Gone(left); // In its session, and older than the last time we saw it alive.
    }

    [Theory]
    [InlineData(RestartType.Permanent, "Running", 1)]
    [InlineData(RestartType.Transient, "Running", 1)]
    [InlineData(RestartType.Temporary, "Ended", 0)]
    public async Task One_that_ended_while_nobody_watched_is_made_good(RestartType restart, string states, int failures)
    {
        _place.Start(SupervisionPlace.Sleeper("orders") with { Restart = restart });
        await _place.Becomes("Running");
        ProcessIdentity child = _place.Child().Identity!.Value;
        await _place.Leave();
        _place.Signal(child, 9);
        await _place.Gone(child);
        _place.Start(SupervisionPlace.Sleeper("orders") with { Restart = restart });
        await _place.Becomes(states);
        Assert.Equal(failures, _place.View.RestartsWithin);
        // It is still a child of this process; after a crash nobody would know (the next test).
        Assert.Equal((child.ToString(), "ended by signal 9"), (_place.Child().LastEnd!.Identity, _place.Child().LastEnd!.Why));
        Assert.Null(SupervisionPlace.Stat(child.Pid)); // And is no zombie any more.
    }

    [Fact]
    public async Task Another_process_with_the_same_number_is_not_adopted_and_not_touched()
    {
        using Process stranger = Process.Start("sleep", ["1000"]);
        ProcessIdentity other = _place.Identify(stranger.Id);
        _place.Start(SupervisionPlace.Sleeper("orders"));
        await _place.Becomes("Running");
        await _place.Stop("orders");
        await _place.Leave();
        JsonNode record = JsonNode.Parse(File.ReadAllText(_place.Record))!;
        record["children"]![0]!["identity"] = (other with { Token = other.Token - 1 }).ToString();
        record["children"]![0]!["wish"] = "Up";
        record["children"]![0]!["started"] = "0001-01-01T00:00:00+00:00"; // A clock that was wrong.
        File.WriteAllText(_place.Record, record.ToJsonString());
        _place.Start(SupervisionPlace.Sleeper("orders") with { Restart = RestartType.Transient });
        await _place.Becomes("Running");
        // Whoever had that identity has ended, nobody knows how: abnormally, as far as we can tell.
        Assert.Equal(("ended; how is not known", 1), (_place.Child().LastEnd!.Why, _place.View.RestartsWithin));
        Assert.NotEqual(other.Pid, _place.Child().Identity!.Value.Pid);
        await _place.Stop("orders");
        Assert.True(_place.Lives(other));
        _place.Signal(other, 9);
    }

    [Fact]
    public async Task A_stop_by_an_operator_and_a_latch_outlive_us_and_a_boot_ends_the_latch()
    {
        SupervisorSpec spec = new("shop", [SupervisionPlace.Sleeper("orders"), SupervisionPlace.Script("other", "exit 1")]) { MaxRestarts = 1, MaxSeconds = 3600 };
        _place.Start(spec);
        await _place.Becomes("Running Failed");
        await _place.Stop("orders");
        await _place.Leave();
        _place.Start(spec);
        await _place.Becomes("Stopped Failed");
        Assert.Equal("2 failures within 3600 s (max_restarts is 1), the last of 'other'", _place.View.LatchedWhy);
        Assert.Equal((2, 1), (_place.View.RestartsWithin, _place.Child(1).Restarts));
        await _place.Leave();

        JsonNode record = JsonNode.Parse(File.ReadAllText(_place.Record))!;
        record["boot"] = record["boot"]!.GetValue<uint>() ^ 1;
        File.WriteAllText(_place.Record, record.ToJsonString());
        _place.Start(spec with { Children = [spec.Children[0], SupervisionPlace.Sleeper("other")] });
        await _place.Becomes("Stopped Running");
        Assert.Null(_place.View.LatchedSince);
    }

    [Fact]
    public async Task A_child_that_is_no_longer_configured_is_shown_and_left_alone()
    {
        _place.Start(SupervisionPlace.Sleeper("orders"), SupervisionPlace.Sleeper("other"));
        await _place.Becomes("Running Running");
        ProcessIdentity other = _place.Child(1).Identity!.Value;
        for (int i = 0; i < 2; i++)
        {
            await _place.Leave();
            _place.Start(SupervisionPlace.Sleeper("orders"));
            await _place.Becomes("Running");
            Assert.Equal([new UnconfiguredChild("other", other)], _place.View.Unconfigured);
        }
        await _place.Leave();
        _place.Start(SupervisionPlace.Sleeper("orders"), SupervisionPlace.Sleeper("other"));
        await _place.Becomes("Running Running");
        Assert.Equal(other, _place.Child(1).Identity);
    }

    [Fact]
    public async Task A_record_that_can_not_be_written_is_said_and_stops_nobody()
    {
        Directory.CreateDirectory(_place.Record);
        _place.Start(SupervisionPlace.Sleeper("orders"));
        await _place.Becomes("Running");
        ProcessIdentity child = _place.Child().Identity!.Value;
        _place.Signal(child, 9);
        await _place.Next(child);
        await Eventually.True("it is said", () => _place.View.Trouble is not null);
        Assert.Contains(_place.Record, _place.View.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_is_not_ours_is_not_believed()
    {
        _place.Start(SupervisionPlace.Sleeper("orders"));
        await _place.Becomes("Running");
        await _place.Stop("orders");
        await _place.Leave();
        File.WriteAllText(_place.Record, "{\"version\": 1, \"children\": 7}");
        _place.Start(SupervisionPlace.Sleeper("orders"));
        await _place.Becomes("Running");
        Assert.Contains("is not what we wrote", _place.View.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task If_what_runs_already_can_not_be_looked_for_nothing_is_started_a_second_time()
    {
        var spec = new SupervisorSpec("shop", [SupervisionPlace.Sleeper("orders")]);
        await using var supervisor = new Supervisor(spec, _place.Folder, null!, null!, new BrokenTime(), null); // It can't tell the time: whatever goes wrong.
        await Eventually.True("it says so", () => supervisor.View.Trouble is not null);
        Assert.StartsWith("what an earlier run left can't be looked for, so nothing is started or stopped: no time", supervisor.View.Trouble, StringComparison.Ordinal);
        Assert.Equal(supervisor.View.Trouble, (await supervisor.StartAsync("orders", TestContext.Current.CancellationToken)).Refused);
        Assert.False(File.Exists(_place.Record));
    }

    [Fact]
    public void Two_of_us_do_not_share_a_state_directory()
    {
        _place.Start(SupervisionPlace.Sleeper("orders"));
        var refused = Assert.Throws<IOException>(() => SupervisorSet.Start(_place.State, [], TimeProvider.System));
        Assert.Contains("another exporter supervises", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Fails the second time that it is asked for the date: when what an earlier run left is looked for.</summary>
    private sealed class BrokenTime : TimeProvider
    {
        private int _asked;

        public override DateTimeOffset GetUtcNow() => ++_asked == 2 ? throw new IOException("no time.") : base.GetUtcNow();
    }

    [Fact]
    public void A_wrong_specification_starts_nothing()
    {
        var wrong = Assert.Throws<ArgumentException>(() => _place.Start(new SupervisorSpec("shop", [])));
        Assert.Contains("children: 1 to 64, not 0", wrong.Message, StringComparison.Ordinal);
    }
}
