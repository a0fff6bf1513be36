using System.Globalization;
using System.Security.Cryptography;
using ProcessArsenal.Control.Artifacts;

namespace ProcessArsenal.Control.Evidence;

/// <summary>Keeps what is known of a process as an artifact, before something is done to it. Takes no longer than it may, whatever hangs: who waited for it goes on, and
/// what comes too late is removed. Whatever fails is told, not thrown.</summary>
/// <param name="store">Where bundles are kept.</param>
public sealed class EvidenceTaker(EvidenceCollector collector, ArtifactStore store, Func<EvidenceOptions> options, TimeProvider time) : IDisposable
{
    /// <summary>Taken at once; so many threads can hang on a disk.</summary>
    internal const int MostAtOnce = 4;

    /// <summary>Bytes that a bundle may have, in general: that much room is made for it.</summary>
    private const long Room = 1 << 20;

    private readonly SemaphoreSlim _places = new(MostAtOnce, MostAtOnce);

    public EvidenceOptions Options => options();

    /// <summary>Takes it. Until <see cref="Release"/> nothing pushes it out.</summary>
    internal async Task<EvidenceNote> TakeAsync(EvidenceOrder order)
    {
        var run = new Run(time);
        Task<EvidenceNote> work = Task.Run(() => WorkAsync(order, run));
        try
        {
            return await work.WaitAsync(order.Budget, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return run.TryEnd() ? run.NotTaken(string.Create(CultureInfo.InvariantCulture, $"it was not on the disk within {order.Budget.TotalSeconds:0.###} s (evidence.budget)")) : await work.ConfigureAwait(false);
        }
    }

    /// <summary>Its action is over: from now on it goes as others do.</summary>
    internal void Release(long action) => store.Release(action);

    /// <summary>Removes what was being taken when an earlier run of ours ended: half a bundle is none.</summary>
    /// <param name="broken">As the store has found them.</param>
    public void Sweep(IEnumerable<ArtifactRecord> broken)
    {
        foreach (EvidenceRecord record in broken.OfType<EvidenceRecord>()) store.Remove(record);
    }

    public void Dispose() => _places.Dispose();

    private async Task<EvidenceNote> WorkAsync(EvidenceOrder order, Run run)
    {
        try
        {
            using var late = new CancellationTokenSource(order.Budget, time);
            await _places.WaitAsync(late.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            return run.NotTaken("that of others took all of its time");
        }
        try
        {
            return await WriteAsync(order, run).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            return run.NotTaken(e.Message); // Whatever it is: what is asked for besides must go on.
        }
        finally
        {
            Free();
        }
    }

    private async Task<EvidenceNote> WriteAsync(EvidenceOrder order, Run run)
    {
        var record = new EvidenceRecord
        {
            Id = order.Action.ToString(CultureInfo.InvariantCulture),
            Action = order.Action,
            Identity = order.About.ToString(),
            Pid = order.About.Pid,
            Name = order.Name,
            Before = order.Before,
            State = EvidenceState.Taking,
            Began = time.GetUtcNow(),
        };
        bool isKept = false;
        try
        {
            using FileStream file = store.Begin(record, Room, "lower artifacts.max_size");
            store.Hold(record.Action);
            store.Set(record);
            EvidenceParts parts = await collector.CollectAsync(order.About, (order.Budget - run.Elapsed) / 2, CancellationToken.None).ConfigureAwait(false);
            if (!parts.KnowsIt) return run.NotTaken("nothing is known of it: it has just begun, or ended too long ago, or was never here");
            record = record with { Name = parts.Name ?? order.Name, Missing = parts.Missing.Count > 0 ? parts.Missing : null };
            var manifest = new EvidenceManifest(
                Environment.MachineName, record.Action, record.Identity, record.Name, order.Reason, record.Began, run.Seconds, [.. parts.Files.Select(static one => EvidenceBundle.Describe(one.Key, one.Value))], parts.Missing);
            byte[] bundle = EvidenceBundle.Pack(manifest, parts.Files);
            file.Write(bundle);
            file.Flush(flushToDisk: true); // What is known before the harm is of use only if it is there after it.
            record = record with { State = EvidenceState.Done, Bytes = bundle.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bundle)), Duration = run.Seconds };
            if (!store.Write(record)) return run.NotTaken("its manifest can't be written: is the disk full?");
            store.Set(record);
            isKept = run.TryEnd();
            return new EvidenceNote { Artifact = record.Id, Bytes = record.Bytes, Sha256 = record.Sha256, Seconds = run.Seconds, Missing = record.Missing };
        }
        finally
        {
            if (!isKept)
            {
                store.Remove(record);
                store.Release(record.Action);
            }
        }
    }

    private void Free()
    {
        try
        {
            _places.Release();
        }
        catch (ObjectDisposedException)
        {
            // We end.
        }
    }

    /// <summary>One taking: either it is done in time, or somebody has given up waiting for it.</summary>
    private sealed class Run(TimeProvider time)
    {
        private readonly long _began = time.GetTimestamp();
        private int _hasEnded;

        public TimeSpan Elapsed => time.GetElapsedTime(_began);

        public double Seconds => Math.Round(Elapsed.TotalSeconds, 4);

        /// <returns>False: the other was first.</returns>
        public bool TryEnd() => Interlocked.Exchange(ref _hasEnded, 1) == 0;

        public EvidenceNote NotTaken(string why) => new() { NotTaken = why, Seconds = Seconds };
    }
}
