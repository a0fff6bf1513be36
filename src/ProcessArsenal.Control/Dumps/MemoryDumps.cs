using System.Globalization;
using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Artifacts;
using ProcessArsenal.Control.Guards;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Tracing.Heaps;

namespace ProcessArsenal.Control.Dumps;

/// <summary>Dumps of processes: one at a time, since each freezes its process and weighs on the disk. What is written is kept, what fails leaves nothing.</summary>
/// <param name="store">Where they are kept.</param>
/// <param name="heaps">What digests heaps; null for our own process.</param>
public sealed class MemoryDumps(ArtifactStore store, ProcFs proc, TimeProvider time, HeapWorker? heaps = null) : IAsyncDisposable
{
    private readonly HeapWorker _heaps = heaps ?? new HeapWorker(null);

    /// <summary>Of objections to what can't be done at all.</summary>
    internal const string Guard = "dump", OneAtATime = "one_at_a_time";

    /// <summary>Of the file that says what a heap is made of.</summary>
    private const string HeapName = "heap.json";

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _shutdown = new();
    private DumpRecord? _running;
    private Task _end = Task.CompletedTask;

    /// <summary>All, the latest first; with the one that is under way, as far as it is.</summary>
    public IReadOnlyList<DumpRecord> List()
    {
        lock (_gate) return [.. store.List().OfType<DumpRecord>().Reverse().Select(Now)];
    }

    /// <returns>Null if there is none.</returns>
    public DumpRecord? Find(string id)
    {
        lock (_gate) return store.Find(id) is DumpRecord record ? Now(record) : null;
    }

    /// <summary>What a heap is made of, as it was told when it was dumped.</summary>
    /// <returns>Null if that is not known: it is of another type, or goes on.</returns>
    public HeapReport? HeapOf(DumpRecord record) => record is { State: DumpState.Done, Type: GcHeapDump.TypeName } ? store.Read(record, HeapName, HeapJson.Default.HeapReport) : null;

    /// <summary>What grew between two dumps of heaps.</summary>
    /// <param name="most">Types and holders.</param>
    /// <exception cref="HeapException">They can't be compared.</exception>
    public Task<HeapComparison> CompareAsync(DumpRecord before, DumpRecord after, int most, CancellationToken cancellation)
    {
        foreach (DumpRecord record in (DumpRecord[])[before, after])
        {
            if (record.Type != GcHeapDump.TypeName) throw new HeapException($"dump {record.Id} is of type {record.Type}, and only those of type {GcHeapDump.TypeName} can be compared");
            if (record.State != DumpState.Done) throw new HeapException($"dump {record.Id} is written still");
            if (store.WhatIsWrong(record) is { } wrong) throw new HeapException($"dump {record.Id} can't be read: {wrong}");
        }
        return _heaps.CompareAsync(store.FileOf(before), store.FileOf(after), most, cancellation);
    }

    /// <summary>Removes what dumps have left that were under way when an earlier run of ours ended.</summary>
    /// <param name="broken">As the store has found them.</param>
    /// <returns>What could not be removed, in words.</returns>
    public IReadOnlyList<string> Sweep(IEnumerable<ArtifactRecord> broken)
    {
        var left = new List<string>();
        foreach (DumpRecord record in broken.OfType<DumpRecord>())
        {
            if (record.At is { } at && LeftOver.Remove(proc, record, at) is { } why) left.Add(why);
            store.Remove(record); // Half a dump is none.
        }
        return left;
    }

    /// <summary>What one would take. Changes nothing.</summary>
    internal async Task<Reach> LookAsync(ActionContext context, DumpOrder order, CancellationToken cancellation)
    {
        DumpType type = DumpTypes.Find(order.Type)!;
        if (proc.OpenProcess(context.Process.Identity.Pid, out ProcessDirectory? opened) != ReadOutcome.Ok) return Refuse("it has ended");
        using ProcessDirectory directory = opened!;
        string? other;
        lock (_gate) other = _running is null ? null : FormattableString.Invariant($"action {_running.Id}, of pid {_running.Pid}");
        try
        {
            if (await type.WhyNotAsync(directory, time, cancellation).ConfigureAwait(false) is { } why) return Refuse(why);
            return BurdenSurvey.Make(proc, directory, type, order, store, out string? none) is { } burden ? new Reach { Burden = burden with { Other = other } } : Refuse(none!);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return Refuse($"what it would take can't be told: {e.Message}");
        }
    }

