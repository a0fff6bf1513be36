using System.Threading.Channels;
using ProcessArsenal.Control.Interop;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Supervision;

/// <summary>Keeps children running as its specification says. One loop decides (<see cref="SupervisorMachine"/>); whatever may wait (a start, a stop, a disk, a
/// health check) is done beside it, and tells it. Children live on when this ends, however it ends, and the next one finds them.</summary>
public sealed class Supervisor : IAsyncDisposable
{
    /// <summary>Requests at a time.</summary>
    public const int MostRequests = 64;

    /// <summary>Of the loop: what is told to it. There are never more than a few of one child's, and no more requests than <see cref="MostRequests"/>.</summary>
    private const int MostEvents = 4096;

    private static readonly TimeSpan ClosingPatience = TimeSpan.FromSeconds(5), LookPause = TimeSpan.FromMilliseconds(20);

    private readonly SupervisorSpec _spec;
    private readonly ChildSeat[] _seats;
    private readonly SupervisorMachine _machine;
    private readonly RecordFile _record;
    private readonly ExitWatch _exits;
    private readonly HealthCheck _checks;
    private readonly TimeProvider _time;
    private readonly Action<SupervisorView>? _changed;
    private readonly Channel<Action> _events = Channel.CreateBounded<Action>(new BoundedChannelOptions(MostEvents) { SingleReader = true });
    private readonly RequestDesk _requests;
    private readonly CancellationTokenSource _closed = new();
    private readonly ITimer _timer;
    private readonly long _began;
    private readonly Task _loop;
    private IReadOnlyList<(RecordedChild Recorded, ProcessIdentity Identity)> _unconfigured = [];
    private uint _boot;
    private int _launching;
    private bool _isClosing, _isChanged = true;
    private string? _trouble, _idle;
    private volatile SupervisorView _view;

