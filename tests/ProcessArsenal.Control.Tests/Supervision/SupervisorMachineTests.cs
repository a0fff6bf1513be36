using CsCheck;
using ProcessArsenal.Control.Supervision;

namespace ProcessArsenal.Control.Tests.Supervision;

/// <summary>What is decided, without a process.</summary>
public sealed class SupervisorMachineTests
{
    /// <summary>One of three children ends; what is done then, and what they are afterwards.</summary>
    [Theory]
    [InlineData(RestartStrategy.OneForOne, "PPP", 1, false, "+1", "UUU")]
    [InlineData(RestartStrategy.OneForOne, "PPP", 1, true, "+1", "UUU")]
    [InlineData(RestartStrategy.OneForOne, "PTP", 1, false, "+1", "UUU")]
    [InlineData(RestartStrategy.OneForOne, "PTP", 1, true, "", "UeU")]
    [InlineData(RestartStrategy.OneForOne, "PXP", 1, false, "", "UeU")]
    [InlineData(RestartStrategy.OneForOne, "PXP", 1, true, "", "UeU")]
    [InlineData(RestartStrategy.OneForAll, "PPP", 1, false, "-2 -0 +0 +1 +2", "UUU")]
    [InlineData(RestartStrategy.OneForAll, "PPP", 1, true, "-2 -0 +0 +1 +2", "UUU")]
    [InlineData(RestartStrategy.OneForAll, "PTP", 1, false, "-2 -0 +0 +1 +2", "UUU")]
    [InlineData(RestartStrategy.OneForAll, "PTP", 1, true, "", "UeU")]
    [InlineData(RestartStrategy.OneForAll, "PXP", 1, false, "", "UeU")]
    [InlineData(RestartStrategy.OneForAll, "PXP", 1, true, "", "UeU")]
    [InlineData(RestartStrategy.OneForAll, "XPT", 1, false, "-2 -0 +1 +2", "eUU")]
    [InlineData(RestartStrategy.RestForOne, "PPP", 1, false, "-2 +1 +2", "UUU")]
    [InlineData(RestartStrategy.RestForOne, "PPP", 1, true, "-2 +1 +2", "UUU")]
    [InlineData(RestartStrategy.RestForOne, "PPP", 0, false, "-2 -1 +0 +1 +2", "UUU")]
    [InlineData(RestartStrategy.RestForOne, "PPP", 2, false, "+2", "UUU")]
    [InlineData(RestartStrategy.RestForOne, "PTP", 1, false, "-2 +1 +2", "UUU")]
    [InlineData(RestartStrategy.RestForOne, "PTP", 1, true, "", "UeU")]
    [InlineData(RestartStrategy.RestForOne, "PXP", 1, false, "", "UeU")]
    [InlineData(RestartStrategy.RestForOne, "PXP", 1, true, "", "UeU")]
    [InlineData(RestartStrategy.RestForOne, "PPX", 1, false, "-2 +1", "UUe")]
    public void The_end_of_one_of_three(RestartStrategy strategy, string children, int child, bool isNormal, string done, string states)
    {
        var run = new MachineRun(strategy, children);
        Assert.Equal(("+0 +1 +2", "UUU"), (run.Done(), run.States));
        run.Ends(child, isNormal);
        Assert.Equal((done, states), (run.Done(), run.States));
    }

    [Theory]
    [InlineData(RestartStrategy.OneForOne)]
    [InlineData(RestartStrategy.OneForAll)]
    [InlineData(RestartStrategy.RestForOne)]
    public void A_stop_of_all_goes_backwards_one_by_one_and_a_start_forwards(RestartStrategy strategy)
    {
        var run = new MachineRun(strategy, "PTX");
        run.Done();
        run.IsSlow(2);
        run.Do(machine => machine.StopAll());
        Assert.Equal(("-2", "UUo"), (run.Done(), run.States)); // The others wait for it.
        run.Finish(2);
        Assert.Equal(("-1 -0", "---"), (run.Done(), run.States));
        run.Passes(TimeSpan.FromHours(1));
        Assert.Equal("", run.Done());
        run.Do(machine => machine.StartAll(run.Now));
        Assert.Equal(("+0 +1 +2", "UUU"), (run.Done(), run.States));
    }

