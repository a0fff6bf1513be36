using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.EventPipe.Activities;

/// <summary>The session on a target that asks for its spans. It is one of its own, since it may begin later than the others and end before them: where
/// <see cref="SpanSampler.SparesSdk"/> is set, a program is asked for none while it begins, and none from when it has an OpenTelemetry SDK.</summary>
internal sealed class SpanSession : IAsyncDisposable
{
    /// <summary>How long a program begins: most have loaded by then what they will.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    /// <summary>What a rate brings is little; the rest is for all of a busy program.</summary>
    private const int SampledShare = 4;

    private readonly DiagnosticSocket _socket;
    private readonly SpanReadings _readings;
    private readonly int _megabytes;
    private readonly TargetEventHandler _handler;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<string?> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _run;
    private TargetSession? _session;

    /// <summary>Begins it, now or when it may.</summary>
    /// <param name="bufferMegabytes">Memory of the target for events that wait, at most.</param>
    /// <param name="settling">How long the program still begins.</param>
    /// <param name="handler">Called by one thread at a time, with spans only.</param>
    public SpanSession(DiagnosticSocket socket, SpanReadings readings, int bufferMegabytes, TimeSpan settling, TargetEventHandler handler, TimeProvider time)
    {
        _socket = socket;
        _readings = readings;
        _megabytes = readings.Sampler == SpanSampler.All ? bufferMegabytes : Math.Max(1, bufferMegabytes / SampledShare);
        _handler = handler;
        _time = time;
        _run = Task.Run(() => RunAsync(settling));
    }

    /// <summary>Ends when it could not begin or broke off, with why; not when it is not to be. Never fails.</summary>
    public Task<string?> Broken => _broken.Task;

    /// <summary>Events that the target wrote and that never came.</summary>
    public long Lost => _session?.Lost ?? 0;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private async Task RunAsync(TimeSpan settling)
    {
        try
        {
            if (_readings.Sampler.SparesSdk && !await MayBeginAsync(settling)) return;
            await using TargetSession session = await TargetSession.StartAsync(_socket, _readings.Runtime, _readings.Providers(), _megabytes, Take, _time, _stop.Token);
            _session = session;
            _readings.Refusal = null;
            bool isBroken = await Task.WhenAny(session.Completion, _readings.Assemblies.SdkFound).WaitAsync(_stop.Token) == session.Completion;
            await session.DisposeAsync();
            if (isBroken) _ = _broken.TrySetResult(await session.Completion ?? "its session for spans ended");
            else _readings.Refusal = SpanReadings.HasSdk;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // It is over.
        }
        catch (Exception e)
        {
            _ = _broken.TrySetResult(e.Message); // Whatever it is, the target is begun with anew.
        }
    }

    private async Task<bool> MayBeginAsync(TimeSpan settling)
    {
        LoadedAssemblies assemblies = _readings.Assemblies;
        _readings.Refusal = SpanReadings.HasJustBegun;
        if (settling > TimeSpan.Zero) await Task.WhenAny(assemblies.SdkFound, Task.Delay(settling, _time, _stop.Token)).WaitAsync(_stop.Token);
        bool isKnown = assemblies.SdkFound.IsCompleted || await assemblies.AskAsync(_socket, _time, _stop.Token);
        _readings.Refusal = !isKnown ? SpanReadings.MayHaveSdk : assemblies.SdkFound.IsCompleted ? SpanReadings.HasSdk : SpanReadings.HasJustBegun;
        return _readings.Refusal == SpanReadings.HasJustBegun;
    }

    private void Take(in NetTraceEvent value, TraceHeader? header)
    {
        // The beats that keep it from outliving us are not for anyone.
        if (value.Metadata.Provider == ActivityProvider.Name) _handler(value, header);
    }
}
