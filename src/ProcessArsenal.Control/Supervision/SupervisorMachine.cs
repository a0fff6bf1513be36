namespace ProcessArsenal.Control.Supervision;

/// <summary>Where the life of a child stands.</summary>
internal enum ChildPhase
{
    Down, Starting, Up, Stopping,
}

/// <summary>What is to become of a child.</summary>
internal enum ChildWish
{
    /// <summary>It is to run.</summary>
    Up,

    /// <summary>An operator has stopped it.</summary>
    Stopped,

    /// <summary>It has ended, and its kind is not started again.</summary>
    Ended,

    /// <summary>It failed, and its supervisor is latched.</summary>
    Failed,
}

/// <summary>Something to be done to a child.</summary>
internal readonly record struct Command(bool IsStart, int Child)
{
    public override string ToString() => IsStart ? $"start {Child}" : $"stop {Child}";
}

/// <summary>What is known of a child.</summary>
internal sealed class ChildSlot(RestartType restart)
{
    public RestartType Restart { get; } = restart;

    public ChildPhase Phase { get; set; } = ChildPhase.Down;

    public ChildWish Wish { get; set; } = ChildWish.Up;

    /// <summary>When it came into its phase.</summary>
    public TimeSpan Since { get; set; }

    /// <summary>When it was started, or found alive.</summary>
    public TimeSpan UpSince { get; set; }

    /// <summary>Not started before.</summary>
    public TimeSpan NotBefore { get; set; }

    /// <summary>In a row.</summary>
    public int Failures { get; set; }

    /// <summary>How often it was started again without being asked for.</summary>
    public int Restarts { get; set; }

    /// <summary>To be stopped in its turn, the last first.</summary>
    public bool StopInTurn { get; set; }

    /// <summary>To be stopped at once, and started again.</summary>
    public bool StopToRenew { get; set; }

    /// <summary>To be stopped at once, which counts as a failure.</summary>
    public bool IsUnhealthy { get; set; }

    /// <summary>It was killed and did not end: nobody waits for it any longer.</summary>
    public bool IsStuck { get; set; }

    public bool IsAlive => Phase != ChildPhase.Down;
}

/// <summary>What a supervisor decides: a function of what happened and when, which does nothing itself. Not for concurrent use. Times are of one clock that
/// never jumps.</summary>
internal sealed class SupervisorMachine
{
    /// <summary>Those after a child that is being started wait for it no longer than this.</summary>
    public static readonly TimeSpan LaunchPatience = TimeSpan.FromSeconds(10);

    private readonly SupervisorSpec _spec;
    private readonly ChildSlot[] _slots;

    public SupervisorMachine(SupervisorSpec spec)
    {
        _spec = spec;
        _slots = [.. spec.Children.Select(child => new ChildSlot(child.Restart))];
        Window = new RestartWindow(spec.MaxRestarts, TimeSpan.FromSeconds(spec.MaxSeconds));
    }

    public IReadOnlyList<ChildSlot> Slots => _slots;

    public RestartWindow Window { get; }

    /// <summary>Since when nothing is started any more; null: it is.</summary>
    public TimeSpan? LatchedSince { get; private set; }

    public string? LatchedWhy { get; private set; }

    /// <summary>When <see cref="Next"/> may have more to say though nothing has happened; null: never.</summary>
    public TimeSpan? Wake { get; private set; }

    /// <summary>A child was started, or found alive.</summary>
    public void Launched(int child, TimeSpan now)
    {
        Enter(child, ChildPhase.Up, now);
        _slots[child].UpSince = now;
    }

    public void LaunchFailed(int child, TimeSpan now)
    {
        Enter(child, ChildPhase.Down, now);
        ChildSlot slot = _slots[child];
        bool expected = slot.Wish != ChildWish.Up || slot.StopInTurn;
        Settle(slot);
        if (!expected) Judge(child, isNormal: false, now, lived: TimeSpan.Zero);
    }

    /// <summary>A child has ended, and what it had started too as far as we can tell.</summary>
    public void Ended(int child, bool isNormal, TimeSpan now)
    {
        ChildSlot slot = _slots[child];
        bool unhealthy = slot.IsUnhealthy;
        // Ended by us; or before it was its turn, or while an operator's stop was on its way.
        bool expected = slot.Wish != ChildWish.Up || slot.StopInTurn || (slot.Phase == ChildPhase.Stopping && !unhealthy);
        TimeSpan lived = now - slot.UpSince;
        Enter(child, ChildPhase.Down, now);
        Settle(slot);
        if (!expected) Judge(child, isNormal && !unhealthy, now, lived);
    }

