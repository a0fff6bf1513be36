using ProcessArsenal.Control.Supervision;

namespace ProcessArsenal.Control.Tests.Supervision;

/// <summary>A supervisor of children that are only imagined: each starts and stops when it is told to, unless it is said to do otherwise.</summary>
internal sealed class MachineRun
{
    private readonly HashSet<int> _cannotStart = [], _slow = [];

    public MachineRun(RestartStrategy strategy, string children, int maxRestarts = 3, int maxSeconds = 60)
    {
        ChildSpec[] specs = [.. children.Select((letter, i) => new ChildSpec($"c{i}", ["/bin/true"])
        {
            Restart = letter switch { 'T' => RestartType.Transient, 'X' => RestartType.Temporary, _ => RestartType.Permanent },
        })];
        Machine = new SupervisorMachine(new SupervisorSpec("s", specs) { Strategy = strategy, MaxRestarts = maxRestarts, MaxSeconds = maxSeconds });
        Settle();
    }

    public SupervisorMachine Machine { get; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1000);

    /// <summary>What was done since the last call: <c>+1</c> started, <c>-1</c> stopped, <c>!1</c> could not be started.</summary>
    public string Done()
    {
        string done = string.Join(' ', _done);
        _done.Clear();
        return done;
    }

    private readonly List<string> _done = [];

    /// <summary>One letter a child: U up, s starting, o stopping, w waits to be started, - stopped, e ended, F failed.</summary>
    public string States => string.Concat(Machine.Slots.Select(slot => slot.Phase switch
    {
        ChildPhase.Up => 'U',
        ChildPhase.Starting => 's',
        ChildPhase.Stopping => 'o',
        _ => slot.Wish switch { ChildWish.Up => 'w', ChildWish.Stopped => '-', ChildWish.Ended => 'e', _ => 'F' },
    }));

    public void CannotStart(int child, bool cannot = true) => _ = cannot ? _cannotStart.Add(child) : _cannotStart.Remove(child);

    /// <summary>It takes its time to stop and to start, until <see cref="Finish"/>.</summary>
    public void IsSlow(int child) => _slow.Add(child);

    public void Finish(int child)
    {
        _slow.Remove(child);
        if (Machine.Slots[child].Phase == ChildPhase.Stopping) Machine.Ended(child, isNormal: true, Now);
        else Launched(child);
        Settle();
    }

    /// <summary>From now on all start and stop when they are told to, and those that are about to have.</summary>
    public void Calm()
    {
        _slow.Clear();
        _cannotStart.Clear();
        for (int child = 0; child < Machine.Slots.Count; child++)
            if (Machine.Slots[child].Phase is ChildPhase.Stopping or ChildPhase.Starting) Finish(child);
    }

    public void Ends(int child, bool isNormal = false)
    {
        Machine.Ended(child, isNormal, Now);
        Settle();
    }

    public void Do(Action<SupervisorMachine> act)
    {
        act(Machine);
        Settle();
    }

    public void Passes(TimeSpan time)
    {
        // As the loop does it: it looks when it was told to, not all the time.
        for (TimeSpan end = Now + time; ; Settle())
        {
            if (Machine.Wake is not { } wake || wake > end)
            {
                Now = end;
                Settle();
                return;
            }
            Now = wake > Now ? wake : Now;
        }
    }

    public void Settle()
    {
        for (int rounds = 0; ; rounds++)
        {
            Assert.InRange(rounds, 0, 10_000);
            List<Command> commands = Machine.Next(Now);
            if (commands.Count == 0) return;
            foreach (Command command in commands)
            {
                ChildSlot slot = Machine.Slots[command.Child];
                Assert.Equal(command.IsStart ? ChildPhase.Starting : ChildPhase.Stopping, slot.Phase);
                if (!command.IsStart) _done.Add($"-{command.Child}");
                if (_slow.Contains(command.Child))
                {
                    if (command.IsStart) _done.Add($"+{command.Child}");
                }
                else if (command.IsStart) Launched(command.Child, tell: true);
                else Machine.Ended(command.Child, isNormal: true, Now);
            }
        }
    }

    private void Launched(int child, bool tell = false)
    {
        bool can = !_cannotStart.Contains(child);
        if (tell) _done.Add((can ? "+" : "!") + child);
        if (can) Machine.Launched(child, Now);
        else Machine.LaunchFailed(child, Now);
    }
}
