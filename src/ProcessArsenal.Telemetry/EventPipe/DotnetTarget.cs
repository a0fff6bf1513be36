using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;
using ProcessArsenal.Procfs;
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

    private static readonly TimeSpan LookDeadline = TimeSpan.FromSeconds(2);

    private readonly ProcessDirectory _directory;
    private readonly DotnetOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Task _run;
    private readonly RuntimeEvents _runtime = new();
    private MeterTable _meters;

    /// <param name="directory">Of the process; disposed with this.</param>
    public DotnetTarget(ProcessDirectory directory, DotnetOptions options, TimeProvider time)
    {
        _directory = directory;
        _options = options;
        _time = time;
        _meters = new MeterTable(options.MostSeries);
        _run = Task.Run(RunAsync);
    }

    public DotnetTargetState State { get; private set; }

    /// <summary>Why there is no session, in words; null while there is one, or before it was tried.</summary>
    public string? Reason { get; private set; }

    /// <summary>Sessions that were begun.</summary>
    public int Sessions { get; private set; }

    /// <summary>Nothing more will come of it: it is no .NET process, or not for us, or this was disposed.</summary>
    public Task Finished => _run;

    /// <summary>Reads what it has told, while nothing is added.</summary>
    public T Read<T>(Func<MeterTable, RuntimeEvents, T> read)
    {
        lock (_gate) return read(_meters, _runtime);
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
            TimeSpan pause = LeastPause;
            for (int look = 0; look < Looks.Length;)
            {
                await Task.Delay(Looks[look], _time, _stop.Token);
                (DiagnosticSocketOutcome outcome, DiagnosticSocket? socket) = await LookAsync();
                if (outcome == DiagnosticSocketOutcome.None)
                {
                    look++;
                    continue;
                }
                if (socket is null) Tell(outcome);
                else if (await HoldAsync(socket) > MostPause) pause = LeastPause;
                if (outcome == DiagnosticSocketOutcome.Denied) return;
                await Task.Delay(pause, _time, _stop.Token);
                pause = pause * 2 < MostPause ? pause * 2 : MostPause;
                look = 0; // Whatever it was, it may be another by now.
            }
            (State, Reason) = (DotnetTargetState.None, null);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Told to stop, or the process has ended.
        }
        catch (Exception e)
        {
            (State, Reason) = (DotnetTargetState.Failed, e.Message); // One target must not take the others with it.
        }
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

    /// <summary>Holds a session until it ends.</summary>
    /// <returns>How long it was held.</returns>
    private async Task<TimeSpan> HoldAsync(DiagnosticSocket socket)
    {
        // What a counter was before is not told again: those begin anew with each session.
        lock (_gate)
        {
            _meters = new MeterTable(_options.MostSeries);
            _runtime.BeginStream();
        }
        long began = _time.GetTimestamp();
        try
        {
            await using TargetSession session = await TargetSession.StartAsync(socket, Providers(), _options.BufferMegabytes, Take, _time, _stop.Token);
            Sessions++;
            (State, Reason) = (DotnetTargetState.Attached, null);
            string? broken = await session.Completion.WaitAsync(_stop.Token);
            (State, Reason) = (DotnetTargetState.Unreachable, broken ?? "its session ended");
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            (State, Reason) = (DotnetTargetState.Unreachable, e.Message);
        }
        return _time.GetElapsedTime(began);
    }

    private EventPipeProvider[] Providers() =>
    [
        new(MeterTable.Provider, EventLevel.Informational, MeterTable.Keywords, new Dictionary<string, string>
        {
            ["SessionId"] = "SHARED",
            ["ClientId"] = Guid.NewGuid().ToString(),
            ["SharedIdentifier"] = Guid.NewGuid().ToString(),
            ["Metrics"] = string.Join(';', _options.Meters),
            ["RefreshInterval"] = _options.Interval.TotalSeconds.ToString(CultureInfo.InvariantCulture),
            ["MaxTimeSeries"] = _options.MostSeries.ToString(CultureInfo.InvariantCulture),
            ["MaxHistograms"] = _options.MostHistograms.ToString(CultureInfo.InvariantCulture),
        }),
        new(RuntimeEvents.Provider, EventLevel.Informational, RuntimeEvents.Keywords),
    ];

    private void Take(in NetTraceEvent value, TraceHeader? header)
    {
        lock (_gate)
        {
            if (value.Metadata.Provider == MeterTable.Provider) _meters.Take(value);
            else if (value.Metadata.Provider == RuntimeEvents.Provider && header is not null) _runtime.Take(value, header.TicksPerSecond);
        }
    }

    private void Tell(DiagnosticSocketOutcome outcome) => (State, Reason) = outcome switch
    {
        DiagnosticSocketOutcome.Denied => (DotnetTargetState.Denied, "needs same user or root"),
        DiagnosticSocketOutcome.Impostor => (DotnetTargetState.Impostor, "another process listens on its diagnostic socket"),
        DiagnosticSocketOutcome.Unreachable => (DotnetTargetState.Unreachable, "nobody answers on its diagnostic socket"),
        _ => (DotnetTargetState.None, null),
    };
}

/// <summary>How it stands with a target.</summary>
internal enum DotnetTargetState
{
    /// <summary>No .NET process, as far as is known.</summary>
    None,

    /// <summary>Its events are read.</summary>
    Attached,

    /// <summary>We are neither root nor of its user.</summary>
    Denied,

    /// <summary>It does not answer: stopped, hung, very busy, or it has just ended.</summary>
    Unreachable,

    /// <summary>Somebody else listens where it should.</summary>
    Impostor,

    /// <summary>We failed.</summary>
    Failed,
}
