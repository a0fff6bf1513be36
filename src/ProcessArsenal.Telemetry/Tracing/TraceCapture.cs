using Microsoft.Diagnostics.NETCore.Client;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.Tracing;

/// <summary>Records a session of its own on a target into a file, which every tool for .nettrace reads. Ends by itself.</summary>
internal sealed class TraceCapture : ICapture
{
    /// <summary>Bytes that the names of methods may add to the file.</summary>
    private const long MostNames = 128L << 20;

    /// <summary>How long a target may take to tell them.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CaptureOptions _options;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<CaptureReason> _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _began;
    private RecordingStream? _recording;
    private TargetSession? _session;
    private long _events;

    private TraceCapture(CaptureOptions options, TimeProvider time) => (_options, _time, _began) = (options, time, time.GetTimestamp());

    /// <summary>Ends with the session. Never fails.</summary>
    public Task<CaptureEnd> Completion { get; private set; } = null!;

    /// <summary>Events so far.</summary>
    public long Events => Interlocked.Read(ref _events);

    /// <summary>Bytes of the file so far.</summary>
    public long Bytes => _recording?.Written ?? 0;

    /// <summary>Bytes of the file, from its beginning, that were whole and made sense.</summary>
    public long WholeBytes => Math.Min(_session?.WholeBytes ?? 0, Bytes);

    /// <summary>Begins one.</summary>
    /// <param name="socket">To be held until <see cref="Completion"/>.</param>
    /// <param name="file">Written to until <see cref="Completion"/>, and not disposed.</param>
    /// <exception cref="TimeoutException">The target does not answer.</exception>
    /// <exception cref="DiagnosticsClientException">The target refuses, or is gone.</exception>
    public static async Task<TraceCapture> StartAsync(DiagnosticSocket socket, CaptureOptions options, Stream file, TimeProvider time, CancellationToken cancellationToken)
    {
        var capture = new TraceCapture(options, time);
        var configuration = new EventPipeSessionConfiguration(options.Providers, options.BufferMegabytes, options.NamesMethods);
        capture._session = await TargetSession.StartAsync(
            socket, configuration, capture.Take, time, cancellationToken, stream => capture._recording = new RecordingStream(stream, file, options.MostBytes + MostNames)).ConfigureAwait(false);
        capture.Completion = capture.RunAsync(capture._session);
        return capture;
    }

    /// <summary>Ends it before its time.</summary>
    public void Stop(CaptureReason reason = CaptureReason.Asked) => _over.TrySetResult(reason);

    public async ValueTask DisposeAsync()
    {
        Stop();
        _ = await Completion.ConfigureAwait(false);
        await _recording!.DisposeAsync().ConfigureAwait(false);
    }

    private void Take(in NetTraceEvent value, TraceHeader? header)
    {
        long events = Interlocked.Increment(ref _events);
        if (_over.Task.IsCompleted) return;
        if (events >= _options.MostEvents) _over.TrySetResult(CaptureReason.Events);
        else if (Bytes >= _options.MostBytes) _over.TrySetResult(CaptureReason.Bytes);
        else if (_recording is { Wrong: not null }) _over.TrySetResult(CaptureReason.Unwritable);
    }

    private async Task<CaptureEnd> RunAsync(TargetSession session)
    {
        using var stop = new CancellationTokenSource();
        Task first = await Task.WhenAny(_over.Task, session.Completion, Task.Delay(_options.Duration, _time, stop.Token)).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        TimeSpan duration = _time.GetElapsedTime(_began);
        CaptureReason reason = _over.Task.IsCompletedSuccessfully ? await _over.Task.ConfigureAwait(false)
            : first == session.Completion ? CaptureReason.Target : CaptureReason.Duration;
        _over.TrySetResult(reason);
        await session.EndAsync(Patience).ConfigureAwait(false);
        string? broken = await session.Completion.ConfigureAwait(false);
        return new CaptureEnd(reason, duration, Bytes, Events, session.Lost, _recording?.Wrong ?? broken);
    }
}
