using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Guards;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Tests.Pipeline;

/// <summary>Every guard, by every way in, at the decision and between it and the harm.</summary>
[Collection("Control")]
public sealed class GuardTests : IDisposable
{
    private readonly ControlPlace _place = new();

    public void Dispose() => _place.Dispose();

    /// <summary>Every guard, and what makes it object.</summary>
    public static TheoryData<string> Guards => [.. GuardCatalogue.All.Select(static guard => guard.Name).Append(GuardCatalogue.Identity).Distinct()];

    /// <summary>Ways in: one process by its identity, several by theirs, and by a condition.</summary>
    public static TheoryData<string, string> GuardsByWay => new(from guard in Guards from way in (string[])["identity", "identities", "where"] select (guard.Data, way));

    [Theory]
    [MemberData(nameof(GuardsByWay))]
    public async Task Refuses_with_its_own_reason(string guard, string way)
    {
        Scene scene = await Scene.Of(guard, _place);
        ControlRequest request = scene.Ask(way);
        await scene.Object();
        TargetResult result = (await _place.Run(request)).Targets.Single(target => target.Target.Identity == scene.Target);
        Assert.Equal((OutcomeKind.Refused, guard), (result.Outcome, result.Guard));
        Assert.Matches(scene.Reason, result.Reason);
        Assert.Equal(OutcomeKind.Refused, _place.Ledger!.Reader.Find(result.Action!.Value)!.Outcome!.Kind);
        Assert.True(scene.IsUnharmed);
        scene.Release.TrySetResult();
    }

    [Theory]
    [MemberData(nameof(GuardsByWay))]
    public async Task Refuses_when_the_world_changes_between_decision_and_harm(string guard, string way)
    {
        if (guard is "untouchable" or "min_uptime") return; // Nobody becomes pid 1, nor younger.
        Scene scene = await Scene.Of(guard, _place);
        bool hasChanged = false;
        _place.Pipeline.BeforeHarm = async target =>
        {
            if (target.Identity != scene.Target || hasChanged) return;
            hasChanged = true;
            await scene.Object();
        };
        TargetResult result = (await _place.Run(scene.Ask(way))).Targets.Single(target => target.Target.Identity == scene.Target);
        if (guard is "concurrency" or "cooldown" or "protected")
        {
            // What is under way keeps others out; its own cooldown, and a target's protection, were settled when it was recorded.
            Assert.Equal(OutcomeKind.Succeeded, result.Outcome);
            scene.Release.TrySetResult();
            return;
        }
        Assert.True(hasChanged);
        Assert.Equal((OutcomeKind.Refused, guard), (result.Outcome, result.Guard));
        Assert.True(scene.IsUnharmed);
        Assert.Equal(OutcomeKind.Refused, _place.Ledger!.Reader.Find(result.Action!.Value)!.Outcome!.Kind);
    }

    /// <summary>The running one is as dear as before, and no other process.</summary>
    [Fact]
    public async Task Whose_file_an_update_has_replaced_is_who_it_was()
    {
        string path = _place.Program("updated");
        Victim victim = _place.Start(path, "1000");
        _place.Sample();
        File.Delete(path);
        _place.Options = _place.Options with { Protected = [ControlPlace.Parse("exe = \"/nowhere\"")] };
        Assert.Null((await _place.Run(ControlPlace.Ask(new KillAction(), ControlPlace.Where($"pid = {victim.Identity.Pid}")) with { IsPreview = true })).Targets[0].Guard);
        _place.Options = _place.Options with { Protected = [ControlPlace.Parse($"exe = \"{path}\"")] };
        Assert.Equal("protected", (await _place.Do(new KillAction(), victim)).Guard);
        Assert.True(victim.IsAlive);
    }

    [Theory]
    [InlineData("/usr/sbin/sshd", true, true)]
    [InlineData("/usr/lib/systemd/systemd-journald", true, true)]
    [InlineData("/pause", true, true)]
    [InlineData("/usr/bin/containerd-shim-runc-v2", true, true)]
    [InlineData("/usr/sbin/sshd", false, false)]
    [InlineData("/tmp/sshd", true, false)]
    [InlineData("/home/me/usr/sbin/sshd", true, false)]
    [InlineData("/usr/bin/sshd-lookalike", true, false)]
    [InlineData(null, true, false)]
    public void What_the_host_lives_by_is_protected_by_its_file(string? executable, bool isOfRoot, bool isProtected) => Assert.Equal(isProtected, ProtectedGuard.IsOfSystem(executable, isOfRoot));

