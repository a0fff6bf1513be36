using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Pipeline;

/// <summary>Each action on a real process, and what the ledger says of it.</summary>
[Collection("Control")]
public sealed class ActionTests : IDisposable
{
    private readonly ControlPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Kill_ends_it_and_says_how()
    {
        Victim victim = _place.Start();
        TargetResult result = await _place.Do(new KillAction(), victim);
        Assert.Equal(OutcomeKind.Succeeded, result.Outcome);
        Assert.True(result.HasEnded);
        Assert.StartsWith("it was ended by SIGKILL", result.Reason, StringComparison.Ordinal);
        Assert.Equal(9, result.Exit?.Signal);
        ActionRecord record = _place.Ledger!.Reader.Find(result.Action!.Value)!;
        Assert.Equal(("kill", victim.Identity.ToString(), "api", "tester", OutcomeKind.Succeeded), (record.Intent.Action, record.Intent.Target, record.Intent.Trigger, record.Intent.Caller, record.Outcome!.Kind));
        Assert.True(_place.Ledger.Verify(cancellation: TestContext.Current.CancellationToken).IsWhole);
    }

    [Fact]
    public async Task Stop_gives_it_time_and_then_kills()
    {
        Victim polite = _place.Start("/bin/sh", "-c", "trap 'exit 7' TERM; echo ready; while :; do read -r line; done"), deaf = _place.Start("/bin/sh", "-c", "trap '' TERM; echo ready; while :; do read -r line; done");
        Assert.Equal(("ready", "ready"), (polite.Line(), deaf.Line()));
        TargetResult ended = await _place.Do(new StopAction(TimeSpan.FromSeconds(20)), polite), killed = await _place.Do(new StopAction(TimeSpan.FromMilliseconds(300)), deaf);
        Assert.Equal((OutcomeKind.Succeeded, 7, "it ended by itself with exit code 7, after SIGTERM"), (ended.Outcome, ended.Exit?.Code, ended.Reason));
        Assert.Equal((OutcomeKind.Succeeded, 9, "it was ended by SIGKILL: it had not ended 0.3 s after SIGTERM"), (killed.Outcome, killed.Exit?.Signal, killed.Reason));
    }

    [Fact]
    public async Task A_suspended_one_can_be_resumed_and_stopped()
    {
        Victim victim = _place.Start();
        Assert.Equal(OutcomeKind.Succeeded, (await _place.Do(new SuspendAction(), victim)).Outcome);
        Assert.True(Facts(victim).IsStopped);
        Assert.Equal(OutcomeKind.Succeeded, (await _place.Do(new ResumeAction(), victim)).Outcome);
        Assert.False(Facts(victim).IsStopped);
        await _place.Do(new SuspendAction(), victim);
        TargetResult ended = await _place.Do(new StopAction(TimeSpan.FromSeconds(20)), victim);
        Assert.Equal((OutcomeKind.Succeeded, 15), (ended.Outcome, ended.Exit?.Signal));
    }

    [Fact]
    public async Task A_signal_is_delivered_and_it_is_said_whether_it_lives_on()
    {
        Victim hears = _place.Start("/bin/sh", "-c", "trap 'echo heard' USR1; echo ready; while :; do read -r line; done"), ends = _place.Start();
        Assert.Equal("ready", hears.Line());
        TargetResult result = await _place.Do(new SignalAction(SignalNames.Parse("sigusr1")!.Value), hears);
        Assert.Equal((OutcomeKind.Succeeded, false), (result.Outcome, result.HasEnded));
        Assert.Equal("heard", hears.Line());
        TargetResult ended = await _place.Do(new SignalAction(SignalNames.Parse("TERM")!.Value), ends); // SIGINT is ignored by what a shell runs in the background.
        Assert.Equal((OutcomeKind.Succeeded, true, 15), (ended.Outcome, ended.HasEnded, ended.Exit?.Signal));
        Assert.All((string[])["KILL", "STOP", "CONT", "SEGV", "9", "", "SIG", "TERM "], static name => Assert.Null(SignalNames.Parse(name)));
    }

