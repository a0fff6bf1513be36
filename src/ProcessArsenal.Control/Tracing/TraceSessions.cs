using ProcessArsenal.Control.Artifacts;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Tracing;
using ProcessArsenal.Telemetry.Tracing.Native;

namespace ProcessArsenal.Control.Tracing;

/// <summary>Recordings of processes, of what a runtime tells or the kernel finds: those that go on, and those that are kept. Each ends by itself, and all with us.</summary>
public sealed class TraceSessions : IAsyncDisposable
{
    /// <summary>That go on at once: each burdens its process.</summary>
    public const int MostAtOnce = 4;

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly Dictionary<long, (ICapture Capture, Task Finish)> _running = [];
    private readonly ArtifactStore _store;
    private readonly ProcFs _proc;
    private readonly TimeProvider _time;
    private int _begun;

    /// <param name="store">Where they are kept.</param>
    public TraceSessions(ArtifactStore store, ProcFs proc, TimeProvider time)
    {
        _store = store;
        _proc = proc;
        _time = time;
        Reading = new TraceReading(_store, CaptureOf);
    }

    /// <summary>What they tell.</summary>
    public TraceReading Reading { get; }

    /// <summary>All, the latest first.</summary>
    public IReadOnlyList<TraceRecord> List()
    {
        lock (_gate) return [.. _store.List().OfType<TraceRecord>().Reverse().Select(Now)];
    }

    /// <returns>Null if there is none.</returns>
    public TraceRecord? Find(string id)
    {
        lock (_gate) return _store.Find(id) is TraceRecord record ? Now(record) : null;
    }

    /// <summary>Where its file is.</summary>
    public string FileOf(TraceRecord record) => _store.FileOf(record);

    /// <summary>Ends one before its time; what it has is kept. Waits until it has ended, or long enough.</summary>
    public async Task StopAsync(string id, CancellationToken cancellation)
    {
        Task finish = Task.CompletedTask;
        lock (_gate)
            if (_store.Find(id) is TraceRecord record && _running.TryGetValue(record.Action, out (ICapture Capture, Task Finish) running))
            {
                running.Capture.Stop();
                finish = running.Finish;
            }
        await Task.WhenAny(finish, Task.Delay(EndPatience, _time, cancellation)).ConfigureAwait(false);
    }

