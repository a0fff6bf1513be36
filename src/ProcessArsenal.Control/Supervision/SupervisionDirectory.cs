using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Supervision;

/// <summary>Where supervisors keep their records, inputs and logs: ours alone (mode 0700), and of one exporter at a time.</summary>
internal sealed class SupervisionDirectory : IDisposable
{
    public const string Name = "supervisors";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FileStream _lock;

    private SupervisionDirectory(string path, FileStream held) => (Path, _lock) = (path, held);

    public string Path { get; }

    /// <exception cref="IOException">It can't be used, or another exporter has it; the message says what to do.</exception>
    /// <exception cref="UnauthorizedAccessException">It can't be written to.</exception>
    public static SupervisionDirectory Open(string stateDirectory)
    {
        string path = System.IO.Path.Join(stateDirectory, Name);
        Make(path);
        string file = System.IO.Path.Join(path, "lock");
        if (new FileInfo(file).LinkTarget is not null) throw new IOException($"{file} is a link: remove it.");
        try
        {
            // By flock(2), as FileShare.None does; ends with us, however we end, and no child has it.
            return new SupervisionDirectory(path, new FileStream(file, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0, UnixCreateMode = OwnerOnly }));
        }
        catch (IOException e) when (e.HResult == 11) // EWOULDBLOCK (flock(2))
        {
            throw new IOException($"another exporter supervises by {path}: give each its own state_directory.", e);
        }
    }

    /// <summary>The directory of a supervisor.</summary>
    /// <exception cref="IOException">It can't be used.</exception>
    /// <exception cref="UnauthorizedAccessException">It can't be written to.</exception>
    public string Of(string supervisor)
    {
        string path = System.IO.Path.Join(Path, supervisor);
        Make(path);
        return path;
    }

    public void Dispose() => _lock.Dispose();

    private static void Make(string path)
    {
        Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
        if (OwnDirectory.Restrict(path) is { } refused) throw new IOException($"{path} can't be used: {refused}");
    }
}