    [Fact]
    public async Task The_same_key_acts_once()
    {
        Victim first = _place.Start(), second = _place.Start();
        ControlRequest request = ControlPlace.Ask(new KillAction(), TargetSelection.Of(first.Identity)) with { Key = new IdempotencyKey("tester", "k1", "kill first") };
        ControlResult one = await _place.Run(request), two = await _place.Run(request);
        Assert.Equal((false, true), (one.IsRepeated, two.IsRepeated));
        TargetResult told = Assert.Single(two.Targets);
        Assert.Equal((OutcomeKind.Succeeded, one.Targets[0].Action, 9), (told.Outcome, told.Action, told.Exit?.Signal));
        ControlException conflict = await Assert.ThrowsAsync<ControlException>(() => _place.Run(ControlPlace.Ask(new KillAction(), TargetSelection.Of(second.Identity)) with { Key = new IdempotencyKey("tester", "k1", "kill second") }));
        Assert.Equal(ControlFault.KeyConflict, conflict.Kind);
        Assert.True(second.IsAlive);
    }

    [Fact]
    public async Task A_preview_does_and_records_nothing()
    {
        Victim victim = _place.Start();
        ControlResult result = await _place.Run(ControlPlace.Ask(new KillAction(), TargetSelection.Of(victim.Identity)) with { IsPreview = true });
        Assert.Equal((OutcomeKind.NotDone, (long?)null), (result.Targets[0].Outcome, result.Targets[0].Action));
        Assert.True(victim.IsAlive);
        Assert.Empty(_place.Ledger!.Reader.List(null, 10).Actions);
        Assert.Equal(OutcomeKind.Succeeded, (await _place.Do(new KillAction(), victim)).Outcome);
    }

    [Fact]
    public async Task Who_may_not_gets_nothing_done()
    {
        Victim victim = _place.Start();
        foreach (Role role in (Role[])[Role.Viewer, Role.Diagnose, Role.Responder])
            Assert.Equal(ControlFault.Forbidden, (await Assert.ThrowsAsync<ControlException>(() => _place.Run(ControlPlace.Ask(new KillAction(), TargetSelection.Of(victim.Identity), role: role)))).Kind);
        ControlRequest forced = ControlPlace.Ask(new KillAction(), TargetSelection.Of(victim.Identity), role: Role.Operate) with { Force = true };
        Assert.Equal(ControlFault.Forbidden, (await Assert.ThrowsAsync<ControlException>(() => _place.Run(forced))).Kind);
        Assert.True(victim.IsAlive);
    }

    [Fact]
    public async Task What_can_not_be_recorded_is_not_done()
    {
        using var without = new ControlPlace(hasLedger: false);
        Victim victim = without.Start();
        ControlException refused = await Assert.ThrowsAsync<ControlException>(() => without.Do(new KillAction(), victim));
        Assert.Equal(ControlFault.NotRecorded, refused.Kind);
        Assert.Contains("the disk is full", refused.Message, StringComparison.Ordinal);
        Assert.True(victim.IsAlive);
    }

    [Fact]
    public async Task What_was_open_at_a_crash_is_closed_as_interrupted_and_not_done_again()
    {
        Victim victim = _place.Start();
        await _place.Ledger!.Record(new IntentBatch([new IntentEntry(new Intent("kill", victim.Identity.ToString(), "api", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch))]));
        _place.Restart();
        Assert.Equal(1, await _place.Pipeline.CloseInterruptedAsync());
        ActionRecord action = Assert.Single(_place.Ledger.Reader.List(null, 10).Actions);
        Assert.Equal((OutcomeKind.Interrupted, "the exporter ended before what came of it was recorded; its target lives on"), (action.Outcome!.Kind, action.Outcome.Reason));
        Assert.True(victim.IsAlive);
    }

    private TargetFacts Facts(Victim victim)
    {
        using HeldProcess held = HeldProcess.Open(_place.Proc, victim.Identity, out _)!;
        return TargetFacts.Read(_place.Proc, held)!;
    }

    [Fact]
    public async Task A_kill_does_not_wait_for_a_stop_and_a_stop_does_for_a_kill()
    {
        Victim stubborn = _place.Start("/bin/bash", "-c", "trap '' TERM; echo ready; while :; do read -t 600 line; done");
        Assert.Equal("ready", stubborn.Line());
        Task<TargetResult> stop = _place.Do(new StopAction(TimeSpan.FromMinutes(5)), stubborn);
        await Eventually.True("it is under way", async () => (await _place.Do(new SuspendAction(), stubborn)).Guard == "concurrency");
        TargetResult killed = await _place.Do(new KillAction(), stubborn);
        Assert.Equal((OutcomeKind.Succeeded, true), (killed.Outcome, killed.HasEnded));
        TargetResult stopped = await stop.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal((OutcomeKind.Succeeded, true), (stopped.Outcome, stopped.HasEnded));
        Assert.Equal(137, stubborn.ExitCode);
    }
}
