using Microsoft.Data.Sqlite;

namespace ProcessArsenal.Control.Ledger;

/// <summary>Something could not be recorded or read. The message says what to do.</summary>
public sealed class LedgerException(LedgerFault fault, string message, Exception? inner = null) : IOException(message, inner)
{
    // Result codes: https://www.sqlite.org/rescode.html
    private const int Error = 1, Perm = 3, Busy = 5, Locked = 6, ReadOnly = 8, Corrupt = 11, Full = 13, CantOpen = 14, NotADatabase = 26;
    private const int SharedMemorySize = 4874, Constraint = 19;

    // IOException.HResult is errno where the disk is the trouble: EROFS, ENOSPC, EDQUOT (errno(3), asm-generic).
    private const int ReadOnlyFileSystem = 30, NoSpace = 28, NoQuota = 122;

    public LedgerFault Fault { get; } = fault;

    internal static LedgerException Of(SqliteException e, string path) => (e.SqliteErrorCode, e.SqliteExtendedErrorCode) switch
    {
        (Full, _) or (_, SharedMemorySize) => new(LedgerFault.DiskFull, $"{path} can't grow: the disk is full, or it has reached its largest size. Make room.", e),
        (ReadOnly or Perm, _) => new(LedgerFault.ReadOnly, $"{path} can't be written to: {e.Message}", e),
        (Busy or Locked, _) => new(LedgerFault.Locked, $"{path} is locked by another program: end whatever writes to it.", e),
        (Corrupt or NotADatabase or Constraint, _) => Broken(path, e.Message, e),
        (Error, _) when e.Message.Contains("malformed JSON", StringComparison.Ordinal) => Broken(path, "a row is not what was written", e), // of the operator ->>
        (CantOpen, _) => new(LedgerFault.Unavailable, $"{path} can't be opened: {e.Message}", e),
        _ => new(LedgerFault.Unavailable, $"{path} can't be used: {e.Message} ({e.SqliteExtendedErrorCode})", e),
    };

    internal static LedgerException Of(Exception e, string path) => e.HResult switch
    {
        NoSpace or NoQuota => new(LedgerFault.DiskFull, $"{path} can't be made: the disk is full. Make room.", e),
        ReadOnlyFileSystem => new(LedgerFault.ReadOnly, $"{path} can't be written to: the file system is read-only.", e),
        _ when e is UnauthorizedAccessException => new(LedgerFault.ReadOnly, $"{path} can't be written to: {e.Message}", e),
        _ => new(LedgerFault.Unavailable, $"{path} can't be used: {e.Message}", e),
    };

    internal static LedgerException Broken(string path, string what, Exception? inner = null) => new(
        LedgerFault.Damaged, $"{path} is damaged: {what.TrimEnd('.')}. Keep its directory as evidence under another name; a new one is begun at the next start.", inner);
}
