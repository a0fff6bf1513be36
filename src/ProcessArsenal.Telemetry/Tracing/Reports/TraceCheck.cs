using System.Buffers.Binary;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>Whether a file is whole, by our own reader, which takes nothing on trust. What comes after the first thing that makes no sense is nobody else's to read.</summary>
/// <param name="Events">Null if the file is of a version that we don't read ourselves.</param>
/// <param name="Lost">Events that the program wrote and that are not in it.</param>
/// <param name="WholeBytes">From the beginning.</param>
/// <param name="Seconds">From its beginning until what methods are called was told, which is when the program was asked to end it; null if that was not told, or not by us.</param>
/// <param name="Incomplete">Why the rest is not read, in words; null if there is none.</param>
internal sealed record TraceCheck(long? Events, long? Lost, long WholeBytes, double? Seconds, string? Incomplete)
{
    private const byte EndOfStream = 1;
    private const string Names = "Microsoft-Windows-DotNETRuntimeRundown";

    /// <param name="takesLater">One of a later version may be read by others, though we can't check it.</param>
    /// <exception cref="InvalidDataException">It is no recording, or nothing of it is whole.</exception>
    public static TraceCheck Of(string path, bool takesLater)
    {
        // A pipe has no length, and to open one would wait.
        if (new FileInfo(path) is { Exists: true, Length: 0 }) throw new InvalidDataException("it is empty, or no regular file: save what comes to a file first.");
        if (Directory.Exists(path)) throw new InvalidDataException("it is a directory.");
        using FileStream file = File.OpenRead(path);
        Span<byte> head = stackalloc byte[16];
        if (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < "Nettrace"u8.Length || !head.StartsWith("Nettrace"u8)) throw new InvalidDataException("it is no recording of .nettrace: it does not begin with 'Nettrace'.");
        file.Position = 0;
        var reader = new NetTraceReader(file);
        string? wrong = null;
        long told = long.MaxValue;
        try
        {
            reader.ReadAsync((in NetTraceEvent value) => told = value.Metadata.Provider == Names ? Math.Min(told, value.Ticks) : told, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (EndOfStreamException)
        {
            wrong = $"it breaks off after {reader.WholeBytes} bytes";
        }
        catch (NetTraceException e)
        {
            if (reader.WholeBytes == 0)
            {
                // Whoever reads them is not as careful as we are: nothing of what a stranger may have sent, and we could not read, is handed on.
                if (takesLater && IsLater(head)) return new TraceCheck(null, null, 0, null, null);
                throw new InvalidDataException($"it is no recording that we can read: {e.Message}", e);
            }
            wrong = $"after {reader.WholeBytes} bytes it makes no sense: {e.Message}";
        }
        if (reader.WholeBytes == 0) throw new InvalidDataException("it breaks off before anything is told.");
        double? seconds = told < long.MaxValue && reader.Header is { } header && told > header.StartTicks ? (double)(told - header.StartTicks) / header.TicksPerSecond : null;
        return new TraceCheck(reader.Events, reader.Lost, reader.WholeBytes, seconds, wrong);
    }

    /// <summary>From version 6 on, 0 and the version follow the name (NetTraceFormat.md of microsoft/perfview).</summary>
    private static bool IsLater(ReadOnlySpan<byte> head) => BinaryPrimitives.ReadInt32LittleEndian(head[8..]) == 0 && BinaryPrimitives.ReadInt32LittleEndian(head[12..]) >= 6;

    /// <summary>Writes the whole part to another file, with an end.</summary>
    public void CopyWhole(string path, string target)
    {
        using FileStream from = File.OpenRead(path), to = File.Create(target);
        byte[] buffer = new byte[64 * 1024];
        for (long left = WholeBytes; left > 0;)
        {
            int count = from.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            if (count == 0) break;
            to.Write(buffer, 0, count);
            left -= count;
        }
        to.WriteByte(EndOfStream);
    }
}
