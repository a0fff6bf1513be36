using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe.Activities;
using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;
using ProcessArsenal.Telemetry.EventPipe.Runtime;

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>One process that may be a .NET one, for as long as it lives: looks for its socket, keeps a session on it, and begins another if that
/// breaks off. Everything it waits for has a deadline, and no thread waits.</summary>
internal sealed class DotnetTarget : IAsyncDisposable
{
    /// <summary>A runtime opens its socket some tenths of a second after the process began. Who has none by the end of these is no .NET process.
    /// </summary>
    public static readonly TimeSpan[] Looks =
        [TimeSpan.Zero, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(0.3), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)];

    /// <summary>Between a session that broke off, or could not begin, and the next: a session left by a killed collector ends at its next write,
    /// which is within an interval of the meters.</summary>
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(2), MostPause = TimeSpan.FromMinutes(1);

    /// <summary>Least time between two sessions that end at once for an obstacle: it may come back as often.</summary>
    private static readonly TimeSpan Haste = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LookDeadline = TimeSpan.FromSeconds(2);

    private static readonly DotnetStatus Silent = new(DotnetTargetState.Silent, "it has told nothing for some intervals: it is stopped, hung, or very busy");

    private static readonly DotnetStatus Limited = new(
        DotnetTargetState.Attached, "it has more series or histograms than a runtime is asked to tell: some of its own are missing");

    private readonly ProcessDirectory _directory;
    private readonly DotnetOptions _options;
    private readonly TimeProvider _time;
    private readonly SessionMemory? _memory;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _run;
    private readonly RuntimeEvents _runtime = new();
    private readonly Action? _firstTold;
    private readonly SpanTarget? _spans;
    private readonly int _looks;
    private readonly bool _isNew;
    private readonly long _since;
    private DotnetStatus _status = new(DotnetTargetState.None, null);
    private TargetSessions? _session;
    private TargetReadings _readings;
    private long _signs;
    private TaskCompletionSource<TargetObstacle> _obstacle = new();
    private MeterSettings? _agreed;
    private bool _hasBegun;
    private long? _hastyAt;
    private long _toldAt;
    private long _lost;
    private long _lostBefore;
    private long _droppedBefore;
    private long _untoldBefore;

    /// <param name="directory">Of the process; disposed with this.</param>
    /// <param name="isNew">It has just begun: who has no socket may have one soon. Else it is looked at once.</param>
    /// <param name="firstTold">Called, on any thread, when its first values have come.</param>
    /// <param name="memory">Null: what the options say.</param>
    /// <param name="spans">Where its spans go, if the options want any.</param>
    public DotnetTarget(
        ProcessDirectory directory, DotnetOptions options, TimeProvider time, bool isNew = true, Action? firstTold = null, SessionMemory? memory = null,
        SpanTarget? spans = null)
    {
        _memory = memory;
        _directory = directory;
        _options = options;
        _time = time;
        _firstTold = firstTold;
        _spans = spans;
        (_isNew, _since) = (isNew, time.GetTimestamp());
        _looks = isNew ? Looks.Length : 1;
        _readings = new TargetReadings(options, null, _runtime);
        _run = Task.Run(RunAsync);
    }

    /// <summary>How it stands. One that is attached and has told nothing for some intervals is silent.</summary>
    public DotnetStatus Status
    {
        get
        {
            DotnetStatus status = Volatile.Read(ref _status);
            TimeSpan silence = _time.GetElapsedTime(Interlocked.Read(ref _toldAt));
            if (status.State != DotnetTargetState.Attached) return status;
            if (silence > 3 * _readings.Pulse + TimeSpan.FromSeconds(2)) return Silent;
            return status.Reason is null && _readings.IsLimited ? Limited : status;
        }
        private set => Volatile.Write(ref _status, value);
    }

    public DotnetTargetState State => Status.State;

    /// <summary>How long the program still begins.</summary>
    private TimeSpan Settling => _isNew ? SpanSession.Settling - _time.GetElapsedTime(_since) : TimeSpan.Zero;

    /// <summary>Why there is no session, in words; null while there is one, or before it was tried.</summary>
    public string? Reason => Status.Reason;

    /// <summary>Events that it wrote and that never came, in all sessions. Used under the lock of <see cref="Read"/>.</summary>
    public long Lost => _lostBefore + _lost;

    /// <summary>Values and events that are not kept, in all sessions: too many, too long, or in no known shape. Used under the lock of <see cref="Read"/>.</summary>
    public long Dropped => _droppedBefore + _readings.Dropped + _runtime.Malformed;

    /// <summary>Requests that it served while another tool had taken the filter of its spans, at least, in all sessions. Used under the lock of
    /// <see cref="Read"/>.</summary>
    public long Untold => _untoldBefore + (_readings.SpanReadings?.Untold ?? 0);

    /// <summary>What it runs on; null if it has not told.</summary>
    public RuntimeInfo? Runtime => _readings.Runtime;

    /// <summary>Sessions that were begun.</summary>
    public int Sessions { get; private set; }

    /// <summary>Another tool has taken the filter of its spans, and none has come since. Used under the lock of <see cref="Read"/>.</summary>
    public bool FilterTaken { get; private set; }

    /// <summary>Ends when its first session has begun, or when there will be none.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Nothing more will come of it: it is no .NET process, or not for us, or this was disposed.</summary>
    public Task Finished => _run;

    /// <summary>Reads what it has told, while nothing is added.</summary>
    public T Read<T>(Func<TargetReadings, T> read)
    {
        lock (_gate) return read(_readings);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
        _directory.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            do
            {
                if (await LookAndHoldAsync()) return;
                Status = ClosedRuntime.Look(_directory);
            }
            while (await IsToBeLookedAtAgainAsync());
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Told to stop, or the process has ended.
        }
        catch (Exception e)
        {
            Status = new DotnetStatus(DotnetTargetState.Failed, e.Message); // One target must not take the others with it.
        }
        finally
        {
            _ = _begun.TrySetResult();
        }
    }

    /// <summary>Waits a while where it has a runtime: on a busy machine it may have begun so slowly that its socket was not there yet.</summary>
    /// <returns>False if it is no .NET process, or one that we may not look into.</returns>
    private async Task<bool> IsToBeLookedAtAgainAsync()
    {
        if (State != DotnetTargetState.Disabled) return false;
        _ = _begun.TrySetResult();
        await Task.Delay(MostPause, _time, _stop.Token);
        return true;
    }

    /// <summary>Goes on for as long as there is a socket.</summary>
    /// <returns>Whether there is one that we are not let to; else there is none.</returns>
    private async Task<bool> LookAndHoldAsync()
    {
        TimeSpan pause = LeastPause;
        for (int look = 0; look < _looks;)
        {
            await Task.Delay(Looks[look], _time, _stop.Token);
            (DiagnosticSocketOutcome outcome, DiagnosticSocket? socket) = await LookAsync();
            if (outcome == DiagnosticSocketOutcome.None)
            {
                look++;
                continue;
            }
            if (socket is null) Tell(outcome);
            else
            {
                long began = _time.GetTimestamp();
                bool isToGoOn = await HoldAsync(socket);
                if (_time.GetElapsedTime(began) > MostPause) pause = LeastPause;
                if (isToGoOn)
                {
                    look = 0;
                    continue;
                }
            }
            if (outcome == DiagnosticSocketOutcome.Denied) return true;
            await Task.Delay(pause, _time, _stop.Token);
            pause = pause * 2 < MostPause ? pause * 2 : MostPause;
            look = 0; // Whatever it was, it may be another by now.
        }
        return false;
    }

    private async Task<(DiagnosticSocketOutcome, DiagnosticSocket?)> LookAsync()
    {
        byte[] buffer = new byte[8192];
        if (_directory.ReadStat(buffer, out ProcStat stat, out _) != ReadOutcome.Ok || _directory.ReadStatus(buffer, out ProcStatus status) != ReadOutcome.Ok)
            return (DiagnosticSocketOutcome.None, null);
        using var late = new CancellationTokenSource(LookDeadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stop.Token);
        try
        {
            return await DiagnosticSocket.FindAsync(_directory, stat, status, either.Token);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            return (DiagnosticSocketOutcome.Unreachable, null);
        }
    }

    /// <summary>Holds sessions until they end.</summary>
    /// <param name="socket">Disposed with them.</param>
    /// <returns>Whether we ended them, to begin others at once.</returns>
    private async Task<bool> HoldAsync(DiagnosticSocket socket)
    {
        using DiagnosticSocket held = socket;
        try
        {
            if (!_hasBegun)
            {
                Status = DotnetStatus.Starting;
                await ProgramStart.PassedAsync(_directory, _isNew, _time, _stop.Token);
                _hasBegun = true;
            }
            TargetReadings readings = Renew(await AskAsync(socket));
            int megabytes = _memory?.MegabytesOf(_directory, _options.BufferMegabytes) ?? _options.BufferMegabytes;
            // There is one filter of spans in a process: a session that has had it takes it along.
            if (readings.Spans is not null) await EventSessions.NoneAsync(_directory, 2 * _options.Interval, _time, _stop.Token);
            lock (_gate) readings.Begin(_time.GetUtcNow());
            await using TargetSessions session = await TargetSessions.StartAsync(socket, readings, megabytes, Settling, Take, _time, _stop.Token);
            Sessions++;
            _ = _begun.TrySetResult();
            _session = session;
            Interlocked.Exchange(ref _toldAt, _time.GetTimestamp());
            Status = new DotnetStatus(DotnetTargetState.Attached, null);
            if (await Task.WhenAny(session.Completion, _obstacle.Task).WaitAsync(_stop.Token) == _obstacle.Task)
            {
                await BearAsync(await _obstacle.Task, session.Completion);
                if (!session.Completion.IsCompleted) return true;
            }
            Status = new DotnetStatus(DotnetTargetState.Unreachable, await session.Completion ?? "its session ended");
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            Status = new DotnetStatus(DotnetTargetState.Unreachable, e.Message);
        }
        finally
        {
            _session = null;
        }
        return false;
    }

    /// <summary>Goes on with a session that tells less than it should, until another is due.</summary>
    private async Task BearAsync(TargetObstacle obstacle, Task ended)
    {
        Status = new DotnetStatus(DotnetTargetState.Attached, obstacle.Reason);
        TimeSpan worth = obstacle.Worth;
        if (worth == TimeSpan.Zero && _hastyAt is { } last && _time.GetElapsedTime(last) < Haste) worth = Haste;
        else if (worth == TimeSpan.Zero) _hastyAt = _time.GetTimestamp();
        await Task.WhenAny(ended, Task.Delay(worth, _time, _stop.Token)).WaitAsync(_stop.Token);
        _agreed = obstacle.Settings;
    }

    /// <summary>What it runs on; null if it does not tell.</summary>
    private async Task<RuntimeInfo?> AskAsync(DiagnosticSocket socket)
    {
        using var late = new CancellationTokenSource(LookDeadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stop.Token);
        try
        {
            RuntimeInfo? runtime = await RuntimeInfo.ReadAsync(socket, either.Token);
            return runtime is null ? null : runtime with { Service = ServiceEnvironment.Read(_directory) };
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            return null; // It is stopped or hung: the session will not begin either, and say so.
        }
    }

    /// <summary>What a counter was before is not told again: those begin anew with each session.</summary>
    private TargetReadings Renew(RuntimeInfo? runtime)
    {
        lock (_gate)
        {
            (_lostBefore, _droppedBefore, _untoldBefore, _lost, _signs) = (Lost, _droppedBefore + _readings.Dropped, Untold, 0, 0);
            _runtime.BeginStream();
            _obstacle = new TaskCompletionSource<TargetObstacle>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _readings = new TargetReadings(_options, runtime ?? _readings.Runtime, _runtime, _agreed, _spans);
        }
    }

    private void Take(in NetTraceEvent value, TraceHeader? header)
    {
        bool isFirst;
        lock (_gate)
        {
            if (_session is { } session && session.Lost != _lost)
            {
                _lost = session.Lost;
                _runtime.BeginStream(); // The end of what is under way may be among them.
            }
            _readings.Take(value, header);
            if (!_obstacle.Task.IsCompleted && _readings.Obstacle is { } obstacle) _obstacle.SetResult(obstacle);
            FilterTaken = _readings.Obstacle == TargetObstacle.FilterTaken || (FilterTaken && _readings.Spans is { Told: 0 });
            if (_signs == _readings.Signs) return;
            isFirst = _signs == 0;
            _signs = _readings.Signs;
        }
        Interlocked.Exchange(ref _toldAt, _time.GetTimestamp());
        if (isFirst) _firstTold?.Invoke();
    }

    private void Tell(DiagnosticSocketOutcome outcome) => Status = outcome switch
    {
        DiagnosticSocketOutcome.Denied => DotnetStatus.Denied,
        DiagnosticSocketOutcome.Impostor => new DotnetStatus(DotnetTargetState.Impostor, "another process listens on its diagnostic socket"),
        DiagnosticSocketOutcome.Unreachable => new DotnetStatus(DotnetTargetState.Unreachable, "nobody answers on its diagnostic socket"),
        _ => new DotnetStatus(DotnetTargetState.None, null),
    };
}

