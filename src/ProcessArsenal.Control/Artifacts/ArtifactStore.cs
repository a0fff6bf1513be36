using System.Globalization;
using System.Security;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Artifacts;

/// <summary>Files that actions leave, on disk: a directory each, with the file, its manifest, and what else belongs to it. What there is too much of goes, the oldest
/// first, of whatever kind; those that are written never, nor those whose action is under way. Safe for concurrent use, but for the files of one of them.</summary>
/// <param name="root">Made when the first one begins; ours alone.</param>
public sealed class ArtifactStore(string root, Func<ArtifactLimits> limits, TimeProvider time)
{
    internal const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode OwnerOnlyDirectory = OwnerOnly | UnixFileMode.UserExecute;
    private const string Manifest = "manifest.json", Beside = ".new";

    /// <summary>That a manifest may say: more than any file has, and what they come to is no more than a number holds.</summary>
    private const long MostBytes = 1L << 46;

    private const long SoonRead = 64 << 20;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, ArtifactRecord> _records = [];
    private readonly HashSet<long> _held = [];

    /// <summary>All, by their numbers, the oldest first.</summary>
    public IReadOnlyList<ArtifactRecord> List()
    {
        lock (_gate) return [.. _records.Values];
    }

    /// <returns>Null if there is none.</returns>
    public ArtifactRecord? Find(string id)
    {
        // As it is written, and in no other way: 03 is none.
        lock (_gate) return long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && _records.GetValueOrDefault(number) is { } record && record.Id == id ? record : null;
    }

    /// <summary>Where its file is.</summary>
    public string FileOf(ArtifactRecord record) => Path.Join(FolderOf(record.Action), record.FileName);

    /// <summary>Whether its file is as long as it was written.</summary>
    /// <returns>Null if it is; else what is wrong with it.</returns>
    public string? WhatIsWrong(ArtifactRecord record) => new FileInfo(FileOf(record)) switch
    {
        { Exists: false } => "its file is gone",
        { Length: var length } when length != record.Bytes => FormattableString.Invariant($"its file was changed by somebody else: it has {length} bytes, and {record.Bytes} were written"),
        _ => null,
    };

    /// <summary>The same with its content, where that is soon read.</summary>
    public async Task<string?> WhatIsWrongInsideAsync(ArtifactRecord record) =>
        WhatIsWrong(record) ?? (record.Bytes <= SoonRead && record.Sha256 is { } sha256 && await HashAsync(record).ConfigureAwait(false) != sha256 ? "its file was changed by somebody else: its hash is another" : null);

    /// <summary>Bytes that all of them may have.</summary>
    public long Most => limits().MaxSize;

    /// <summary>Bytes that are left on the disk where they are kept, for who is not root; null if that can't be told.</summary>
    internal long? FreeBytes
    {
        get
        {
            try
            {
                return new DriveInfo(Place).AvailableFreeSpace;
            }
            catch (Exception e) when (IsExpected(e) || e is ArgumentException)
            {
                return null;
            }
        }
    }

    /// <summary>Asks something of where they are kept, or will be.</summary>
    internal bool IsOn(Func<string, bool> question) => question(Place);