    /// <summary>Writes one, and takes it over.</summary>
    internal async Task<ActionEnd> RunAsync(ActionContext context, DumpOrder order, CancellationToken cancellation)
    {
        DumpType type = DumpTypes.Find(order.Type)!;
        var record = new DumpRecord
        {
            Id = context.Id.ToString(CultureInfo.InvariantCulture),
            Action = context.Id,
            Identity = context.Process.Identity.ToString(),
            Pid = context.Process.Identity.Pid,
            Name = context.Target.Name,
            Type = type.Name,
            State = DumpState.Dumping,
            Began = time.GetUtcNow(),
            Expected = context.Reach.Burden?.Bytes ?? 0,
            MaxFreeze = order.MaxFreeze.TotalSeconds,
            File = type.FileName,
        };
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_running is not null) return new ActionEnd(false, "") { Objection = new Objection(OneAtATime, "another has begun meanwhile, and a host takes one at a time: wait for its end") };
            (_running, _end) = (record, end.Task);
        }
        bool isKept = false;
        try
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _shutdown.Token);
            (DumpRecord? done, string? why) = await WriteAsync(context, type, order, record, ended.Token).ConfigureAwait(false);
            if (done is null) return new ActionEnd(false, $"there is no dump: {why}");
            isKept = true;
            return new ActionEnd(true, FormattableString.Invariant($"a {done.Type} dump of {Burden.Size(done.Bytes)} is kept: process-arsenal dump get {done.Id}{(done.Freeze is { } freeze ? FormattableString.Invariant($"; the process stood still for {freeze:0.###} s") : "")}")) { Artifact = new ArtifactNote(done.Bytes, done.Sha256, done.Freeze) };
        }
        catch (Exception e)
        {
            // Whatever a target answers, and a library makes of that: an action without an end would be under way for good.
            return new ActionEnd(false, $"there is no dump: {(e is OperationCanceledException ? "the exporter ended meanwhile" : e.Message.TrimEnd('.'))}");
        }
        finally
        {
            lock (_gate)
            {
                if (!isKept) store.Remove(record);
                _running = null;
            }
            end.SetResult();
        }
    }

    /// <summary>Ends the one that is under way, and waits for that, but not for long.</summary>
    public async ValueTask DisposeAsync()
    {
        await _shutdown.CancelAsync().ConfigureAwait(false);
        Task end;
        lock (_gate) end = _end;
        await Task.WhenAny(end, Task.Delay(EndPatience, time)).ConfigureAwait(false);
    }

    /// <returns>The record of one that is there as a whole; or why there is none.</returns>
    private async Task<(DumpRecord? Done, string? Why)> WriteAsync(ActionContext context, DumpType type, DumpOrder order, DumpRecord record, CancellationToken cancellation)
    {
        if (proc.OpenProcess(record.Pid, out ProcessDirectory? opened) != ReadOutcome.Ok) return (null, "it has ended");
        using ProcessDirectory directory = opened!;
        if (context.Process.HasEnded()) return (null, "it has ended"); // As long as it had not, the directory is its own.
        long began = time.GetTimestamp();
        await using FileStream file = store.Begin(record, record.Expected, "take a smaller one");
        lock (_gate) store.Set(record);
        long most = Math.Min(store.Most, 2 * record.Expected);
        var watch = new FreezeWatch(context.Process, directory, proc, order.MaxFreeze, most, time);
        var run = new DumpRun(context.Process, directory, proc, order, file, store.FileOf(record), time)
        {
            Most = most,
            Watch = watch,
            Note = location =>
            {
                record = record with { At = location };
                lock (_gate) store.Set(record);
                return store.Write(record);
            },
            Heaps = _heaps,
            Keep = report => store.Write(record, HeapName, report, HeapJson.Default.HeapReport),
            Progress = (state, bytes) =>
            {
                lock (_gate) _running = record with { State = state, Bytes = bytes, Freeze = watch.Freeze.TotalSeconds };
            },
        };
        if (await type.WriteAsync(run, cancellation).ConfigureAwait(false) is { } why) return (null, why);
        await file.FlushAsync(cancellation).ConfigureAwait(false);
        record = record with
        {
            State = DumpState.Done,
            At = null,
            Duration = time.GetElapsedTime(began).TotalSeconds,
            Freeze = (run.Freeze ?? (watch.HasBegun ? watch.Freeze : null)) is { } freeze ? Math.Round(freeze.TotalSeconds, 3) : null,
            Wrong = run.Wrong,
            Bytes = new FileInfo(store.FileOf(record)).Length,
            Sha256 = await store.HashAsync(record).ConfigureAwait(false),
        };
        if (!store.Write(record)) return (null, "its manifest can't be written: is the disk full?");
        store.Set(record);
        return (record, null);
    }

    /// <summary>As far as it has come.</summary>
    private DumpRecord Now(DumpRecord record) => _running is { } running && running.Action == record.Action ? running with { At = null } : record;

    private static Reach Refuse(string why) => new() { Objection = new Objection(Guard, why) };
}
