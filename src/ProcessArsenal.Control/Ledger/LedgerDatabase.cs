using System.Globalization;
using Microsoft.Data.Sqlite;

namespace ProcessArsenal.Control.Ledger;

/// <summary>Connections to the database, and how they are set.</summary>
internal static class LedgerDatabase
{
    /// <summary>Bytes that the write-ahead log is given, and to which it is cut when it has become longer.</summary>
    public const int LogBytes = 8 * 1024 * 1024;

    /// <summary>Bytes of it from which on it is carried over into the database: what is written meanwhile has room behind.</summary>
    public const int CarriedBytes = LogBytes / 2;

    /// <summary>Bytes of a page: https://www.sqlite.org/pgszchng2016.html.</summary>
    public const int PageBytes = 4096;

    private const int CantOpen = 14; // https://www.sqlite.org/rescode.html#cantopen

    /// <summary>The one that writes. What it has committed is on the disk: in WAL mode synchronous=FULL syncs the log at each commit
    /// (https://www.sqlite.org/pragma.html#pragma_synchronous).</summary>
    /// <exception cref="LedgerException">It can't be opened.</exception>
    public static SqliteConnection OpenToWrite(string path, long maxBytes)
    {
        SqliteConnection connection = New(path, SqliteOpenMode.ReadWrite);
        try
        {
            connection.Open();
            Harden(connection);
            if (Text(connection, "PRAGMA journal_mode = WAL") != "wal")
                throw new LedgerException(LedgerFault.Unavailable, $"{path} lies on a file system without shared memory: put the state directory on another.");
            Execute(connection, "PRAGMA synchronous = FULL");
            // The log is carried over beside (LogCarrier): not at the cost of him who happens to write the thousandth page.
            Execute(connection, "PRAGMA wal_autocheckpoint = 0");
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA journal_size_limit = {LogBytes}"));
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {2 * maxBytes / PageBytes}"));
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw LedgerException.Of(e, path);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>One that reads, whether or not an exporter runs.</summary>
    /// <exception cref="LedgerException">It can't be opened.</exception>
    public static SqliteConnection OpenToRead(string path)
    {
        if (!File.Exists(path)) throw new LedgerException(LedgerFault.Missing, $"there is no ledger at {path}, or it may not be read by us.");
        try
        {
            return OpenToRead(path, path);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == CantOpen && !(new FileInfo(path + "-wal") is { Exists: true, Length: > 0 }))
        {
            // On a medium that can't be written to there is no shared memory, nor a need of it: nobody else writes (https://www.sqlite.org/uri.html#uriimmutable).
            try
            {
                return OpenToRead($"file:{Uri.EscapeDataString(path)}?immutable=1", path);
            }
            catch (SqliteException inner)
            {
                throw LedgerException.Of(inner, path);
            }
        }
        catch (SqliteException e)
        {
            throw LedgerException.Of(e, path);
        }
    }

    private static SqliteConnection OpenToRead(string source, string path)
    {
        SqliteConnection connection = New(source, SqliteOpenMode.ReadOnly);
        try
        {
            connection.Open();
            Harden(connection);
            LedgerSchema.Check(connection, path);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Gives the log its size before it is needed: where a file becomes longer, the file system has to sync a journal of its own at each commit,
    /// with whatever others have in it (benchmarks/RESULTS.md). Zeros behind the last frame are none (https://www.sqlite.org/fileformat2.html#walformat). To be called by him who writes.</summary>
    public static void Reserve(string path)
    {
        try
        {
            using var log = new FileStream(path + "-wal", new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0 });
            long missing = LogBytes - log.Length;
            if (missing <= 0 || new DriveInfo(path).AvailableFreeSpace < 16 * LogBytes) return;
            log.Seek(0, SeekOrigin.End);
            log.Write(new byte[missing]);
            log.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then it is slower, no more.
        }
    }

    /// <summary>Carries over what nobody reads. Waits for nobody (https://www.sqlite.org/pragma.html#pragma_wal_checkpoint).</summary>
    /// <returns>Whether nothing is left of what was there when it began.</returns>
    public static bool CarryOver(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(PASSIVE)";
        using SqliteDataReader told = command.ExecuteReader();
        return told.Read() && told.GetInt64(0) == 0 && told.GetInt64(1) == told.GetInt64(2); // busy, frames in the log, of them carried over
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static long Number(SqliteConnection connection, string sql) => Scalar(connection, sql) is long number ? number : 0;

    public static string? Text(SqliteConnection connection, string sql) => Scalar(connection, sql) as string;

    /// <summary>Bytes that are in use; the file may be larger, but what is free is used again.</summary>
    public static long BytesInUse(SqliteConnection connection) =>
        PageBytes * (Number(connection, "PRAGMA page_count") - Number(connection, "PRAGMA freelist_count"));

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static SqliteConnection New(string source, SqliteOpenMode mode) => new(new SqliteConnectionStringBuilder
    {
        DataSource = source,
        Mode = mode,
        Pooling = false,
        DefaultTimeout = 1, // seconds that a statement is tried again when somebody else has it locked
    }.ToString());

    /// <summary>Against a file that somebody prepared: https://www.sqlite.org/security.html.</summary>
    private static void Harden(SqliteConnection connection)
    {
        Execute(connection, "PRAGMA busy_timeout = 1000");
        Execute(connection, "PRAGMA trusted_schema = OFF");
        Execute(connection, "PRAGMA cell_size_check = ON");
        Execute(connection, "PRAGMA temp_store = MEMORY");
    }
}
