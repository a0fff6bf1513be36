namespace ProcessArsenal.Exporter.Commands.Server;

/// <summary>A file of ours that somebody has named: nothing that is there already is lost by that, and what breaks off leaves none.</summary>
internal static class NewFile
{
    /// <summary>Why it can't be made, to follow the name of the program; to be asked before what takes long is begun.</summary>
    /// <returns>Null if it can, as far as that is known before.</returns>
    public static string? WhyNot(string path)
    {
        if (IsDevice(path)) return null;
        string shown = Terminal.Printable(path, 1024);
        if (Path.Exists(path)) return $"{shown} is there already: name another file, or remove that one first.";
        return Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))) ? null : $"{shown}: there is no such directory.";
    }

    /// <summary>Makes it, and has it written.</summary>
    /// <param name="mode">Of the file.</param>
    /// <exception cref="IOException">It is there already, or can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It can't be written.</exception>
    public static async Task WriteAsync(string path, UnixFileMode mode, Func<Stream, Task> write)
    {
        bool isDevice = IsDevice(path), isWhole = false;
        if (!isDevice && WhyNot(path) is { } why) throw new IOException(why);
        FileStream stream = isDevice
            ? new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Write })
            : new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode });
        try
        {
            await using (stream) await write(stream).ConfigureAwait(false);
            isWhole = true;
        }
        finally
        {
            if (!isWhole && !isDevice) File.Delete(path);
        }
    }

    /// <summary>/dev/stdout, say, or /dev/null: it is always there, and nothing of it is lost.</summary>
    private static bool IsDevice(string path) => path.StartsWith("/dev/", StringComparison.Ordinal);
}
