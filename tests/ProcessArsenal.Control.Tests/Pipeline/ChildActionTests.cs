using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Actions.Children;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Restarting;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Control.Tests.Supervision;
using ProcessArsenal.Procfs;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Pipeline;

/// <summary>Supervised children by the pipeline: the same guards, the same ledger.</summary>
[Collection("Control")]
public sealed class ChildActionTests : IAsyncLifetime
{
    private static readonly ControlLimits One = new();

    private readonly ControlPlace _control = new();
    private readonly SupervisionPlace _place = new();

    public async ValueTask InitializeAsync()
    {
        _place.Start(new SupervisorSpec("shop", [SupervisionPlace.Script("orders", "while read line; do test \"$line\" = crash && exit 3; echo \"<$line>\"; done"), SupervisionPlace.Sleeper("mail") with { Restart = RestartType.Transient }]) { MaxRestarts = 1 });
        await _place.Becomes("Running Running");
    }

    public async ValueTask DisposeAsync()
    {
        await _place.DisposeAsync();
        _control.Dispose();
    }

    [Fact]
    public async Task A_child_is_stopped_started_and_restarted_and_each_is_in_the_ledger()
    {
        ProcessIdentity first = Identity("orders");
        TargetResult stopped = await Do(new StopChildAction());
        Assert.Equal((OutcomeKind.Succeeded, true, 15), (stopped.Outcome, stopped.HasEnded, stopped.Exit?.Signal));
        Assert.Equal(("ended by signal 15; it stays so until it is started", first), (stopped.Reason, stopped.Target.Identity));
        await _place.Becomes("Stopped Running");
        Assert.Equal("it did not run, and it stays so until it is started", (await Do(new StopChildAction())).Reason);

        TargetResult started = await Do(new StartChildAction());
        Assert.Equal((OutcomeKind.Succeeded, Identity("orders")), (started.Outcome, started.New));
        Assert.Equal(default, started.Target.Identity);
        TargetResult twice = await Do(new StartChildAction());
        Assert.Equal((OutcomeKind.Refused, StartChildAction.State, "it runs already"), (twice.Outcome, twice.Guard, twice.Reason));

        TargetResult restarted = await Do(new RestartChildAction());
        Assert.Equal((OutcomeKind.Succeeded, started.New, Identity("orders"), 15), (restarted.Outcome, restarted.Old, restarted.New, restarted.Exit?.Signal));
        Assert.NotEqual(restarted.Old, restarted.New);
        Assert.Equal((0, 0), (_place.Child().Restarts, _place.View.RestartsWithin)); // As it was meant.

        ActionRecord row = _control.Ledger!.Reader.Find(restarted.Action!.Value)!;
        Assert.Equal(("restart", "shop/orders", "api", OutcomeKind.Succeeded), (row.Intent.Action, row.Intent.Target, row.Intent.Trigger, row.Outcome!.Kind));
        Assert.Equal(["restart", "start", "start", "stop", "stop"], _control.Ledger.Reader.List(null, 10, new ActionFilter { Target = "shop/orders" }).Actions.Select(static action => action.Intent.Action));
    }

    [Fact]
    public async Task A_line_is_put_into_its_input_and_kept_without_what_looks_like_a_secret()
    {
        TargetResult sent = await Do(new MessageAction("login token=abc123 now"));
        Assert.Equal((OutcomeKind.Succeeded, "the line is in its standard input; whether it reads it can't be known"), (sent.Outcome, sent.Reason));
        await _place.Says("<login token=abc123 now>");
        string details = _control.Ledger!.Reader.Find(sent.Action!.Value)!.Intent.Details!.Value.ToString();
        Assert.Contains("login token=***", details, StringComparison.Ordinal);
        Assert.DoesNotContain("abc123", details, StringComparison.Ordinal);
        Assert.Equal("set password ***", new MessageAction("set password to hunter2").Parameters);
        Assert.Equal("reload", new MessageAction("reload").Parameters);
        Assert.NotNull(MessageAction.Error("a\nb"));
        await Do(new StopChildAction());
        Assert.Equal((OutcomeKind.Failed, "it does not run"), ((await Do(new MessageAction("x"))).Outcome, (await Do(new MessageAction("x"))).Reason));
    }

