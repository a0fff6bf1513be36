using System.Globalization;
using System.Text;

namespace ProcessArsenal.Control.Ledger;

/// <summary>The last row, noted beside the database: SQLite takes a write-ahead log with a wrong byte for the end of it, and what is behind it for never written
/// (https://www.sqlite.org/walformat.html). So that rows which are lost like that are missed at the next start. Written over in place, without a sync: it may be behind the
/// database after a crash of the machine, and is never ahead of it.</summary>
internal sealed class HeadFile : IDisposable
{
    private const string Name = "head";
    private const int HashLength = 64, SequenceLength = 20, Length = SequenceLength + 1 + HashLength + 1;

    private readonly FileStream _file;
    private readonly byte[] _line = new byte[Length];
    private long _saved;

    private HeadFile(FileStream file) => _file = file;

    public static string PathOf(string database) => Path.Join(Path.GetDirectoryName(database), Name);

    /// <exception cref="IOException">It can't be made.</exception>
    public static HeadFile Open(string database) => new(new FileStream(PathOf(database), new FileStreamOptions
    {
        Mode = FileMode.OpenOrCreate,
        Access = FileAccess.ReadWrite,
        Share = FileShare.Read,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    }));

    /// <summary>What was noted last; null if nothing was, or it can't be read.</summary>
    public static LedgerHead? Read(string database)
    {
        try
        {
            string path = PathOf(database);
            if (new FileInfo(path) is not { Exists: true, Length: Length }) return null;
            string line = Encoding.ASCII.GetString(File.ReadAllBytes(path));
            return long.TryParse(line.AsSpan(0, SequenceLength), NumberStyles.None, CultureInfo.InvariantCulture, out long sequence) && sequence > 0 && line[SequenceLength] == ' '
                ? new LedgerHead(sequence, line.Substring(SequenceLength + 1, HashLength)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Notes it. What can't be noted is left out.</summary>
    public void Save(LedgerHead head)
    {
        if (head.Sequence == _saved || head.Hash.Length != HashLength) return;
        try
        {
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{head.Sequence:D20} {head.Hash}\n"), _line);
            RandomAccess.Write(_file.SafeFileHandle, _line, 0);
            _saved = head.Sequence;
        }
        catch (IOException)
        {
            // A disk that is full has no room for it, and none for rows either.
        }
    }

    public void Dispose() => _file.Dispose();
}
