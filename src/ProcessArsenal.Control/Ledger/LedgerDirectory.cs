using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Ledger;

/// <summary>Where the ledger lies: a directory of its own, as SQLite puts files beside its database, which nobody else may exchange.</summary>
internal static class LedgerDirectory
{
    public const string Name = "ledger", DatabaseName = "ledger.db";

    private const string LockName = "lock";
    private const int WouldBlock = 11; // EWOULDBLOCK (flock(2), asm-generic), as IOException.HResult
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static ReadOnlySpan<byte> Magic => "SQLite format 3\0"u8;

    public static string Database(string stateDirectory) => Path.Join(stateDirectory, Name, DatabaseName);

    /// <summary>Makes it ours alone, with an empty database if there is none.</summary>
    /// <returns>What keeps other exporters out until it is disposed of.</returns>
    /// <exception cref="LedgerException">It can't be used.</exception>
    public static FileStream Prepare(string stateDirectory)
    {
        string path = Path.Join(stateDirectory, Name);
        FileStream? held = null;
        try
        {
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
            if (OwnDirectory.Restrict(path) is { } refused) throw new LedgerException(LedgerFault.Unavailable, $"{path} can't be used: {refused}");
            held = Lock(path);
            // Before SQLite has it open: closing a file drops all of a process's locks on it (fcntl(2)), SQLite's too.
            string database = Path.Join(path, DatabaseName);
            if (File.Exists(database)) RefuseForeign(database);
            else Make(database);
            return held;
        }
        catch (Exception e) when (e is not LedgerException && e is IOException or UnauthorizedAccessException)
        {
            held?.Dispose();
            throw LedgerException.Of(e, path);
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>By flock(2), as FileShare.None does; ends with us, however we end.</summary>
    private static FileStream Lock(string path)
    {
        string file = Path.Join(path, LockName);
        if (new FileInfo(file).LinkTarget is not null) throw new LedgerException(LedgerFault.Unavailable, $"{file} is a link: remove it.");
        try
        {
            return Open(file, FileMode.OpenOrCreate, FileShare.None);
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            throw new LedgerException(LedgerFault.InUse, $"another exporter has {path}: give each its own state_directory.", e);
        }
    }

    private static void RefuseForeign(string database)
    {
        using var handle = OwnFile.Open(database, out string? refused);
        if (refused is not null) throw new LedgerException(LedgerFault.Unavailable, $"{database} {refused}. Nothing is recorded there as long as that is so.");
        File.SetUnixFileMode(handle!, OwnerOnly);
        // SQLite takes a file that is shorter than a page for an empty one, and would write over it. One with a journal we left before its first page was whole.
        Span<byte> begin = stackalloc byte[Magic.Length];
        if (RandomAccess.GetLength(handle!) is var length and > 0 && !File.Exists(database + "-journal") && (length < LedgerDatabase.PageBytes || RandomAccess.Read(handle!, begin, 0) < begin.Length || !begin.SequenceEqual(Magic)))
            throw LedgerException.Broken(database, "it is no database");
        if (IsCut(handle!, database)) throw LedgerException.Broken(database, "its end is missing");
    }

    /// <summary>Whether the file is shorter than its header says, and no log has the rest (https://www.sqlite.org/fileformat2.html#in_header_database_size).</summary>
    private static bool IsCut(Microsoft.Win32.SafeHandles.SafeFileHandle file, string database)
    {
        const int HeaderLength = 100, PagesAt = 28;
        Span<byte> header = stackalloc byte[HeaderLength];
        if (File.Exists(database + "-journal") || new FileInfo(database + "-wal") is { Exists: true, Length: > 0 } || RandomAccess.Read(file, header, 0) < HeaderLength) return false;
        return RandomAccess.GetLength(file) < (long)System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(header[PagesAt..]) * LedgerDatabase.PageBytes;
    }

    private static void Make(string database)
    {
        if (new FileInfo(database).LinkTarget is not null) throw new LedgerException(LedgerFault.Unavailable, $"{database} is a link: remove it.");
        // What a database left that is gone would be taken for the new one's.
        File.Delete(database + "-journal");
        File.Delete(database + "-wal");
        File.Delete(database + "-shm");
        File.Delete(HeadFile.PathOf(database));
        Open(database, FileMode.CreateNew, FileShare.None).Dispose();
    }

    private static FileStream Open(string path, FileMode mode, FileShare share) => new(path, new FileStreamOptions
    {
        Mode = mode,
        Access = FileAccess.ReadWrite,
        Share = share,
        BufferSize = 0,
        UnixCreateMode = OwnerOnly,
    });
}