    /// <summary>Reads what earlier runs have left. What one was writing when it ended is one that breaks off.</summary>
    /// <returns>Those that break off.</returns>
    /// <exception cref="IOException">It can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It can't be read.</exception>
    public IReadOnlyList<ArtifactRecord> Load()
    {
        var broken = new List<ArtifactRecord>();
        lock (_gate)
        {
            if (!Directory.Exists(root)) return broken;
            foreach (string folder in Directory.EnumerateDirectories(root))
            {
                if (!long.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out long number) || Read(Path.Join(folder, Manifest), ArtifactJson.Default.ArtifactRecord) is not { } record || record.Action != number) continue;
                record = record with { Id = number.ToString(CultureInfo.InvariantCulture), Bytes = Math.Clamp(record.Bytes, 0, MostBytes) };
                long length = new FileInfo(FileOf(record)) is { Exists: true } file ? file.Length : 0;
                if (record.Wrong is not null) record = record with { Bytes = length }; // It may have been told before the last was written.
                if (!record.IsDone)
                {
                    record = record.Interrupted(length);
                    broken.Add(record);
                    Write(record);
                }
                _records[number] = record;
            }
            Tidy();
        }
        return broken;
    }

    /// <summary>Makes room, and the directory.</summary>
    /// <param name="most">Bytes that may come.</param>
    /// <param name="advice">What to do if there is no room for them.</param>
    /// <exception cref="IOException">There is none, or it can't be made; the message says why.</exception>
    /// <exception cref="UnauthorizedAccessException">It can't be made.</exception>
    internal FileStream Begin(ArtifactRecord record, long most, string advice)
    {
        // None of this in the lock: whoever asks what there is must not wait for a disk that hangs.
        Tidy(most);
        Directory.CreateDirectory(root, OwnerOnlyDirectory);
        if (OwnDirectory.Restrict(root) is { } unsafeRoot) throw new IOException($"{root}: {unsafeRoot}");
        long free = new DriveInfo(root).AvailableFreeSpace;
        if (free < most) throw new IOException($"{root} has {free >> 20} MiB left, and the {record.Kind} may take {most >> 20}: {advice}, or make room.");
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

    /// <summary>Its action is under way: until <see cref="Release"/> it does not go, however much there is.</summary>
    internal void Hold(long action)
    {
        lock (_gate) _held.Add(action);
    }

    internal void Release(long action)
    {
        lock (_gate) _held.Remove(action);
    }

    /// <summary>Keeps what is known of it now.</summary>
    internal void Set(ArtifactRecord record)
    {
        lock (_gate) _records[record.Action] = record;
        if (record.IsDone) Tidy();
    }

    /// <summary>Takes one away that nobody wants any more.</summary>
    /// <returns>False if it is written still, its action goes on, or it is gone already.</returns>
    public bool TryRemove(string id)
    {
        if (Find(id) is not { IsDone: true } record) return false;
        lock (_gate)
            if (_held.Contains(record.Action) || !_records.Remove(record.Action)) return false;
        Remove(record);
        return true;
    }

    /// <summary>Takes it away.</summary>
    internal void Remove(ArtifactRecord record)
    {
        lock (_gate) _records.Remove(record.Action);
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
    /// <returns>Whether it is on the disk.</returns>
    internal bool Write(ArtifactRecord record) => Write(record, Manifest, record, ArtifactJson.Default.ArtifactRecord);

    /// <summary>Writes something that belongs to it.</summary>
    /// <param name="name">Of the file.</param>
    /// <returns>Whether it is on the disk.</returns>
    internal bool Write<T>(ArtifactRecord record, string name, T value, JsonTypeInfo<T> type)
    {
        string path = Path.Join(FolderOf(record.Action), name);
        try
        {
            string beside = path + Beside;
            using (var file = new FileStream(beside, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly })) JsonSerializer.Serialize(file, value, type);
            File.Move(beside, path, overwrite: true);
            return true;
        }
        catch (Exception e) when (IsExpected(e))
        {
            Forget(path + Beside);
            return false; // The disk is full, say. After a restart it is one that broke off, or unknown.
        }
    }

    /// <returns>Null if there is none.</returns>
    internal T? Read<T>(ArtifactRecord record, string name, JsonTypeInfo<T> type)
        where T : class => Read(Path.Join(FolderOf(record.Action), name), type);

    /// <summary>SHA-256 of its file, in hexadecimal digits; null if it can't be read.</summary>
    internal async Task<string?> HashAsync(ArtifactRecord record)
    {
        try
        {
            using FileStream stream = File.OpenRead(FileOf(record));
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream).ConfigureAwait(false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Their directory, or if it is not made yet the one in which it will be.</summary>
    private string Place
    {
        get
        {
            string place = root;
            while (!Directory.Exists(place) && Path.GetDirectoryName(place) is { } above) place = above;
            return place;
        }
    }

    private string FolderOf(long number) => Path.Join(root, number.ToString(CultureInfo.InvariantCulture));

    /// <param name="coming">Bytes for which there is to be room too.</param>
    private void Tidy(long coming = 0)
    {
        ArtifactLimits most = limits();
        DateTimeOffset oldest = time.GetUtcNow() - most.MaxAge;
        var gone = new List<ArtifactRecord>();
        lock (_gate)
        {
            long bytes = _records.Values.Sum(static record => record.Bytes) + coming;
            foreach (ArtifactRecord record in _records.Values.Where(static record => record.IsDone).ToArray())
            {
                if (record.Action == _records.Keys.Last() || _held.Contains(record.Action) || (record.Began >= oldest && bytes <= most.MaxSize && _records.Count <= most.MaxCount)) continue;
                bytes -= record.Bytes;
                _records.Remove(record.Action);
                gone.Add(record);
            }
        }
        gone.ForEach(Remove);
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

    private static void Forget(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (IsExpected(e))
        {
            // The next one takes its place.
        }
    }

    private static bool IsExpected(Exception e) => e is IOException or UnauthorizedAccessException or SecurityException or NotSupportedException;
}