    [Fact]
    public async Task A_latched_supervisor_begins_anew_by_a_start_with_reset()
    {
        await Crash();
        await Crash();
        await _place.Becomes("Failed Running");
        Assert.NotNull(_place.View.LatchedSince);
        TargetResult plain = await Do(new StartChildAction());
        Assert.Contains("its supervisor is latched", plain.Reason, StringComparison.Ordinal);
        Assert.NotNull(_place.View.LatchedSince);
        TargetResult reset = await Do(new StartChildAction(reset: true));
        Assert.Equal((OutcomeKind.Succeeded, Identity("orders")), (reset.Outcome, reset.New));
        Assert.Null(_place.View.LatchedSince);
    }

    [Fact]
    public async Task A_start_that_does_not_last_is_told_as_it_is()
    {
        await using var place = new SupervisionPlace();
        place.Start(
            SupervisionPlace.Script("fails", "exit 7") with { Restart = RestartType.Temporary }, SupervisionPlace.Script("works", "exit 0") with { Restart = RestartType.Transient }, new ChildSpec("none", ["/no/such/program"]) { Restart = RestartType.Temporary });
        await place.Becomes("Ended Ended Ended");
        TargetResult fails = await Do(new StartChildAction(), Child(place, "fails")), works = await Do(new StartChildAction(), Child(place, "works")), none = await Do(new StartChildAction(), Child(place, "none"));
        Assert.Equal(OutcomeKind.Failed, fails.Outcome);
        Assert.Contains("which ended within 1 s: exit code 7; its output is in ", fails.Reason, StringComparison.Ordinal);
        Assert.Equal(OutcomeKind.Succeeded, works.Outcome);
        Assert.Contains("exit code 0", works.Reason, StringComparison.Ordinal);
        Assert.Equal((OutcomeKind.Failed, "could not be started: there is no program /no/such/program"), (none.Outcome, none.Reason));
    }

    /// <summary>Whether or not it runs; and what its process can't tell is not asked where it has none.</summary>
    [Fact]
    public async Task Guards_are_asked_of_children_too()
    {
        await _control.Pipeline.PauseAsync(new PauseState("tester", "moving", TimeProvider.System.GetUtcNow(), null));
        Assert.Equal("pause", (await Do(new StopChildAction())).Guard);
        Assert.Equal("pause", (await Do(new RestartChildAction())).Guard);
        Assert.Equal("pause", (await Do(new MessageAction("x"))).Guard);
        await _control.Pipeline.PauseAsync(null);
        Assert.Equal("min_uptime", (await Do(new StopChildAction(), limits: One with { MinUptime = TimeSpan.FromHours(1) })).Guard);
        _control.Options = _control.Options with { Protected = [ControlPlace.Parse("exe ~ \"/(da|ba|busybox)?sh$\"")] };
        _control.Sample();
        Assert.Equal("protected", (await Do(new StopChildAction())).Guard);
        Assert.Equal("protected", (await Do(new MessageAction("x"))).Guard);
        _control.Options = _control.Options with { MaxActionsPerHour = 0 };
        Assert.Equal("budget", (await Do(new StopChildAction(), Child(_place, "mail"))).Guard);
        Assert.True(_place.Lives(Identity("orders")) && _place.Lives(Identity("mail")));
        await _place.Stop("orders");
        await _control.Pipeline.PauseAsync(new PauseState("tester", "moving", TimeProvider.System.GetUtcNow(), null));
        Assert.Equal("pause", (await Do(new StartChildAction())).Guard);
        await _control.Pipeline.PauseAsync(null);
        Assert.Equal(OutcomeKind.Succeeded, (await Do(new StartChildAction())).Outcome); // It takes nothing from anybody.
    }