    [Fact]
    public void One_that_does_not_end_holds_the_stop_of_the_others_no_longer_than_it_is_waited_for()
    {
        var run = new MachineRun(RestartStrategy.OneForOne, "PPP");
        run.Done();
        run.IsSlow(2);
        run.Do(machine => machine.StopAll());
        run.Do(machine => machine.Stuck(2));
        Assert.Equal(("-2 -1 -0", "--o"), (run.Done(), run.States));
        run.Do(machine => machine.Stop(2));
        Assert.Equal(("-2", "--o"), (run.Done(), run.States)); // Once more, as it was asked for once more.
        run.Finish(2);
        Assert.Equal("---", run.States);
    }

    [Theory]
    [InlineData(RestartStrategy.OneForOne)]
    [InlineData(RestartStrategy.OneForAll)]
    [InlineData(RestartStrategy.RestForOne)]
    public void Past_its_intensity_it_latches_and_takes_nobody_down(RestartStrategy strategy)
    {
        var run = new MachineRun(strategy, "PPP", maxRestarts: 2);
        for (int i = 0; i < 2; i++)
        {
            run.Ends(1);
            run.Passes(TimeSpan.FromSeconds(1));
            Assert.Equal("UUU", run.States);
        }
        Assert.Null(run.Machine.LatchedSince);
        run.Done();
        run.Ends(1);
        Assert.Equal(("", "UFU"), (run.Done(), run.States));
        Assert.Equal(run.Now, run.Machine.LatchedSince);
        Assert.Equal("3 failures within 60 s (max_restarts is 2), the last of 'c1'", run.Machine.LatchedWhy);

        run.Passes(TimeSpan.FromHours(1));
        run.Ends(0); // Whoever fails from now on stays down, too; however long ago it was.
        Assert.Equal(("", "FFU"), (run.Done(), run.States));

        run.Do(machine => machine.Reset(run.Now));
        Assert.Equal(("+0 +1", "UUU"), (run.Done(), run.States));
        Assert.Null(run.Machine.LatchedSince);
        run.Ends(2);
        Assert.Equal("UUU", run.States);
    }

    [Theory]
    [InlineData(RestartStrategy.OneForAll, "PPP", 0)]
    [InlineData(RestartStrategy.RestForOne, "PPP", 0)]
    [InlineData(RestartStrategy.OneForAll, "PPP", 2)]
    public void Who_was_stopped_for_the_sake_of_one_that_cannot_be_started_is_started_at_the_latch(RestartStrategy strategy, string children, int child)
    {
        var run = new MachineRun(strategy, children);
        run.CannotStart(child);
        run.Ends(child);
        run.Passes(TimeSpan.FromMinutes(5));
        Assert.Equal(string.Concat(Enumerable.Range(0, 3).Select(i => i == child ? 'F' : 'U')), run.States);
        Assert.NotNull(run.Machine.LatchedSince);
    }

    [Fact]
    public void Who_waits_to_be_started_again_stays_down_at_the_latch()
    {
        var run = new MachineRun(RestartStrategy.OneForOne, "PPP", maxRestarts: 2);
        run.Ends(0);
        run.Ends(0);
        Assert.Equal("wUU", run.States);
        run.Ends(1);
        run.Passes(TimeSpan.FromHours(1));
        Assert.Equal("FFU", run.States);
        run.Do(machine => machine.Reset(run.Now));
        Assert.Equal("UUU", run.States);
    }

    [Fact]
    public void Failures_of_all_children_count_together_and_old_ones_not()
    {
        var run = new MachineRun(RestartStrategy.OneForOne, "PP", maxRestarts: 2, maxSeconds: 60);
        run.Ends(0);
        run.Passes(TimeSpan.FromSeconds(50));
        run.Ends(1);
        run.Passes(TimeSpan.FromSeconds(20)); // The first is out of the window.
        run.Ends(0);
        run.Passes(TimeSpan.FromSeconds(1));
        Assert.Equal("UU", run.States);
        run.Ends(1);
        Assert.Equal("UF", run.States);
    }