/// <summary>How it stands with a target.</summary>
/// <param name="Reason">Why it is not attached, in words; null if it is, or if nobody knows.</param>
internal sealed record DotnetStatus(DotnetTargetState State, string? Reason)
{
    public static readonly DotnetStatus Starting = new(
        DotnetTargetState.Starting, "a session that begins while a program does can hang it: it is listened to when it has come to rest, or has worked for a second");

    public static readonly DotnetStatus Denied = new(DotnetTargetState.Denied, "needs same user, root, or CAP_SYS_PTRACE and CAP_DAC_OVERRIDE");
}

/// <summary>How it stands with a target.</summary>
internal enum DotnetTargetState
{
    /// <summary>No .NET process, as far as is known.</summary>
    None,

    /// <summary>It is a .NET process that has just begun, and is let begin.</summary>
    Starting,

    /// <summary>Its events are read.</summary>
    Attached,

    /// <summary>It is attached, and tells nothing.</summary>
    Silent,

    /// <summary>We are neither of its user nor may do as root does.</summary>
    Denied,

    /// <summary>Its runtime has no socket: it was told to open none, or could not, or somebody removed it.</summary>
    Disabled,

    /// <summary>It does not answer: stopped, hung, very busy, or it has just ended.</summary>
    Unreachable,

    /// <summary>Somebody else listens where it should.</summary>
    Impostor,

    /// <summary>We failed.</summary>
    Failed,
}