    /// <summary>As that ends with it.</summary>
    [Fact]
    public async Task So_they_are_of_what_a_child_has_started()
    {
        await using var place = new SupervisionPlace();
        place.Start(SupervisionPlace.Script("orders", "sleep 1000 & echo $!; wait"));
        ProcessIdentity worker = await place.Told();
        ControlResult preview = await _control.Run(ControlPlace.Ask(new StopChildAction(), TargetSelection.OfChildren(Child(place, "orders"))) with { IsPreview = true });
        Assert.Equal("it would be done: supervised child shop/orders, with 1 other process", preview.Targets[0].Reason);
        _control.Options = _control.Options with { Protected = [ControlPlace.Parse($"pid = {worker.Pid}")] };
        _control.Sample();
        foreach (ChildAction action in (ChildAction[])[new StopChildAction(), new RestartChildAction()])
        {
            TargetResult refused = await Do(action, Child(place, "orders"));
            Assert.Equal((OutcomeKind.Refused, "protected"), (refused.Outcome, refused.Guard));
            Assert.Contains($"of supervised child shop/orders: pid {worker.Pid} (sleep) would end with it, and ", refused.Reason, StringComparison.Ordinal);
        }
        Assert.True(place.Lives(worker));
        _control.Options = _control.Options with { Protected = [] };
        Assert.Equal(OutcomeKind.Succeeded, (await Do(new StopChildAction(), Child(place, "orders"))).Outcome);
        Assert.False(place.Lives(worker));
    }

    [Fact]
    public async Task A_preview_and_a_viewer_do_nothing()
    {
        ProcessIdentity before = Identity("orders");
        ControlResult preview = await _control.Run(ControlPlace.Ask(new RestartChildAction(), TargetSelection.OfChildren(Child(_place, "orders"), Child(_place, "mail"))) with { IsPreview = true });
        Assert.Equal([OutcomeKind.NotDone, OutcomeKind.NotDone], preview.Targets.Select(static target => target.Outcome!.Value));
        ControlException refused = await Assert.ThrowsAsync<ControlException>(() => _control.Run(ControlPlace.Ask(new StopChildAction(), TargetSelection.OfChildren(Child(_place, "orders")), role: Role.Diagnose)));
        Assert.Equal(ControlFault.Forbidden, refused.Kind);
        Assert.Equal(before, Identity("orders"));
    }

    [Fact]
    public async Task The_same_key_does_it_once_and_tells_what_came_of_it()
    {
        ControlRequest request = ControlPlace.Ask(new RestartChildAction(), TargetSelection.OfChildren(Child(_place, "orders"))) with { Key = new IdempotencyKey("tester", "one", "restart shop/orders") };
        ControlResult first = await _control.Run(request), again = await _control.Run(request);
        Assert.True(again.IsRepeated);
        Assert.Equal((first.Targets[0].Target.Identity, first.Targets[0].New, "shop/orders"), (again.Targets[0].Target.Identity, again.Targets[0].New, again.Targets[0].Target.Label));
        Assert.Equal(first.Targets[0].New, Identity("orders"));
    }

