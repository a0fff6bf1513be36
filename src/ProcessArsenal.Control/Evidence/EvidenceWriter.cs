using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Control.Evidence;

/// <summary>Keeps what is known of a process before something is done to it: what it was like in the last minutes, who began and ended meanwhile, and how it is now. The first two are remembered
/// anyway, so that there is a bundle even of one that has ended. Takes no longer than it may: what is not done by then is missing, with the reason.</summary>
public sealed class EvidenceWriter(ProcessInspector inspector, SnapshotStore store, History history, LifecycleLog lifecycle, TimeProvider time)
{
    /// <summary>Bytes of a file.</summary>
    private const int MostBytes = 16 * 1024 * 1024;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string Past = "history", Around = "lifecycle", Now = "process";

    /// <summary>How far back is told.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    private static readonly InspectionOptions Usual = new();

    /// <param name="folder">Is there, empty, and ours alone.</param>
    /// <param name="budget">How long it may take.</param>
    /// <returns>The manifest, which is in the folder too unless that is said to be missing.</returns>
    /// <exception cref="OperationCanceledException"/>
    public async Task<EvidenceManifest> WriteAsync(ProcessIdentity target, string reason, string folder, TimeSpan budget, CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        DateTimeOffset now = time.GetUtcNow();
        var contents = new Dictionary<string, byte[]>();
        var missing = new Dictionary<string, string>();
        Add(Past, EvidenceHistory.Of(history, target, now - Window), "nothing is remembered of it: it lived for less than two samples, or ended too long ago", EvidenceJson.Default.EvidenceHistory);
        Add(Around, EvidenceLifecycle.Of(lifecycle, now - Window), "", EvidenceJson.Default.EvidenceLifecycle);
        (ProcessInspection? process, string why) = await InspectAsync(target, Left(), cancellation).ConfigureAwait(false);
        Add(Now, process, why, EvidenceJson.Default.ProcessInspection);

        EvidenceFile[] files = [.. contents.Select(static one => new EvidenceFile(one.Key, one.Value.Length, Convert.ToHexStringLower(SHA256.HashData(one.Value))))];
        var manifest = new EvidenceManifest(target.ToString(), reason, now, Math.Round(time.GetElapsedTime(began).TotalSeconds, 4), files, missing);
        try
        {
            // A disk that hangs keeps the thread, and nobody who waits for it.
            await Task.Run(() => Write(folder, contents, manifest), CancellationToken.None).WaitAsync(Left(), time, cancellation).ConfigureAwait(false);
            return manifest;
        }
        catch (Exception e) when (e is TimeoutException or IOException or UnauthorizedAccessException)
        {
            missing[EvidenceManifest.Name] = e is TimeoutException ? "the disk did not take it in time" : e.Message;
            return manifest with { Files = [] };
        }

        TimeSpan Left() => TimeSpan.FromTicks(Math.Max(0, (budget - time.GetElapsedTime(began)).Ticks));

        void Add<T>(string name, T? value, string otherwise, JsonTypeInfo<T> type)
            where T : class
        {
            byte[]? json = value is null ? null : JsonSerializer.SerializeToUtf8Bytes(value, type);
            if (json is { Length: <= MostBytes }) contents[name + ".json"] = json;
            else missing[name] = json is null ? otherwise : "it is too large";
        }
    }

    private async Task<(ProcessInspection? Process, string Why)> InspectAsync(ProcessIdentity target, TimeSpan left, CancellationToken cancellation)
    {
        if (left <= TimeSpan.Zero) return (null, "there was no time left");
        InspectionSubject? subject = SubjectOf(target);
        if (subject is null) return (null, "it is not in the latest sample: it has ended, or has just begun");
        InspectionOptions options = Usual with { Deadline = left < Usual.Deadline ? left : Usual.Deadline };
        return (await inspector.InspectAsync(subject, options, readSmaps: false, cancellation).ConfigureAwait(false), "it has ended");
    }

    private InspectionSubject? SubjectOf(ProcessIdentity target)
    {
        using SnapshotLease lease = store.Acquire();
        return lease.Snapshot is { } snapshot && snapshot.IndexOf(target.Pid) is >= 0 and var index && snapshot.Processes[index].Sample.Identity == target ? InspectionSubject.Of(snapshot, index) : null;
    }

    private static void Write(string folder, Dictionary<string, byte[]> contents, EvidenceManifest manifest)
    {
        foreach ((string name, byte[] content) in contents) WriteFile(Path.Join(folder, name), content);
        string whole = Path.Join(folder, EvidenceManifest.Name);
        WriteFile(whole + ".new", JsonSerializer.SerializeToUtf8Bytes(manifest, EvidenceJson.Default.EvidenceManifest));
        File.Move(whole + ".new", whole);
    }

    private static void WriteFile(string path, byte[] content)
    {
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = OwnerOnly });
        file.Write(content);
        file.Flush(flushToDisk: true); // What is known before the harm is of use only if it is there after it.
    }
}