    /// <summary>A child failed its health check for too often.</summary>
    public void Unhealthy(int child)
    {
        if (_slots[child].Phase == ChildPhase.Up) _slots[child].IsUnhealthy = true;
    }

    /// <summary>A child did not end though it was killed.</summary>
    public void Stuck(int child) => _slots[child].IsStuck = true;

    /// <summary>An operator stops a child.</summary>
    public void Stop(int child)
    {
        _slots[child].Wish = ChildWish.Stopped;
        TryAgain(_slots[child]);
    }

    /// <summary>An operator starts a child, also one that was given up. As long as the supervisor is latched it is not started again if it fails.</summary>
    public void Start(int child, TimeSpan now) => (_slots[child].Wish, _slots[child].NotBefore) = (ChildWish.Up, now);

    /// <summary>An operator has a child started anew; its siblings do not take part.</summary>
    public void Renew(int child, TimeSpan now)
    {
        Start(child, now);
        TryAgain(_slots[child]);
        if (_slots[child].Phase is ChildPhase.Up or ChildPhase.Starting) _slots[child].StopToRenew = true;
    }

    /// <summary>All are stopped, the last first.</summary>
    public void StopAll()
    {
        foreach (ChildSlot slot in _slots)
        {
            slot.Wish = ChildWish.Stopped;
            TryAgain(slot);
            slot.StopInTurn = slot.Phase is ChildPhase.Up or ChildPhase.Starting;
        }
    }

    /// <summary>All are started that do not run, the first first.</summary>
    public void StartAll(TimeSpan now)
    {
        for (int i = 0; i < _slots.Length; i++)
            if (_slots[i].Wish != ChildWish.Up) Start(i, now);
    }

    /// <summary>Takes the latch off, forgets all failures, and starts those that were given up.</summary>
    public void Reset(TimeSpan now)
    {
        (LatchedSince, LatchedWhy) = (null, null);
        Window.Clear();
        for (int i = 0; i < _slots.Length; i++)
        {
            _slots[i].Failures = 0;
            if (_slots[i].Wish is ChildWish.Failed or ChildWish.Up) Start(i, now);
        }
    }

    /// <summary>Takes up what an earlier run of ours left.</summary>
    public void Restore(TimeSpan? latchedSince, string? latchedWhy, IEnumerable<(TimeSpan At, int Child)> failures)
    {
        (LatchedSince, LatchedWhy) = (latchedSince, latchedWhy);
        foreach ((TimeSpan at, int child) in failures) Window.Add(at, child);
    }

    /// <summary>What is to be done now. Whoever asks does it: children that are named here are in their next phase already.</summary>
    public List<Command> Next(TimeSpan now)
    {
        var commands = new List<Command>();
        Wake = null;
        Stops(commands, now);
        Starts(commands, now);
        return commands;
    }

    /// <summary>One that others wait for: not one that does not end, nor one whose start hangs.</summary>
    private static bool IsBeingStopped(ChildSlot slot, TimeSpan now) =>
        slot is { StopInTurn: true, IsAlive: true, IsStuck: false } && !(slot.Phase == ChildPhase.Starting && now - slot.Since >= LaunchPatience);

    private void Stops(List<Command> commands, TimeSpan now)
    {
        bool taken = _slots.Any(slot => slot.Phase == ChildPhase.Stopping && IsBeingStopped(slot, now));
        for (int i = _slots.Length - 1; i >= 0; i--)
        {
            ChildSlot slot = _slots[i];
            bool inTurn = slot.StopInTurn && !taken;
            if (slot.Phase == ChildPhase.Starting && IsBeingStopped(slot, now))
            {
                taken = true; // Its turn comes when it has started.
                WakeAt(slot.Since + LaunchPatience);
            }
            bool atOnce = !slot.StopInTurn && (slot.Wish != ChildWish.Up || slot.StopToRenew || slot.IsUnhealthy);
            if (slot.Phase != ChildPhase.Up || !(inTurn || atOnce)) continue;
            taken |= inTurn;
            Enter(i, ChildPhase.Stopping, now);
            commands.Add(new Command(IsStart: false, i));
        }
    }

