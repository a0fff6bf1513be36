using System.Security;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>The files of a spool, in a directory that one program has to itself. Files are not forced to the disk: what the kernel has survives our end,
/// and after a power failure <see cref="SpoolFileName.Hash"/> tells what is whole.</summary>
internal sealed class SpoolDirectory : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string LockName = "lock";
    private const int MostUndeleted = 10_000;

    /// <summary>EIO of errno(3): the medium does not give it back any more.</summary>
    private const int InputOutputError = 5;

    /// <summary>EWOULDBLOCK of flock(2): another has the lock.</summary>
    private const int WouldBlock = 11;

    private readonly string _path;
    private readonly FileStream _lock;
    private readonly List<string> _undeleted = [];

    private SpoolDirectory(string path, FileStream held) => (_path, _lock) = (path, held);

    /// <returns>Null if it can't be used, with the reason.</returns>
    public static SpoolDirectory? TryOpen(string path, out string? reason)
    {
        reason = null;
        try
        {
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
            reason = OwnDirectory.Restrict(path);
        }
        catch (Exception e) when (IsExpected(e))
        {
            reason = e.Message;
        }
        if (reason is not null) return null;
        try
        {
            // flock(2), which ends with us however we end.
            return new SpoolDirectory(path, Open(Path.Join(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            reason = "another exporter has it: give each its own state_directory.";
        }
        catch (Exception e) when (IsExpected(e))
        {
            reason = e.Message;
        }
        return null;
    }

    /// <returns>Requests in a directory that is nobody's now; 0 if there is none, or none that can be looked at.</returns>
    public static int CountIn(string path)
    {
        try
        {
            return Directory.Exists(path) ? Directory.EnumerateFiles(path).Count(file => SpoolFileName.TryParse(Path.GetFileName(file), out _)) : 0;
        }
        catch (Exception e) when (IsExpected(e))
        {
            return 0;
        }
    }

    /// <summary>What is there, oldest first. Removes what was only begun, and halves of what is still whole. What we did not write stays.</summary>
    /// <param name="foreign">What we did not write.</param>
    public List<SpoolEntry> List(out int foreign)
    {
        foreign = 0;
        var found = new List<SpoolEntry>();
        try
        {
            foreach (FileInfo file in new DirectoryInfo(_path).EnumerateFiles())
            {
                if (file.Name == LockName) continue;
                if ((file.Attributes & FileAttributes.ReparsePoint) != 0) foreign++;
                else if (file.Name.EndsWith(SpoolFileName.Temporary, StringComparison.Ordinal)) Delete(file.Name);
                else if (file.Length <= Spool.MostRequest && SpoolFileName.TryParse(file.Name, out SpoolFileName name)) // A larger one is not ours, and must not take the place of others.
                    found.Add(new SpoolEntry { File = name, Items = name.Items, Gzip = name.Gzip, Length = file.Length, Since = file.LastWriteTimeUtc });
                else foreign++;
            }
        }
        catch (Exception e) when (IsExpected(e))
        {
            // What was found is better than nothing; the rest is found the next time.
        }
        found.Sort((a, b) => string.CompareOrdinal(a.File.ToString(), b.File.ToString()));
        return WithoutHalvesOfWholes(found);
    }

    /// <summary>A request is halved by writing the halves and then removing the whole: if we ended between, none of the three was sent.</summary>
    private List<SpoolEntry> WithoutHalvesOfWholes(List<SpoolEntry> sorted)
    {
        var kept = new List<SpoolEntry>(sorted.Count);
        SpoolFileName? whole = null;
        foreach (SpoolEntry entry in sorted)
        {
            SpoolFileName name = entry.File!.Value;
            if (whole is { } last && last.Sequence == name.Sequence && name.Part.Length > last.Part.Length
                && name.Part.StartsWith(last.Part, StringComparison.Ordinal)) Delete(name.ToString());
            else
            {
                whole = name;
                kept.Add(entry);
            }
        }
        return kept;
    }

    /// <summary>Under another name first, so that a file with its own name is whole as long as the kernel lives.</summary>
    /// <returns>Null, or why it could not be written; then nothing of it is left.</returns>
    public string? Write(in SpoolFileName name, ReadOnlySpan<byte> body)
    {
        string file = Path.Join(_path, name.ToString()), temporary = file + SpoolFileName.Temporary;
        try
        {
            using (FileStream stream = Open(temporary, FileMode.Create, FileAccess.Write, FileShare.None)) stream.Write(body);
            File.Move(temporary, file, overwrite: true);
            DeleteLate();
            return null;
        }
        catch (Exception e) when (IsExpected(e))
        {
            Delete(Path.GetFileName(temporary));
            return e.Message;
        }
    }

    /// <summary>Reads a file.</summary>
    /// <param name="length">Its length in bytes, when it was listed or written.</param>
    /// <param name="buffer">Gets its content; grows as needed.</param>
    /// <param name="wrong">Why it can't be read, in words; null if it was.</param>
    public SpoolRead Read(in SpoolFileName name, long length, ref byte[] buffer, out string? wrong)
    {
        wrong = $"{name}: it is damaged";
        if (length is <= 0 or > Spool.MostRequest) return SpoolRead.Lost;
        try
        {
            // A pipe has no length, and to open one would wait.
            if (new FileInfo(Path.Join(_path, name.ToString())) is { Exists: true } found && found.Length != length) return SpoolRead.Lost;
            if (buffer.Length < length) buffer = new byte[Math.Max(length, Math.Min(buffer.Length * 2L, Spool.MostRequest))];
            using FileStream stream = Open(Path.Join(_path, name.ToString()), FileMode.Open, FileAccess.Read, FileShare.Read);
            int count = stream.ReadAtLeast(buffer.AsSpan(0, (int)length), (int)length, throwOnEndOfStream: false);
            if (count != length || SpoolFileName.HashOf(buffer.AsSpan(0, count), name.Items) != name.Hash) return SpoolRead.Lost;
            wrong = null;
            return SpoolRead.Whole;
        }
        catch (Exception e) when (IsExpected(e))
        {
            wrong = $"{name}: {e.Message}";
            // All else passes: too many open files, rights that somebody has changed.
            return e is FileNotFoundException or DirectoryNotFoundException or IOException { HResult: InputOutputError } ? SpoolRead.Lost : SpoolRead.NotNow;
        }
    }

    public void Delete(in SpoolFileName name) => Delete(name.ToString());

    private void Delete(string name)
    {
        try
        {
            File.Delete(Path.Join(_path, name));
        }
        catch (Exception e) when (IsExpected(e))
        {
            // Rights that somebody has changed, or a disk that went bad: else it would be sent again after a restart.
            if (_undeleted.Count < MostUndeleted && !_undeleted.Contains(name)) _undeleted.Add(name);
        }
    }

    /// <summary>What could not be deleted when it was to be.</summary>
    private void DeleteLate()
    {
        if (_undeleted.Count == 0) return;
        string[] names = [.. _undeleted];
        _undeleted.Clear();
        foreach (string name in names) Delete(name);
    }

    private static FileStream Open(string path, FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = 0 };
        if (access != FileAccess.Read) options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }

    private static bool IsExpected(Exception e) => e is IOException or UnauthorizedAccessException or SecurityException or NotSupportedException;

    /// <summary>Lets go of the directory, as our end would. Files stay.</summary>
    public void Dispose()
    {
        DeleteLate();
        _lock.Dispose();
    }
}
