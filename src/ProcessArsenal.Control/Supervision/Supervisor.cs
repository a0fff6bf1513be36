using System.Threading.Channels;
using ProcessArsenal.Control.Targeting;
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

    private static readonly TimeSpan ClosingPatience = TimeSpan.FromSeconds(5);

    private readonly SupervisorSpec _spec;
    private readonly ChildSeat[] _seats;
    private readonly SupervisorMachine _machine;
    private readonly RecordFile _record;
    private readonly ExitWatch _exits;
    private readonly ChildLives _lives;
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
    private bool _isClosing;
    private string? _trouble, _idle;
    private volatile SupervisorView _view;

    internal Supervisor(SupervisorSpec spec, string directory, ExitWatch exits, HealthCheck checks, TimeProvider time, Action<SupervisorView>? changed)
    {
        (_spec, _exits, _time, _changed) = (spec, exits, time, changed);
        _began = time.GetTimestamp();
        _requests = new RequestDesk(time);
        _machine = new SupervisorMachine(spec);
        _lives = new ChildLives(_machine, exits, checks, time, () => Now, Tell, _closed.Token);
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

    /// <summary>Who ends along with a child: what it has started, as far as that is certain (<see cref="Remains"/>), and no more than are looked at. From any thread.</summary>
    internal IReadOnlyList<ProcessIdentity> EndingWith(string child)
    {
        if (Array.Find(_seats, seat => seat.Spec.Name == child)?.Life is not { } life) return [];
        try
        {
            using ProcFs proc = ProcFs.Open();
            List<HeldProcess> found = Remains.Find(proc, life);
            found.ForEach(static held => held.Dispose());
            return found.ConvertAll(static held => held.Identity);
        }
        catch (Exception e) when (e is ObjectDisposedException or IOException)
        {
            return []; // It has ended in this moment, and they do.
        }
    }

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
            else if (_isClosing && (!_lives.AreBeginning || Now - (closing ??= Now) >= ClosingPatience)) break;
            Guard(Publish);
            Arm(_isClosing ? closing + ClosingPatience : _machine.Wake);
            Action happened = await _events.Reader.ReadAsync().ConfigureAwait(false);
            do Guard(happened);
            while (_events.Reader.TryRead(out happened!));
        }
        _events.Writer.TryComplete();
        _lives.IsChanged = true;
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
            if (life.Pidfd is null) _lives.Exited(seat, life); // While nobody watched.
            else _lives.Watch(seat, life);
        }
    }

    private void Do(Command command)
    {
        _lives.IsChanged = true;
        ChildSeat seat = _seats[command.Child];
        if (command.IsStart) _lives.Launch(seat);
        else if (seat.Life is { } life) _lives.Stop(seat, life);
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
            _lives.IsChanged = true;
        },
        () => _idle is null ? answer() : new ChildAnswer(_idle), patience, cancellation);

    private void Publish()
    {
        SupervisorView view = MakeView();
        _view = view; // First: whoever is answered sees what he is told.
        _requests.AnswerAll();
        if (!_lives.IsChanged) return;
        _lives.IsChanged = false;
        if (_boot != 0) _record.Write(EarlierRun.Record(_boot, _seats, _machine, _unconfigured, _time, Now));
        _changed?.Invoke(view);
    }

    private SupervisorView MakeView() => Showing.Of(_spec, _machine, _seats, [.. _unconfigured.Select(child => new UnconfiguredChild(child.Recorded.Name, child.Identity))], _trouble ?? _record.Trouble, _time.GetUtcNow(), Now);
}
