using System.Security;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Tracing;

/// <summary>How much room recordings may take.</summary>
public sealed record ArtifactLimits
{
    /// <summary>Bytes of all of them, 1 MiB to 16 TiB.</summary>
    public long MaxSize { get; init; } = 2L << 30;

    /// <summary>1 min to 10 years.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How many.</summary>
    public int MaxCount { get; init; } = 1000;
}

/// <summary>Recordings on disk: a directory each, with the file (a .nettrace, or a native profile), its manifest, and the CPU time of threads. What there is too much of goes, the oldest first, those
/// that are written never. Used under the lock of <see cref="TraceSessions"/>, but for the files of one recording.</summary>
/// <param name="root">Made when the first one begins; ours alone.</param>
internal sealed class TraceStore(string root, Func<ArtifactLimits> limits, TimeProvider time)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite, OwnerOnlyDirectory = OwnerOnly | UnixFileMode.UserExecute;
    private const string Manifest = "manifest.json", Threads = "threads.json";

    private readonly SortedDictionary<long, TraceRecord> _records = [];

    /// <summary>By their numbers, the oldest first.</summary>
    public IEnumerable<TraceRecord> Records => _records.Values;

    public TraceRecord? Find(string id) => long.TryParse(id, System.Globalization.CultureInfo.InvariantCulture, out long number) ? _records.GetValueOrDefault(number) : null;

    public string FileOf(TraceRecord record) => Path.Join(FolderOf(record.Action), record.IsNative ? "profile.json.gz" : "trace.nettrace");

    /// <summary>Whether its file is as long as it was written.</summary>
    /// <returns>Null if it is; else what is wrong with it.</returns>
    public string? WhatIsWrong(TraceRecord record) => new FileInfo(FileOf(record)) switch
    {
        { Exists: false } => "its file is gone",
        { Length: var length } when length != record.Bytes => FormattableString.Invariant($"its file was changed by somebody else: it has {length} bytes, and {record.Bytes} were written"),
        _ => null,
    };

    /// <summary>Bytes that all of them may have.</summary>
    public long Most => limits().MaxSize;

    /// <summary>Reads what earlier runs have left. What one was writing when it ended is a recording that breaks off.</summary>
    public void Load()
    {
        if (!Directory.Exists(root)) return;
        foreach (string folder in Directory.EnumerateDirectories(root))
        {
            if (!long.TryParse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture, out long number) || Read(Path.Join(folder, Manifest), TraceJson.Default.TraceRecord) is not { } record || record.Action != number) continue;
            record = record with { Id = number.ToString(System.Globalization.CultureInfo.InvariantCulture), Bytes = Math.Max(0, record.Bytes) };
            long length = new FileInfo(FileOf(record)) is { Exists: true } file ? file.Length : 0;
            if (record.Wrong is not null) record = record with { Bytes = length }; // It may have been told before the last was written.
            if (record.State == TraceState.Recording)
            {
                record = record with { State = TraceState.Done, Ended = "interrupted", Wrong = "the exporter ended meanwhile", Bytes = length };
                Write(record);
            }
            _records[number] = record;
        }
        Tidy();
    }

    /// <summary>Makes room, and the directory.</summary>
    /// <param name="most">Bytes that may come.</param>
    /// <exception cref="IOException">There is none, or it can't be made; the message says why.</exception>
    /// <exception cref="UnauthorizedAccessException">It can't be made.</exception>
    public FileStream Begin(TraceRecord record, long most)
    {
        Tidy(most);
        Directory.CreateDirectory(root, OwnerOnlyDirectory);
        if (OwnDirectory.Restrict(root) is { } unsafeRoot) throw new IOException($"{root}: {unsafeRoot}");
        long free = new DriveInfo(root).AvailableFreeSpace;
        if (free < most) throw new IOException($"{root} has {free >> 20} MiB left, and the recording may take {most >> 20}: ask for less with max_bytes, or make room.");
        if (Directory.Exists(FolderOf(record.Action))) Directory.Delete(FolderOf(record.Action), recursive: true); // Of another ledger.
        Directory.CreateDirectory(FolderOf(record.Action), OwnerOnlyDirectory);
        try
        {
            Write(record);
            return new FileStream(FileOf(record), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0, UnixCreateMode = OwnerOnly });
        }
        catch
        {
            Remove(record);
            throw;
        }
    }

    /// <summary>Keeps what is known of it now.</summary>
    public void Set(TraceRecord record)
    {
        _records[record.Action] = record;
        if (record.State == TraceState.Done) Tidy();
    }

    /// <summary>Takes it away.</summary>
    public void Remove(TraceRecord record)
    {
        _records.Remove(record.Action);
        try
        {
            Directory.Delete(FolderOf(record.Action), recursive: true);
        }
        catch (Exception e) when (IsExpected(e))
        {
            // Gone already, or not to be had: it is found again at the next start.
        }
    }

    /// <summary>Writes the manifest.</summary>
    public void Write(TraceRecord record) => Write(Path.Join(FolderOf(record.Action), Manifest), record, TraceJson.Default.TraceRecord);

    /// <summary>Writes the CPU seconds of threads, by their ids.</summary>
    public void WriteThreads(TraceRecord record, Dictionary<int, double> seconds) => Write(Path.Join(FolderOf(record.Action), Threads), seconds, TraceJson.Default.DictionaryInt32Double);

    /// <returns>Null if they are not known.</returns>
    public Dictionary<int, double>? ReadThreads(TraceRecord record) => Read(Path.Join(FolderOf(record.Action), Threads), TraceJson.Default.DictionaryInt32Double);

    private string FolderOf(long number) => Path.Join(root, number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <param name="coming">Bytes for which there is to be room too.</param>
    private void Tidy(long coming = 0)
    {
        ArtifactLimits most = limits();
        DateTimeOffset oldest = time.GetUtcNow() - most.MaxAge;
        long bytes = _records.Values.Sum(static record => record.Bytes) + coming;
        foreach (TraceRecord record in _records.Values.Where(static record => record.State == TraceState.Done).ToArray())
        {
            if (record.Action == _records.Keys.Last() || (record.Began >= oldest && bytes <= most.MaxSize && _records.Count <= most.MaxCount)) continue;
            bytes -= record.Bytes;
            Remove(record);
        }
    }

    private static void Write<T>(string path, T value, JsonTypeInfo<T> type)
    {
        try
        {
            string beside = path + ".new";
            using (var file = new FileStream(beside, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly })) JsonSerializer.Serialize(file, value, type);
            File.Move(beside, path, overwrite: true);
        }
        catch (Exception e) when (IsExpected(e))
        {
            // The disk is full, say. The recording is not less for it; after a restart it is one that broke off, or unknown.
        }
    }

    private static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, type);
        }
        catch (Exception e) when (IsExpected(e) || e is JsonException)
        {
            return null;
        }
    }

    private static bool IsExpected(Exception e) => e is IOException or UnauthorizedAccessException or SecurityException or NotSupportedException;
}