    [Fact]
    public void Back_off_grows_holds_nobody_else_and_is_forgotten_after_a_healthy_life()
    {
        var run = new MachineRun(RestartStrategy.OneForOne, "PP", maxRestarts: 100);
        var waits = new List<double>();
        for (int i = 0; i < 5; i++) waits.Add(FailAndWait());
        Assert.Equal([0, 100, 200, 400, 800], waits);
        run.Ends(0);
        run.Ends(1);
        Assert.Equal("wU", run.States);
        run.Passes(TimeSpan.FromSeconds(59));
        run.Ends(0);
        Assert.Equal("wU", run.States); // Not long enough.
        run.Passes(TimeSpan.FromSeconds(70));
        Assert.Equal(0, FailAndWait());

        double FailAndWait()
        {
            run.Ends(0);
            TimeSpan began = run.Now;
            if (run.States[0] == 'w') run.Passes(run.Machine.Wake!.Value - run.Now);
            Assert.Equal('U', run.States[0]);
            return (run.Now - began).TotalMilliseconds;
        }
    }

    [Theory]
    [InlineData(RestartStrategy.OneForAll)]
    [InlineData(RestartStrategy.RestForOne)]
    public void Who_builds_on_one_that_waits_waits_too(RestartStrategy strategy)
    {
        var run = new MachineRun(strategy, "PPP", maxRestarts: 100);
        run.Ends(0);
        run.Done();
        run.Ends(0);
        Assert.Equal(("-2 -1", "www"), (run.Done(), run.States));
        run.Passes(TimeSpan.FromMilliseconds(99));
        Assert.Equal("www", run.States);
        run.Passes(TimeSpan.FromMilliseconds(1));
        Assert.Equal(("+0 +1 +2", "UUU"), (run.Done(), run.States));
    }

    [Fact]
    public void A_start_that_hangs_holds_those_after_it_for_ten_seconds()
    {
        var run = new MachineRun(RestartStrategy.OneForOne, "PPP");
        run.IsSlow(0);
        run.Do(machine => machine.StopAll());
        run.Finish(0);
        run.IsSlow(0);
        run.Done();
        run.Do(machine => machine.StartAll(run.Now));
        Assert.Equal(("+0", "sww"), (run.Done(), run.States));
        run.Passes(TimeSpan.FromSeconds(9));
        Assert.Equal("sww", run.States);
        run.Passes(TimeSpan.FromSeconds(1));
        Assert.Equal(("+1 +2", "sUU"), (run.Done(), run.States));
        run.Ends(1);
        Assert.Equal("sUU", run.States); // Nor does it hold a restart.
        run.Do(machine => machine.StopAll());
        Assert.Equal("s--", run.States); // Nor a stop.
        run.Finish(0);
        Assert.Equal("---", run.States); // When it has started after all, it is stopped.
    }

    [Fact]
    public void What_an_operator_has_stopped_stays_so_whoever_fails()
    {
        var run = new MachineRun(RestartStrategy.OneForAll, "PPP");
        run.Do(machine => machine.Stop(1));
        run.Ends(0);
        Assert.Equal("U-U", run.States);
        run.Do(machine => machine.Start(1, run.Now));
        Assert.Equal("UUU", run.States);
    }

    [Fact]
    public void A_restart_by_an_operator_concerns_nobody_else_and_is_no_failure()
    {
        var run = new MachineRun(RestartStrategy.OneForAll, "PPP", maxRestarts: 0);
        run.Done();
        run.Do(machine => machine.Renew(1, run.Now));
        Assert.Equal(("-1 +1", "UUU"), (run.Done(), run.States));
        Assert.Empty(run.Machine.Window.Failures);
        Assert.Equal(0, run.Machine.Slots[1].Restarts);
    }

    [Fact]
    public void An_end_while_an_operator_stops_it_is_no_failure()
    {
        var run = new MachineRun(RestartStrategy.OneForOne, "P", maxRestarts: 0);
        run.IsSlow(0);
        run.Do(machine => machine.Stop(0));
        run.Ends(0);
        Assert.Equal("-", run.States);
        Assert.Null(run.Machine.LatchedSince);
    }