    [Fact]
    public async Task Nobody_touches_us_our_parents_or_the_first_process_even_by_force()
    {
        int parent = TargetFacts.ParentOf(_place.Proc, Environment.ProcessId)!.Value;
        foreach (int pid in (int[])[1, Environment.ProcessId, parent])
        {
            if (HeldProcess.Identify(_place.Proc, pid) is not { } identity) continue;
            ControlResult result = await _place.Run(ControlPlace.Ask(new SignalAction(SignalNames.Parse("WINCH")!.Value), TargetSelection.Of(identity)) with { Force = true });
            Assert.Equal("untouchable", result.Targets[0].Guard);
        }
    }

    [Fact]
    public async Task More_than_were_allowed_is_nobody()
    {
        Victim[] victims = [_place.Start(), _place.Start(), _place.Start()];
        ControlResult result = await _place.Run(ControlPlace.Ask(new KillAction(), TargetSelection.Of([.. victims.Select(static one => one.Identity)]), new ControlLimits { MaxTargets = 2 }));
        Assert.All(result.Targets, static target => Assert.Equal((OutcomeKind.Refused, "max_targets"), (target.Outcome, target.Guard)));
        Assert.All(victims, static victim => Assert.True(victim.IsAlive));
    }

    [Fact]
    public async Task The_budget_holds_across_restarts_and_is_given_back_for_what_was_not_done()
    {
        _place.Options = _place.Options with { MaxActionsPerHour = 2 };
        Victim first = _place.Start(), second = _place.Start(), third = _place.Start();
        _place.Pipeline.BeforeHarm = _ => Task.Run(first.End);
        Assert.Equal("identity", (await _place.Do(new KillAction(), first)).Guard); // Took nothing.
        _place.Pipeline.BeforeHarm = null;
        Assert.Equal(OutcomeKind.Succeeded, (await _place.Do(new KillAction(), second)).Outcome);
        _place.Restart();
        Victim[] both = [third, _place.Start()];
        ControlResult result = await _place.Run(ControlPlace.Ask(new KillAction(), TargetSelection.Of([.. both.Select(static one => one.Identity)])));
        Assert.Equal([null, "budget"], result.Targets.Select(static target => target.Guard));
        Assert.True(both[1].IsAlive);
        ControlRequest forced = ControlPlace.Ask(new KillAction(), TargetSelection.Of(both[1].Identity)) with { Force = true };
        Assert.Equal(OutcomeKind.Succeeded, (await _place.Run(forced)).Targets[0].Outcome);
    }

    [Fact]
    public async Task What_harms_nobody_takes_nothing_from_the_budget()
    {
        _place.Options = _place.Options with { MaxActionsPerHour = 1 };
        Victim victim = _place.Start();
        for (int i = 0; i < 3; i++) Assert.NotEqual(OutcomeKind.Refused, (await _place.Do(new ResumeAction(), victim)).Outcome); // As recordings do.
        _place.Restart();
        Assert.Equal(OutcomeKind.Succeeded, (await _place.Do(new KillAction(), victim)).Outcome);
        Assert.Equal("budget", (await _place.Do(new KillAction(), _place.Start())).Guard);
    }

    [Fact]
    public async Task Of_two_that_ask_at_once_for_the_last_healthy_one_is_refused()
    {
        Victim[] group = [_place.Start(_place.Program("member")), _place.Start(_place.Program("member"))];
        await Scene.PastGrace(_place, group);
        var limits = new ControlLimits { MinHealthy = Scene.HealthyMembers(_place, group) - 1 };
        TargetResult[] results = await Task.WhenAll(group.Select(victim => _place.Do(new KillAction(), victim, limits)));
        Assert.Equal(1, results.Count(static result => result.Outcome == OutcomeKind.Succeeded));
        Assert.Equal("min_healthy", Assert.Single(results, static result => result.Outcome == OutcomeKind.Refused).Guard);
    }