    internal Supervisor(SupervisorSpec spec, string directory, ExitWatch exits, HealthCheck checks, TimeProvider time, Action<SupervisorView>? changed)
    {
        (_spec, _exits, _checks, _time, _changed) = (spec, exits, checks, time, changed);
        _began = time.GetTimestamp();
        _requests = new RequestDesk(time);
        _machine = new SupervisorMachine(spec);
        _seats = [.. spec.Children.Select((child, i) => new ChildSeat(i, child, new ChildFiles(Path.Join(directory, child.Name + ".stdin"), child.Log.Path ?? Path.Join(directory, child.Name + ".log"))))];
        _record = new RecordFile(Path.Join(directory, "record.json"));
        _view = MakeView();
        _timer = time.CreateTimer(_ => Tell(static () => { }), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _loop = Task.Run(LoopAsync);
    }

    public string Name => _spec.Name;

    public SupervisorSpec Spec => _spec;

    /// <summary>As it is now.</summary>
    public SupervisorView View => _view;

    /// <summary>Stops a child, which stays so until it is started.</summary>
    public Task<ChildAnswer> StopAsync(string child, CancellationToken cancellation = default) => AskAsync(child, (i, _) => _machine.Stop(i), (slot, seat, before, _) => Answers.Stop(slot, seat, before), cancellation);

    /// <summary>Starts a child that does not run, also one that was given up.</summary>
    public Task<ChildAnswer> StartAsync(string child, CancellationToken cancellation = default) => AskAsync(
        child, (i, now) => _machine.Start(i, now), Answers.Start, cancellation,
        refuse: slot => slot is { Phase: ChildPhase.Up, Wish: ChildWish.Up } ? "it runs already" : null);

    /// <summary>Stops a child and starts it again, or starts it if it does not run. No other child takes part, and it does not count as a failure.</summary>
    public Task<ChildAnswer> RestartAsync(string child, CancellationToken cancellation = default) =>
        AskAsync(child, (i, now) => _machine.Renew(i, now), Answers.Start, cancellation);

    /// <summary>Stops all, the last first; one after another.</summary>
    /// <returns>Null if all have ended; else what is left.</returns>
    public async Task<string?> StopAllAsync(CancellationToken cancellation = default) =>
        (await RequestAsync(_machine.StopAll, () => Answers.StopAll(_machine.Slots, _seats), PatienceForAll, cancellation).ConfigureAwait(false)).Refused;

    /// <summary>Starts all that an operator has stopped, or that were given up, or have ended by themselves.</summary>
    public Task StartAllAsync(CancellationToken cancellation = default) =>
        RequestAsync(() => _machine.StartAll(Now), () => new ChildAnswer(null), ClosingPatience, cancellation);

    /// <summary>Takes the latch off, forgets failures and back-offs, and starts those that were given up.</summary>
    public Task ResetAsync(CancellationToken cancellation = default) =>
        RequestAsync(() => _machine.Reset(Now), () => new ChildAnswer(null), ClosingPatience, cancellation);

    /// <summary>Puts a line into a child's standard input, as a whole or not at all. Whether it reads it can't be known.</summary>
    /// <param name="line">At most <see cref="ChildInput.LongestMessage"/> - 1 bytes of UTF-8, no line break, no NUL.</param>
    /// <returns>Null if it was put there; else why not.</returns>
    public async Task<string?> SendAsync(string child, string line, TimeSpan within, CancellationToken cancellation = default)
    {
        if (Array.Find(_seats, seat => seat.Spec.Name == child) is not { } seat) return Unknown(child);
        if (_view.Children[seat.Index].Identity is null) return "it does not run";
        if (!_requests.TryEnter()) return RequestDesk.TooMany;
        try
        {
            return await ChildInput.SendAsync(seat.Files.Input, line, within, _time, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _requests.Leave();
        }
    }

    /// <summary>Ends the supervision; the children live on.</summary>
    public async ValueTask DisposeAsync()
    {
        Tell(() => _isClosing = true);
        await _loop.ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _closed.CancelAsync().ConfigureAwait(false);
        await _record.FlushAsync(ClosingPatience, _time).ConfigureAwait(false);
        foreach (ChildSeat seat in _seats)
        {
            if (seat.Life?.Pidfd is { } pidfd) _exits.Forget(pidfd);
            seat.End();
        }
    }

    /// <summary>Looks after the logs; called each second.</summary>
    internal void Tend(ProcFs proc)
    {
        foreach (ChildSeat seat in _seats)
        {
            seat.TendLog();
            if (seat.Life is { IsOurs: false } adopted) Note(adopted, proc);
        }
    }

    private static void Note(ChildLife adopted, ProcFs proc)
    {
        try
        {
            adopted.SeeAlive(proc);
        }
        catch (Exception e) when (e is ObjectDisposedException or IOException)
        {
            // It ended in this moment; or nobody can tell.
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_began);

    private TimeSpan PatienceForAll => _seats.Aggregate(ClosingPatience, (sum, seat) => sum + Patience(seat));

    private string Unknown(string child) => $"there is no child '{child}' in the supervisor '{Name}'";

    private static TimeSpan Patience(ChildSeat seat) => seat.Spec.StopTimeout + ChildStopper.KillPatience + Remains.LongestEnd + SupervisorMachine.LaunchPatience;

    /// <summary>Has something done by the loop, if it still goes. From any thread.</summary>
    private void Tell(Action happened) => _events.Writer.TryWrite(happened);

    private async Task LoopAsync()
    {
        try
        {
            await TakeUpAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is: whoever may run already is not to be started a second time.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _trouble = _idle = $"what an earlier run left can't be looked for, so nothing is started or stopped: {e.Message} Make that right, and start us again.";
        }
        TimeSpan? closing = null;
        while (true)
        {
            if (!_isClosing && _idle is null) Guard(Decide);
            else if (_isClosing && (_launching == 0 || Now - (closing ??= Now) >= ClosingPatience)) break;
            Guard(Publish);
            Arm(_isClosing ? closing + ClosingPatience : _machine.Wake);
            Action happened = await _events.Reader.ReadAsync().ConfigureAwait(false);
            do Guard(happened);
            while (_events.Reader.TryRead(out happened!));
        }
        _events.Writer.TryComplete();
        _isChanged = true;
        Guard(Publish);
        _requests.End();
    }

    private void Decide()
    {
        _machine.Window.Forget(Now);
        foreach (Command command in _machine.Next(Now)) Do(command);
    }

    /// <summary>Whatever goes wrong is shown, and the children are looked after all the same.</summary>
    private void Guard(Action act)
    {
        try
        {
            act();
        }
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            _trouble = $"{e.GetType().Name}: {e.Message}";
        }
    }

    private void Arm(TimeSpan? wake)
    {
        // The window's oldest failure leaves it without an event.
        if (_machine.Window.Failures.Count > 0)
        {
            TimeSpan leaves = _machine.Window.Failures.First().At + TimeSpan.FromSeconds(_spec.MaxSeconds) + TimeSpan.FromMilliseconds(1);
            if (wake is null || leaves < wake) wake = leaves;
        }
        TimeSpan due = wake is { } at ? at - Now : Timeout.InfiniteTimeSpan;
        _timer.Change(wake is null ? due : due > TimeSpan.FromMilliseconds(1) ? due : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    private async Task TakeUpAsync()
    {
        var earlier = await Task.Run(() => EarlierRun.Find(_record, _seats, _spec, _machine, _time, Now, _closed.Token)).ConfigureAwait(false);
        (_boot, _unconfigured, _trouble) = (earlier.Boot, earlier.Unconfigured, earlier.Trouble);
        foreach (ChildSeat seat in _seats)
        {
            if (seat.Life is not { } life) continue;
            if (life.Pidfd is null) Exited(seat, life); // While nobody watched.
            else Watch(seat, life);
        }
    }

    private void Do(Command command)
    {
        _isChanged = true;
        ChildSeat seat = _seats[command.Child];
        if (command.IsStart) Launch(seat);
        else if (seat.Life is { } life) _ = StopAsync(seat, life);
    }

    private void Launch(ChildSeat seat)
    {
        _launching++;
        // A thread of its own: it waits until the program is executed, which a disk can delay.
        var thread = new Thread(() =>
        {
            ChildLife? life = null;
            string? why;
            try
            {
                Capabilities.DropAmbient();
                life = ChildLauncher.Launch(seat.Spec, seat.Files, _time, out why);
            }
#pragma warning disable CA1031 // Whatever it is: it is why it was not started.
            catch (Exception e)
#pragma warning restore CA1031
            {
                why = e.Message;
            }
            Tell(() => Launched(seat, life, why));
        })
        { IsBackground = true, Name = "launch" };
        try
        {
            thread.Start();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            Tell(() => Launched(seat, null, "there is no memory, or there are too many threads, to start it by"));
        }
    }

    private void Launched(ChildSeat seat, ChildLife? life, string? why)
    {
        _launching--;
        _isChanged = true;
        if (life is null)
        {
            seat.LaunchFailures++;
            seat.LastEnd = new ChildEnd(_time.GetUtcNow(), null, null, null, $"could not be started: {why}");
            _machine.LaunchFailed(seat.Index, Now);
            return;
        }
        seat.Begin(life);
        _machine.Launched(seat.Index, Now);
        Watch(seat, life);
    }

    private void Watch(ChildSeat seat, ChildLife life)
    {
        _exits.Watch(life.Pidfd!, () => Tell(() => Exited(seat, life)));
        if (seat.Spec.Health is not { } health) return;
        seat.Checks = CancellationTokenSource.CreateLinkedTokenSource(_closed.Token);
        _ = _checks.RunAsync(health, why => Tell(() => Answered(seat, life, why)), _time, seat.Checks.Token);
    }

    private void Answered(ChildSeat seat, ChildLife life, string? why)
    {
        if (seat.Life != life || seat.Health is not { } health) return;
        _isChanged = true;
        if (why is null) seat.ChecksPassed++;
        else seat.ChecksFailed++;
        ChildSlot slot = _machine.Slots[seat.Index];
        if (!health.Take(why, Now - slot.UpSince) || slot.Phase != ChildPhase.Up || seat.Cause is not null) return;
        seat.Cause = FormattableString.Invariant($"stopped as {health.Failures} health checks in a row failed: {why}");
        _machine.Unhealthy(seat.Index);
    }

    private async Task StopAsync(ChildSeat seat, ChildLife life)
    {
        string? why;
        try
        {
            why = await Task.Run(() => ChildStopper.StopAsync(life, seat.Spec, _time, _closed.Token)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException)
        {
            return; // It has ended, or the supervision has.
        }
#pragma warning disable CA1031 // Whatever it is: it is why it was not stopped.
        catch (Exception e)
#pragma warning restore CA1031
        {
            why = e.Message;
        }
        if (why is not null) Tell(() => DidNotEnd(seat, life, why));
    }

    private void DidNotEnd(ChildSeat seat, ChildLife life, string why)
    {
        if (seat.Life != life) return;
        _isChanged = true;
        seat.StopTrouble = why;
        _machine.Stuck(seat.Index);
    }

    /// <summary>It has ended; before it may be started again, what it left behind is to end too, and only then is its zombie taken away: as long as that is
    /// there, the number of its session can't be another's.</summary>
    private void Exited(ChildSeat seat, ChildLife life)
    {
        if (seat.Life != life) return;
        seat.StopChecks();
        _ = Task.Run(async () =>
        {
            int left = 0;
            try
            {
                left = await Remains.EndAsync(life, seat.Spec.StopSignal, seat.Spec.StopTimeout, _time, _closed.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return; // The supervision has ended.
            }
#pragma warning disable CA1031 // Whatever it is: the child has ended, and that must be told.
            catch (Exception)
#pragma warning restore CA1031
            {
                left = -1;
            }
            ExitStatus? exit = life.Reap();
            // One that was adopted is waited for by init, and its end told afterwards; how long that may take depends on what it is needed for.
            TimeSpan patience = life.IsOurs || life.Pidfd is null ? TimeSpan.Zero : TimeSpan.FromSeconds(seat.Spec.Restart == RestartType.Transient ? 3 : 0.5);
            for (long since = _time.GetTimestamp(); exit is null && _time.GetElapsedTime(since) < patience; exit = life.Reap())
                await Task.Delay(LookPause, _time).ConfigureAwait(false);
            Tell(() => Ended(seat, life, exit, left));
        });
    }

    private void Ended(ChildSeat seat, ChildLife life, ExitStatus? exit, int left)
    {
        if (seat.Life != life) return;
        _isChanged = true;
        string? cause = seat.Cause ?? (seat.Spec.User is not null && exit is { Signal: 0, Code: 126 or 127 } ? "if that was setpriv's, the log says why" : null);
        seat.LastEnd = ChildEnd.Of(_time.GetUtcNow(), life.Identity, exit, cause, left);
        seat.End();
        _machine.Ended(seat.Index, exit is { IsSuccess: true }, Now);
    }

    private Task<ChildAnswer> AskAsync(
        string child, Action<int, TimeSpan> act, Func<ChildSlot, ChildSeat, ProcessIdentity?, int, ChildAnswer?> answer, CancellationToken cancellation, Func<ChildSlot, string?>? refuse = null)
    {
        if (Array.Find(_seats, seat => seat.Spec.Name == child) is not { } seat) return Task.FromResult(new ChildAnswer(Unknown(child)));
        ChildSlot slot = _machine.Slots[seat.Index];
        ProcessIdentity? before = null;
        int failures = 0;
        string? refused = null;
        return RequestAsync(
            () =>
            {
                (before, failures) = (seat.Life?.Identity, seat.LaunchFailures);
                if ((refused = refuse?.Invoke(slot)) is null) act(seat.Index, Now);
            },
            () => refused is null ? answer(slot, seat, before, failures) : new ChildAnswer(refused, before),
            Patience(seat), cancellation);
    }

    private Task<ChildAnswer> RequestAsync(Action act, Func<ChildAnswer?> answer, TimeSpan patience, CancellationToken cancellation) => _requests.AskAsync(
        _events.Writer.TryWrite,
        () =>
        {
            if (_idle is null) act();
            _isChanged = true;
        },
        () => _idle is null ? answer() : new ChildAnswer(_idle), patience, cancellation);

    private void Publish()
    {
        SupervisorView view = MakeView();
        _view = view; // First: whoever is answered sees what he is told.
        _requests.AnswerAll();
        if (!_isChanged) return;
        _isChanged = false;
        if (_boot != 0) _record.Write(EarlierRun.Record(_boot, _seats, _machine, _unconfigured, _time, Now));
        _changed?.Invoke(view);
    }

    private SupervisorView MakeView() => Showing.Of(_spec, _machine, _seats, [.. _unconfigured.Select(child => new UnconfiguredChild(child.Recorded.Name, child.Identity))], _trouble ?? _record.Trouble, _time.GetUtcNow(), Now);
}
