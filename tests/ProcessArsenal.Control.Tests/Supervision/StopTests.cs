using System.Diagnostics;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Procfs;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Supervision;

/// <summary>How a child ends, and that nothing of it is left; and nothing else is touched.</summary>
public sealed class StopTests : IAsyncDisposable
{
    private readonly SupervisionPlace _place = new();

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task One_that_ignores_its_signal_is_killed_after_its_time_and_holds_nobody_else()
    {
        _place.Start(
            SupervisionPlace.Script("orders", "trap '' TERM; echo deaf; while :; do sleep 0.1; done") with { StopTimeout = TimeSpan.FromSeconds(6) },
            SupervisionPlace.Sleeper("other"));
        await _place.Says("deaf");
        await Eventually.True("the other runs too", () => _place.Child(1).Identity is not null);
        ProcessIdentity child = _place.Child().Identity!.Value, other = _place.Child(1).Identity!.Value;
        long began = TimeProvider.System.GetTimestamp();
        Task<ChildAnswer> stop = _place.Stop("orders");
        await Eventually.True("it is being stopped", () => _place.Child().State == ChildState.Stopping);
        _place.Signal(other, 9);
        await _place.Next(other, 1);
        Assert.Equal(ChildState.Stopping, _place.Child().State); // While that one was started anew.
        ChildAnswer answer = await stop;
        Assert.Equal(new ChildAnswer(null, child), answer);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 6, 25);
        Assert.Equal((ChildState.Stopped, 9), (_place.Child().State, _place.Child().LastEnd!.Signal));
        Assert.False(_place.Lives(child));
    }

    [Fact]
    public async Task It_gets_its_own_signal_even_if_it_is_suspended()
    {
        _place.Start(SupervisionPlace.Script("orders", "trap 'echo usr; exit 3' USR1; echo ready; while :; do sleep 0.05; done") with { StopSignal = 10 });
        await _place.Says("ready");
        _place.Signal(_place.Child().Identity!.Value, 19); // SIGSTOP
        Assert.Null((await _place.Stop("orders")).Refused);
        Assert.Contains("usr", _place.Output(), StringComparison.Ordinal);
        Assert.Equal(3, _place.Child().LastEnd!.Code);
    }

    /// <summary>What a child leaves behind: each tells its pid first.</summary>
    [Theory]
    [InlineData("sleep 1000 & echo $!; exec sleep 1000")] // A child of its own; its input is /dev/null.
    [InlineData("(sleep 1000 & echo $!); exec sleep 1000")] // An orphan in its session.
    [InlineData("sh -c 'trap \"\" TERM; echo $$; while :; do sleep 0.1; done' & exec sleep 1000")] // One that ignores the signal.
    [InlineData("setsid sh -c 'echo $$; exec sleep 1000' < /dev/null & exec sleep 1000")] // In a session of its own, but still its child.
    [InlineData("(setsid sh -c 'echo $$; exec sleep 1000' <&3 &) 3<&0; exec sleep 1000")] // A daemon that has kept its input.
    public async Task What_it_has_started_ends_with_it_at_a_stop_and_after_a_crash(string script)
    {
        _place.Start(SupervisionPlace.Script("orders", script));
        ProcessIdentity left = await _place.Told();
        Assert.True(_place.Lives(left));
        Assert.Null((await _place.Stop("orders")).Refused);
        Assert.False(_place.Lives(left));
        Assert.Equal(0, _place.Child().LastEnd!.Left);
        if (script.Contains("setsid sh -c 'echo $$; exec sleep 1000' < /dev/null", StringComparison.Ordinal)) return; // After a crash nobody knows whose it was.

        File.WriteAllText(Path.Join(_place.Folder, "orders.log"), "");
        ProcessIdentity child = (await _place.StartChild("orders")).After!.Value;
        left = await _place.Told();
        _place.Signal(child, 9);
        await _place.Next(child);
        Assert.False(_place.Lives(left)); // Before the next one was started.
    }

    [Fact]
    public async Task A_daemon_without_anything_of_its_parent_is_left_alone_as_it_can_not_be_told_from_a_stranger()
    {
        using Process stranger = Process.Start(new ProcessStartInfo("sleep", ["1000"]) { Environment = { ["PROCESS_ARSENAL"] = "shop/orders" } })!;
        ProcessIdentity other = _place.Identify(stranger.Id);
        _place.Start(SupervisionPlace.Script("orders", "(setsid sh -c 'echo $$; exec sleep 1000' < /dev/null &); sleep 0.3; exec sleep 1000"));
        ProcessIdentity daemon = await _place.Told();
        Assert.Null((await _place.Stop("orders")).Refused);
        Assert.True(_place.Lives(daemon)); // Ended by Dispose.
        Assert.True(_place.Lives(other));
        _place.Signal(other, 9);
    }

    [Fact]
    public async Task A_restart_says_who_it_was_and_who_it_is()
    {
        _place.Start(SupervisionPlace.Sleeper("orders"), SupervisionPlace.Sleeper("other"));
        await _place.Becomes("Running Running");
        ProcessIdentity before = _place.Child().Identity!.Value, other = _place.Child(1).Identity!.Value;
        ChildAnswer answer = await _place.Restart("orders");
        Assert.Equal((null, before), (answer.Refused, answer.Before));
        Assert.Equal(_place.Child().Identity, answer.After);
        Assert.NotEqual(before, answer.After);
        Assert.False(_place.Lives(before));
        Assert.Equal(other, _place.Child(1).Identity);
        Assert.Equal((0, 0), (_place.View.RestartsWithin, _place.Child().Restarts));
        Assert.Equal(("shop", "orders"), _place.Set!.OwnerOf(answer.After!.Value) is { } owner ? (owner.Supervisor.Name, owner.Child) : default);
        Assert.Null(_place.Set.OwnerOf(before));

        Assert.Equal("it runs already", (await _place.StartChild("orders")).Refused);
        Assert.Equal("there is no child 'none' in the supervisor 'shop'", (await _place.Stop("none")).Refused);
    }

    [Fact]
    public async Task Past_its_intensity_a_real_supervisor_latches_and_the_others_run_on()
    {
        _place.Start(new SupervisorSpec("shop", [SupervisionPlace.Script("orders", "exit 1"), SupervisionPlace.Sleeper("other")]) { MaxRestarts = 2, MaxSeconds = 600 });
        await _place.Becomes("Failed Running");
        Assert.Equal("3 failures within 600 s (max_restarts is 2), the last of 'orders'", _place.View.LatchedWhy);
        Assert.Equal((2, 3, "exit code 1"), (_place.Child().Restarts, _place.Child().RestartsWithin, _place.Child().LastEnd!.Why));
        await _place.Reset();
        await _place.Becomes("Failed Running");
        Assert.Equal(3, _place.View.RestartsWithin);
    }

    [Fact]
    public async Task All_requests_at_once_are_answered()
    {
        _place.Start(SupervisionPlace.Sleeper("orders"));
        await _place.Becomes("Running");
        Task<ChildAnswer>[] asked = [.. Enumerable.Range(0, 200).Select(i => i % 3 == 0 ? _place.Stop("orders") : i % 3 == 1 ? _place.StartChild("orders") : _place.Restart("orders"))];
        ChildAnswer[] answers = await Task.WhenAll(asked).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Contains(answers, answer => answer.Refused?.StartsWith("64 requests wait already", StringComparison.Ordinal) == true);
        Assert.Null((await _place.Stop("orders")).Refused);
        Assert.Null((await _place.StartChild("orders")).Refused);
    }
}