    /// <summary>As a child, and as a process: nobody interferes.</summary>
    [Fact]
    public async Task One_thing_at_a_time_is_done_to_a_child_and_its_process()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _control.Pipeline.BeforeHarm = async target =>
        {
            if (target.Label == "shop/orders") await release.Task;
        };
        ProcessIdentity process = Identity("orders");
        Task<TargetResult> restarting = Do(new RestartChildAction());
        await Eventually.True("it is under way", () => _control.Ledger!.Reader.List(null, 1, new ActionFilter { Open = true }).Actions.Count == 1);
        Assert.Equal("concurrency", (await Do(new StopChildAction())).Guard);
        TargetResult suspended = Assert.Single((await _control.Run(ControlPlace.Ask(new SuspendAction(), TargetSelection.Of(process)))).Targets);
        Assert.Equal("concurrency", suspended.Guard);
        Assert.Equal(OutcomeKind.Succeeded, (await Do(new RestartChildAction(), Child(_place, "mail"))).Outcome);
        release.SetResult();
        Assert.Equal(OutcomeKind.Succeeded, (await restarting).Outcome);
    }

    /// <summary>Whom the guards have seen is not there any more.</summary>
    [Fact]
    public async Task A_child_that_has_another_process_by_then_is_let_be()
    {
        ProcessIdentity first = Identity("orders");
        _control.Pipeline.BeforeHarm = async _ =>
        {
            _place.Signal(first, 9);
            await _place.Next(first);
        };
        TargetResult refused = await Do(new StopChildAction());
        Assert.Equal((OutcomeKind.Refused, "identity"), (refused.Outcome, refused.Guard));
        Assert.Contains("ask again", refused.Reason, StringComparison.Ordinal);
        Assert.True(_place.Lives(Identity("orders")));
    }

    /// <summary>Its supervisor owns it, whatever unit or container we run in ourselves.</summary>
    [Fact]
    public async Task A_restart_of_its_process_is_one_of_the_child()
    {
        ProcessIdentity first = Identity("orders");
        SupervisedChild? Own(ProcessIdentity process) => _place.Set!.OwnerOf(process) is { } owner ? _place.Set.Find(new ChildName(owner.Supervisor.Name, owner.Child)) : null;
        TargetResult restarted = Assert.Single((await _control.Run(ControlPlace.Ask(new RestartAction(new RestartOptions(), Own), TargetSelection.Of(first)))).Targets);
        Assert.Equal((OutcomeKind.Succeeded, "supervised child shop/orders", first, Identity("orders")), (restarted.Outcome, restarted.Owner, restarted.Old, restarted.New));
        Assert.NotEqual(first, restarted.New);
        Assert.Equal(0, _place.View.RestartsWithin);
    }

    [Fact]
    public async Task After_a_crash_of_ours_what_was_under_way_is_closed_and_not_done_again()
    {
        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _control.Pipeline.BeforeHarm = _ => never.Task;
        ProcessIdentity before = Identity("orders");
        _ = Do(new RestartChildAction());
        await Eventually.True("it is under way", () => _control.Ledger!.Reader.List(null, 1, new ActionFilter { Open = true }).Actions.Count == 1);
        _control.Restart();
        Assert.Equal(1, await _control.Pipeline.CloseInterruptedAsync());
        ActionRecord closed = Assert.Single(_control.Ledger!.Reader.List(null, 1, new ActionFilter { Target = "shop/orders" }).Actions);
        Assert.Equal(OutcomeKind.Interrupted, closed.Outcome!.Kind);
        Assert.EndsWith("its supervisor says how the child is (process-arsenal supervisors)", closed.Outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(before, Identity("orders"));
    }

    [Theory]
    [InlineData("shop/orders", true)]
    [InlineData("shop", false)]
    [InlineData("shop/orders/x", false)]
    [InlineData("/orders", false)]
    [InlineData("shop/", false)]
    [InlineData("../orders", false)]
    [InlineData("shop/.lock", false)]
    [InlineData("shop/or ders", false)]
    [InlineData("4711-65123-ab12cd34", false)]
    public void A_name_of_a_child_is_told_from_all_else(string text, bool isName) => Assert.Equal(isName ? text : null, ChildName.Parse(text)?.ToString());

    private async Task Crash()
    {
        ProcessIdentity now = Identity("orders");
        Assert.Null(await _place.Send("orders", "crash", TimeSpan.FromSeconds(5)));
        await Eventually.True("it has crashed", () => _place.Child().Identity != now && _place.Child().State is ChildState.Running or ChildState.Failed);
    }

    private ProcessIdentity Identity(string child) => Child(_place, child).View.Identity!.Value;

    private static SupervisedChild Child(SupervisionPlace place, string child) => place.Set!.Find(new ChildName("shop", child))!;

    private async Task<TargetResult> Do(ChildAction action, SupervisedChild? child = null, ControlLimits? limits = null) =>
        Assert.Single((await _control.Run(ControlPlace.Ask(action, TargetSelection.OfChildren(child ?? Child(_place, "orders")), limits ?? One))).Targets);
}
