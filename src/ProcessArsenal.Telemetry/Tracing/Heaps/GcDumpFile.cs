namespace ProcessArsenal.Telemetry.Tracing.Heaps;

/// <summary>Heaps as files of .gcdump, which PerfView, Visual Studio and dotnet-gcdump open.</summary>
public static class GcDumpFile
{
    /// <param name="stream">Written to from where it stands, which is the beginning of the file; not disposed.</param>
    /// <exception cref="HeapException">It is more than such a file can hold.</exception>
    /// <exception cref="IOException">It can't be written.</exception>
    public static void Write(HeapGraph graph, Stream stream) => GcDumpWriter.Write(graph, stream);

    /// <exception cref="HeapException">It is no such file, was cut, or is beyond the limits.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static HeapGraph Read(string file, HeapLimits limits)
    {
        if (Directory.Exists(file)) throw new HeapException($"{file}: it is a directory.");
        if (!new FileInfo(file).Exists) throw new FileNotFoundException($"{file}: there is no such file.");
        if (new FileInfo(file).Length == 0) throw new HeapException($"{file}: it is empty, or no regular file: save what comes to a file first."); // A pipe has no length, and to open one would wait.
        using FileStream stream = File.OpenRead(file);
        try
        {
            if (!stream.CanSeek) throw new HeapException("It is no regular file.");
            return GcDumpReader.Read(stream, limits);
        }
        catch (HeapException e)
        {
            throw new HeapException($"{file}: {e.Message}", e);
        }
    }
}