    /// <summary>Begins one.</summary>
    /// <param name="action">Number of the action in the ledger.</param>
    /// <param name="process">Held until it has begun, or has not.</param>
    /// <returns>Null if it has begun; else why not.</returns>
    internal async Task<string?> BeginAsync(long action, HeldProcess process, string name, TraceOrder order, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _begun) > MostAtOnce)
        {
            Interlocked.Decrement(ref _begun);
            return FormattableString.Invariant($"{MostAtOnce} recordings go on already: wait, or stop one (process-arsenal trace list)");
        }
        order = order with { Bytes = Math.Min(order.Bytes, _store.Most) };
        bool goesOn = false;
        ProcessDirectory? directory = null;
        DiagnosticSocket? socket = null;
        FileStream? file = null;
        var record = new TraceRecord
        {
            Id = action.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Action = action,
            Identity = process.Identity.ToString(),
            Pid = process.Identity.Pid,
            Name = name,
            For = order.For,
            Filters = order.Filters,
            State = TraceState.Recording,
            Began = _time.GetUtcNow(),
            Asked = order.Duration.TotalSeconds,
        };
        try
        {
            if (_proc.OpenProcess(record.Pid, out directory) != ReadOutcome.Ok) return "it has ended";
            if (process.HasEnded()) return "it has ended"; // As long as it had not, nobody else could have its number, and what was opened is its own.
            (socket, string? why) = await RuntimeDoor.OpenAsync(directory!, _time, cancellation).ConfigureAwait(false);
            order = order.Choose(isDotnet: socket is not null);
            if (socket is null && !order.IsNative) return why;
            record = record with { For = order.For };
            file = _store.Begin(record, order.Bytes, "ask for less with max_bytes");
            Dictionary<int, double> before = order.IsNative ? [] : ThreadTimes.Read(directory!); // Samples of the kernel are of CPU time as they are.
            ICapture capture = order.IsNative
                ? await NativeCapture.StartAsync(directory!, socket, order.ToNativeOptions(), file, _time, cancellation).ConfigureAwait(false)
                : await TraceCapture.StartAsync(socket!, order.ToOptions(), file, _time, cancellation).ConfigureAwait(false);
            goesOn = true;
            lock (_gate)
            {
                _store.Set(record);
                _running[action] = (capture, FinishAsync(record, capture, directory!, socket, file, before));
            }
            return null;
        }
        catch (Exception e)
        {
            return e.Message.TrimEnd('.'); // Whatever a target answers, and a library makes of that: an action without an end would be under way for good.
        }
        finally
        {
            if (!goesOn)
            {
                file?.Dispose();
                if (file is not null) _store.Remove(record);
                socket?.Dispose();
                directory?.Dispose();
                Interlocked.Decrement(ref _begun);
            }
        }
    }

    /// <summary>Ends all, and waits for that, but not for long.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] finishes;
        lock (_gate)
        {
            foreach ((ICapture capture, _) in _running.Values) capture.Stop(CaptureReason.Shutdown);
            finishes = [.. _running.Values.Select(static running => running.Finish)];
        }
        await Task.WhenAny(Task.WhenAll(finishes), Task.Delay(EndPatience, _time)).ConfigureAwait(false);
        lock (_gate)
            foreach (TraceRecord record in List().Where(static record => record.State == TraceState.Recording)) // Of a process that is stopped, say.
                _store.Write(record with { State = TraceState.Done, Ended = "shutdown", Wrong = "the exporter ended before the process had told all" });
        Reading.Dispose();
    }

    private async Task FinishAsync(TraceRecord record, ICapture capture, ProcessDirectory directory, DiagnosticSocket? socket, FileStream file, Dictionary<int, double> before)
    {
        await Task.Yield(); // Whoever began it holds the lock.
        try
        {
            record = await EndAsync(record, capture, directory, socket, file, before).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            record = record with { State = TraceState.Done, Wrong = e.Message }; // It gives its place back all the same.
        }
        _store.Write(record);
        lock (_gate)
        {
            _running.Remove(record.Action);
            _store.Set(record);
        }
        Interlocked.Decrement(ref _begun);
    }

    private async Task<TraceRecord> EndAsync(TraceRecord record, ICapture capture, ProcessDirectory directory, DiagnosticSocket? socket, FileStream file, Dictionary<int, double> before)
    {
        CaptureEnd end = await capture.Completion.ConfigureAwait(false);
        Dictionary<int, double> after = record.IsNative ? [] : ThreadTimes.Read(directory);
        await capture.DisposeAsync().ConfigureAwait(false);
        await file.DisposeAsync().ConfigureAwait(false);
        socket?.Dispose();
        directory.Dispose();
        if (before.Count > 0 && after.Count > 0) _store.Write(record, TraceReading.ThreadsName, ThreadTimes.Between(before, after), ArtifactJson.Default.DictionaryInt32Double);
        return record with
        {
            State = TraceState.Done,
            Duration = end.Duration.TotalSeconds,
            Ended = end.Reason.ToString().ToLowerInvariant(),
            Bytes = end.Bytes,
            Events = end.Events,
            Lost = end.Lost,
            Wrong = end.Wrong ?? _store.WhatIsWrong(record with { Bytes = end.Bytes }),
            Sha256 = await _store.HashAsync(record).ConfigureAwait(false),
        };
    }

    private ICapture? CaptureOf(TraceRecord record)
    {
        lock (_gate) return _running.TryGetValue(record.Action, out (ICapture Capture, Task Finish) running) ? running.Capture : null;
    }

    /// <summary>As far as it has come.</summary>
    private TraceRecord Now(TraceRecord record) =>
        _running.TryGetValue(record.Action, out (ICapture Capture, Task Finish) running) ? record with { Bytes = running.Capture.Bytes, Events = running.Capture.Events } : record;
}