    private void Starts(List<Command> commands, TimeSpan now)
    {
        bool inOrder = _spec.Strategy != RestartStrategy.OneForOne;
        if (inOrder && _slots.Any(slot => IsBeingStopped(slot, now))) return;
        for (int i = 0; i < _slots.Length; i++)
        {
            ChildSlot slot = _slots[i];
            if (slot.Phase == ChildPhase.Starting && now - slot.Since < LaunchPatience)
            {
                WakeAt(slot.Since + LaunchPatience);
                return;
            }
            if (slot.Phase != ChildPhase.Down || slot.Wish != ChildWish.Up) continue;
            if (now < slot.NotBefore)
            {
                WakeAt(slot.NotBefore);
                if (inOrder) return; // Those after it build on it.
                continue;
            }
            Enter(i, ChildPhase.Starting, now);
            commands.Add(new Command(IsStart: true, i));
            WakeAt(now + LaunchPatience);
            return;
        }
    }

    private void Judge(int child, bool isNormal, TimeSpan now, TimeSpan lived)
    {
        ChildSlot slot = _slots[child];
        if (!RestartPlan.IsFailure(slot.Restart, isNormal))
        {
            slot.Wish = ChildWish.Ended;
            return;
        }
        if (lived >= BackOff.HealthyAfter(_spec.MaxSeconds)) slot.Failures = 0;
        slot.Failures++;
        bool tooMany = Window.Add(now, child);
        if (LatchedSince is not null || tooMany)
        {
            slot.Wish = ChildWish.Failed;
            if (LatchedSince is null) Latch(child, now);
            return;
        }
        RestartPlan plan = RestartPlan.For(_spec.Strategy, child,
            [.. _slots.Select(sibling => new Sibling(sibling.Restart, sibling.IsAlive, sibling.Wish is ChildWish.Up or ChildWish.Ended))]);
        foreach (int i in plan.Stop)
        {
            _slots[i].StopInTurn = true;
            if (_slots[i].Restart == RestartType.Temporary && _slots[i].Wish == ChildWish.Up) _slots[i].Wish = ChildWish.Ended;
        }
        foreach (int i in plan.Start)
        {
            if (i == child || _slots[i].IsAlive || _slots[i].Wish == ChildWish.Ended) _slots[i].Restarts++;
            _slots[i].Wish = ChildWish.Up;
        }
        slot.NotBefore = now + BackOff.Delay(slot.Failures);
    }

    /// <summary>It takes nobody down: whoever still runs goes on, and who was stopped for the sake of the one that failed is started; but not who failed before, and
    /// was to be started again later.</summary>
    private void Latch(int child, TimeSpan now)
    {
        LatchedSince = now;
        LatchedWhy = $"{Window.Failures.Count} failures within {_spec.MaxSeconds} s (max_restarts is {_spec.MaxRestarts}), the last of '{_spec.Children[child].Name}'";
        foreach (ChildSlot slot in _slots)
        {
            if (slot is { Phase: ChildPhase.Down, Wish: ChildWish.Up, Failures: > 0 } && now < slot.NotBefore) slot.Wish = ChildWish.Failed;
            if (!slot.StopInTurn || slot.Phase == ChildPhase.Stopping || slot.Wish == ChildWish.Stopped) continue;
            slot.StopInTurn = false;
            slot.Wish = ChildWish.Up; // A temporary one, too, whose turn had not come.
        }
    }

    private void Enter(int child, ChildPhase phase, TimeSpan now) => (_slots[child].Phase, _slots[child].Since) = (phase, now);

    /// <summary>One that did not end is stopped once more if it is asked for once more.</summary>
    private static void TryAgain(ChildSlot slot)
    {
        if (slot.IsStuck) (slot.Phase, slot.IsStuck) = (ChildPhase.Up, false);
    }

    private static void Settle(ChildSlot slot) => slot.StopInTurn = slot.StopToRenew = slot.IsUnhealthy = slot.IsStuck = false;

    private void WakeAt(TimeSpan time) => Wake = Wake is { } earlier && earlier < time ? earlier : time;
}