    [Fact]
    public void One_that_was_given_up_can_be_started_by_an_operator_but_is_not_restarted()
    {
        var run = new MachineRun(RestartStrategy.OneForOne, "P", maxRestarts: 0);
        run.Ends(0);
        Assert.Equal("F", run.States);
        run.Do(machine => machine.Start(0, run.Now));
        Assert.Equal("U", run.States);
        run.Ends(0);
        Assert.Equal("F", run.States);
    }

    [Theory]
    [InlineData('P', "U", 1)]
    [InlineData('T', "U", 1)]
    [InlineData('X', "e", 0)]
    public void One_whose_health_checks_fail_is_stopped_and_has_failed_whatever_its_exit_code(char kind, string states, int failures)
    {
        var run = new MachineRun(RestartStrategy.OneForOne, $"{kind}");
        run.Done();
        run.Do(machine => machine.Unhealthy(0));
        Assert.StartsWith("-0", run.Done());
        Assert.Equal((states, failures), (run.States, run.Machine.Window.Failures.Count));
    }

    [Fact]
    public void One_more_end_in_the_middle_of_a_restart_begins_it_anew()
    {
        var run = new MachineRun(RestartStrategy.OneForAll, "PPP");
        run.IsSlow(2);
        run.Done();
        run.Ends(0); // 2 is being stopped.
        Assert.Equal(("-2", "wUo"), (run.Done(), run.States));
        run.Ends(1); // Its turn had not come: it was to be stopped anyway.
        run.Finish(2);
        Assert.Equal(("+0 +1 +2", "UUU"), (run.Done(), run.States));
        Assert.Single(run.Machine.Window.Failures);
    }

    [Fact]
    public void What_an_earlier_run_left_counts()
    {
        var run = new MachineRun(RestartStrategy.OneForOne, "P", maxRestarts: 1);
        run.Do(machine => machine.Restore(null, null, [(run.Now - TimeSpan.FromSeconds(30), 0)]));
        run.Ends(0);
        Assert.Equal("F", run.States);
    }

    /// <summary>Whatever happens in whatever order: nothing is started twice, nothing stopped that does not run (<see cref="MachineRun.Settle"/> checks that), no
    /// more failures are borne than allowed, and in the end everything is as it is wished.</summary>
    [Fact]
    public void Whatever_happens_it_comes_to_rest_as_wished()
    {
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 3], Gen.Select(Gen.Int[0, 9], Gen.Int[0, 3], Gen.Int[0, 2000]).Array[1, 60]).Sample((strategy, maxRestarts, events) =>
        {
            var run = new MachineRun((RestartStrategy)strategy, "PTXP", maxRestarts);
            foreach ((int what, int child, int milliseconds) in events)
            {
                ChildSlot slot = run.Machine.Slots[child];
                run.Passes(TimeSpan.FromMilliseconds(milliseconds));
                if (what <= 2 && slot.Phase is ChildPhase.Up or ChildPhase.Stopping) run.Ends(child, isNormal: what == 2);
                else if (what == 3) run.Do(machine => machine.Stop(child));
                else if (what == 4) run.Do(machine => machine.Start(child, run.Now));
                else if (what == 5) run.Do(machine => machine.Renew(child, run.Now));
                else if (what == 6) run.Do(machine => machine.Unhealthy(child));
                else if (what == 7) run.CannotStart(child, milliseconds < 1000);
                else if (what == 8 && slot.Phase is ChildPhase.Up) run.IsSlow(child);
                else if (what == 9 && slot.Phase is ChildPhase.Stopping or ChildPhase.Starting) run.Finish(child);
                Assert.True(run.Machine.Window.Failures.Count <= maxRestarts || run.Machine.LatchedSince is not null);
            }
            run.Calm();
            run.Passes(TimeSpan.FromMinutes(10));
            Assert.All(run.Machine.Slots, slot => Assert.Equal(slot.Wish == ChildWish.Up ? ChildPhase.Up : ChildPhase.Down, slot.Phase));
            if (run.Machine.LatchedSince is null) Assert.DoesNotContain(run.Machine.Slots, slot => slot.Wish == ChildWish.Failed);
        }, iter: 3000, threads: 1);
    }
}