    /// <summary>A process that a guard has something against once <see cref="Object"/> was called.</summary>
    private sealed class Scene(ControlPlace place)
    {
        public Func<Task> Object { get; private set; } = static () => Task.CompletedTask;

        public ControlLimits Limits { get; private set; } = new() { MaxTargets = 50 };

        public required ProcessIdentity Target { get; init; }

        public required Func<bool> Unharmed { get; init; }

        public string Reason { get; private set; } = "";

        /// <summary>What is held until the test has seen enough.</summary>
        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsUnharmed => Unharmed();

        public ControlAction Action { get; private set; } = new KillAction();

        public ControlRequest Ask(string way)
        {
            Victim other = place.Start();
            place.Sample();
            return ControlPlace.Ask(Action, way switch
            {
                "identity" => TargetSelection.Of(Target),
                "identities" => TargetSelection.Of(other.Identity, Target),
                _ => ControlPlace.Where(FormattableString.Invariant($"pid = {Target.Pid}")),
            }, Limits);
        }

        public static async Task<Scene> Of(string guard, ControlPlace place)
        {
            if (guard == "untouchable")
            {
                ProcessIdentity self = HeldProcess.Identify(place.Proc, Environment.ProcessId)!.Value;
                return new Scene(place) { Target = self, Unharmed = static () => true, Reason = "^it is this exporter", Action = new SuspendAction() };
            }
            Victim victim = guard == "changed" ? place.Start("/bin/sh", "-c", "read -r line; exec /bin/sleep 600") : place.Start(place.Program("member"));
            var scene = new Scene(place) { Target = victim.Identity, Unharmed = () => guard == "identity" || victim.IsAlive };
            switch (guard)
            {
                case "pause":
                    (scene.Object, scene.Reason) = (() => place.Pipeline.PauseAsync(new PauseState("me", "moving", DateTimeOffset.UnixEpoch, null)), "^all actions are paused, by me: moving");
                    break;
                case "identity":
                    place.Sample(); // So that the condition finds it.
                    (scene.Object, scene.Reason) = (() => Task.Run(victim.End), "^it has ended");
                    break;
                case "protected":
                    (scene.Object, scene.Reason) = (() => Task.FromResult(place.Options = place.Options with { Protected = [ControlPlace.Parse("exe ~ \"/member\"")] }), "^control.protected has exe ~ \"/member\"");
                    break;
                case "changed":
                    place.Options = place.Options with { Protected = [ControlPlace.Parse("exe = \"/nowhere\"")] };
                    (scene.Object, scene.Reason) = (() => Exec(victim), "^it runs /.*/sleep now, and ran /.*sh when it was sampled");
                    break;
                case "min_uptime":
                    scene.Limits = scene.Limits with { MinUptime = TimeSpan.FromHours(1) };
                    scene.Reason = @"^it has run for [0-9.]+ s, and 3600 s are asked for \(min_uptime\)";
                    break;
                case "min_healthy":
                    await PastGrace(place, victim);
                    int others = HealthyMembers(place, victim) - 1;
                    Victim spare = place.Start(place.Program("member"));
                    await PastGrace(place, victim, spare);
                    scene.Limits = scene.Limits with { MinHealthy = others + 1 };
                    (scene.Object, scene.Reason) = (() => Task.Run(spare.End), @"of the group member would be left that are fit for work, and [0-9]+ must be \(min_healthy\)$");
                    break;
                case "budget":
                    (scene.Object, scene.Reason) = (() => Task.FromResult(place.Options = place.Options with { MaxActionsPerHour = 0 }), @"\(control.max_actions_per_hour\)");
                    break;
                case "cooldown":
                    scene.Limits = scene.Limits with { Cooldown = TimeSpan.FromMinutes(5) };
                    Victim before = place.Start(place.Program("member"));
                    place.Sample();
                    (scene.Object, scene.Reason) = (async () => await place.Do(scene.Action, before, scene.Limits), @"^the last one was a short while ago: not before .*Z \(cooldown\)$");
                    break;
                case "concurrency":
                    (scene.Object, scene.Reason) = (() => Hold(place, victim, scene.Release.Task), @"^another is under way for it already \(signal\)");
                    break;
                case "one_at_a_time":
                    scene.Weigh(static burden => burden with { Other = "action 7, of pid 4711" }, @"^another is under way \(action 7, of pid 4711\)");
                    break;
                case "disk_headroom":
                    scene.Weigh(static burden => burden with { FreeThere = 199 << 20 }, "^/tmp, where its runtime writes it, has 199 MiB left, and twice of what is expected must be: 200 MiB");
                    break;
                case "memory_headroom":
                    scene.Weigh(static burden => burden with { MemoryLeft = 127 << 20 }, "has 127 MiB of memory left, and 128 MiB must be: else it might be killed");
                    break;
                case "freeze":
                    scene.Weigh(static burden => burden with { Freeze = TimeSpan.FromSeconds(31) }, @"for about 31 s .* and may for 30 s. To allow it: max_freeze \(--max-freeze 47s\)");
                    break;
                default:
                    throw new ArgumentException($"There is no scene of the guard {guard}.", nameof(guard));
            }
            return scene;
        }

