using System.Runtime.CompilerServices;
using ProcessArsenal.Control.Artifacts;
using ProcessArsenal.Telemetry.Tracing;
using ProcessArsenal.Telemetry.Tracing.Events;
using ProcessArsenal.Telemetry.Tracing.Reports;

namespace ProcessArsenal.Control.Tracing;

/// <summary>Reads recordings: what they tell, event by event or in sum.</summary>
public sealed class TraceReading : IDisposable
{
    /// <summary>Recordings that are followed at once: each takes a thread, and some MiB.</summary>
    public const int MostTails = 4;

    /// <summary>Of the file with the CPU seconds of threads, by their ids.</summary>
    internal const string ThreadsName = "threads.json";

    private readonly SemaphoreSlim _one = new(1, 1), _tails = new(MostTails, MostTails);
    private readonly ArtifactStore _store;
    private readonly Func<TraceRecord, ICapture?> _running;

    /// <param name="running">The capture of one that goes on; null if it has ended.</param>
    internal TraceReading(ArtifactStore store, Func<TraceRecord, ICapture?> running) => (_store, _running) = (store, running);

    /// <summary>Reads one in sum: one at a time, as that takes memory.</summary>
    /// <param name="method">Methods that more is to be said of; null for none.</param>
    /// <exception cref="TraceFileException">It can't be read.</exception>
    public Task<TraceDigest> DigestAsync(TraceRecord record, NamePattern? method, CancellationToken cancellation) =>
        AloneAsync(() => record.IsNative ? TraceDigest.ReadNative(_store.FileOf(record), method) : TraceDigest.Read(_store.FileOf(record), _store.Read(record, ThreadsName, ArtifactJson.Default.DictionaryInt32Double), method), cancellation);

    /// <summary>Reads a page of events: one at a time, too. Of one that goes on, those that are written.</summary>
    /// <param name="after">Number of the last event that is known; 0 for the first page.</param>
    /// <exception cref="TraceFileException">It can't be read.</exception>
    public Task<EventPage> EventsAsync(TraceRecord record, EventFilter filter, long after, int limit, CancellationToken cancellation) =>
        AloneAsync(() => EventReading.Page(WithEvents(record), filter, after, limit, cancellation), cancellation);

    /// <summary>Events as they come, from the first one on, until the recording ends. Without stacks.</summary>
    /// <param name="after">Number of the last event that is known; 0 for all.</param>
    /// <exception cref="TailsBusyException">There are too many already; thrown at once when the first is asked for.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public async IAsyncEnumerable<RecordedEvent> TailAsync(TraceRecord record, EventFilter filter, long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!await _tails.WaitAsync(TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false)) throw new TailsBusyException($"{MostTails} recordings are followed already: end one, or ask for pages.");
        try
        {
            string file = WithEvents(record);
            ICapture? capture = _running(record);
            long known = capture is null ? await Task.Run(() => TraceCheck.Of(file, takesLater: false).WholeBytes, cancellation).ConfigureAwait(false) : 0;
            IAsyncEnumerable<RecordedEvent> events = EventTail.ReadAsync(file, () => capture?.WholeBytes ?? known, () => capture?.Completion.IsCompleted != false, filter, after, cancellation);
            await foreach (RecordedEvent value in events.ConfigureAwait(false)) yield return value;
        }
        finally
        {
            _tails.Release();
        }
    }

    /// <summary>Whether the file of one that has ended is as long as it was written; what it holds is checked by its SHA-256.</summary>
    /// <returns>Null if it is; else what is wrong with it.</returns>
    public string? WhatIsWrong(TraceRecord record) => _store.WhatIsWrong(record);

    public void Dispose()
    {
        _one.Dispose();
        _tails.Dispose();
    }

    private string WithEvents(TraceRecord record) =>
        record.IsNative ? throw new TraceFileException("it is of the kernel's samples, and has no events: ask for its report, or download it") : _store.FileOf(record);

    private async Task<T> AloneAsync<T>(Func<T> read, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Run(read, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }
}

/// <summary>More recordings would be followed than may be at once.</summary>
public sealed class TailsBusyException(string message) : Exception(message);