        /// <summary>Has the action take more than there is.</summary>
        private void Weigh(Func<Burden, Burden> change, string reason)
        {
            var heavy = new HeavyAction();
            (Action, Reason) = (heavy, reason);
            Object = () => Task.FromResult(heavy.Burden = change(heavy.Burden));
        }

        private static Task Exec(Victim victim)
        {
            victim.Tell("go on");
            return ProcessArsenal.Tests.Eventually.True("it runs another file", () => new FileInfo($"/proc/{victim.Identity.Pid}/exe").LinkTarget?.EndsWith("/sleep", StringComparison.Ordinal) == true);
        }

        /// <summary>Has another action of it under way, that does not end by itself.</summary>
        private static async Task Hold(ControlPlace place, Victim victim, Task release)
        {
            var begun = new TaskCompletionSource();
            Func<Target, Task>? before = place.Pipeline.BeforeHarm;
            bool isFirst = true;
            place.Pipeline.BeforeHarm = target =>
            {
                if (!isFirst || target.Identity != victim.Identity) return Task.CompletedTask;
                isFirst = false;
                begun.SetResult();
                return release;
            };
            Task<TargetResult> other = place.Do(new SignalAction(SignalNames.Parse("WINCH")!.Value), victim);
            await Task.WhenAny(begun.Task, other);
            place.Pipeline.BeforeHarm = before;
        }

        /// <summary>Until all have lived for as long as it takes to count as fit for work.</summary>
        public static Task PastGrace(ControlPlace place, params Victim[] victims) => ProcessArsenal.Tests.Eventually.True("they are past their grace period", () =>
        {
            place.Sample();
            return victims.All(victim => Members(place).Contains(victim.Identity));
        });

        public static int HealthyMembers(ControlPlace place, params Victim[] victims)
        {
            place.Sample();
            Assert.All(victims, victim => Assert.Contains(victim.Identity, Members(place)));
            return Members(place).Count;
        }

        private static List<ProcessIdentity> Members(ControlPlace place) => new TargetResolver(place.Store, () => place.Options).MembersOf("member");
    }

    /// <summary>Takes what it is told to take.</summary>
    private sealed class HeavyAction : ControlAction
    {
        public Burden Burden { get; set; } = new()
        {
            What = "heap dump",
            Bytes = 100 << 20,
            FreeHere = 300 << 20,
            MostHere = 100 << 20,
            There = "/tmp",
            FreeThere = 200 << 20,
            IsSameDisk = true,
            Memory = 128 << 20,
            MemoryLeft = 128 << 20,
            Freeze = TimeSpan.FromSeconds(1),
            MaxFreeze = TimeSpan.FromSeconds(30),
            Rate = 100 << 20,
        };

        public override string Name => "heavy";

        internal override Task<Reach> ReachAsync(ActionContext context, CancellationToken cancellation) => Task.FromResult(new Reach { Burden = Burden });

        internal override Task<ActionEnd> ActAsync(ActionContext context, CancellationToken cancellation) => Task.FromResult(new ActionEnd(true, "done"));
    }
}
