using System.Diagnostics.CodeAnalysis;
using Microsoft.Diagnostics.Tracing.Etlx;

namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>A file of .nettrace, opened by TraceEvent, which makes an indexed one of it first: that is removed when this is disposed.</summary>
internal sealed class TraceFile : IDisposable
{
    private const string Assembly = "Microsoft.Diagnostics.Tracing.TraceEvent";
    private const DynamicallyAccessedMemberTypes Constructors = DynamicallyAccessedMemberTypes.PublicParameterlessConstructor | DynamicallyAccessedMemberTypes.NonPublicConstructors;

    private readonly string _folder;

    private TraceFile(string folder, TraceLog log, TraceFacts facts) => (_folder, Log, Facts) = (folder, log, facts);

    public TraceLog Log { get; }

    public TraceFacts Facts { get; }

    // They are made by name when an indexed file is read.
    [DynamicDependency(Constructors, "Microsoft.Diagnostics.Tracing.Etlx.TraceCodeAddresses.ILToNativeMap", Assembly)]
    [DynamicDependency(Constructors, "Microsoft.Diagnostics.Tracing.Parsers.KernelTraceEventParserState", Assembly)]
    [DynamicDependency(Constructors, "Microsoft.Diagnostics.Tracing.Parsers.KernelToUserDriveMapping", Assembly)]
    [DynamicDependency(Constructors, "Microsoft.Diagnostics.Tracing.Parsers.DynamicTraceEventParserState", Assembly)]
    [DynamicDependency(Constructors, "Microsoft.Diagnostics.Tracing.Parsers.ExternalTraceEventParserState", Assembly)]
    [DynamicDependency(Constructors, "Microsoft.Diagnostics.Tracing.Parsers.Clr.ClrTraceEventParserState", Assembly)]
    private static TraceFile Open(string file, bool takesLater)
    {
        string folder = Directory.CreateTempSubdirectory("process-arsenal-").FullName; // Ours alone: the library has files of its own beside what it makes.
        try
        {
            string indexed = Path.Join(folder, "trace.etlx"), part = Path.Join(folder, "part.nettrace");
            TraceCheck check = TraceCheck.Of(file, takesLater);
            if (check.Incomplete is not null) check.CopyWhole(file, part);
            TraceLog.CreateFromEventPipeDataFile(check.Incomplete is null ? file : part, indexed, new TraceLogOptions { ContinueOnError = true, ShouldResolveSymbols = static _ => false });
            var log = new TraceLog(indexed);
            return new TraceFile(folder, log, new TraceFacts(
                Path.GetFileName(file), log.Processes.FirstOrDefault()?.ProcessID, new DateTimeOffset(log.SessionStartTime.ToUniversalTime()), Math.Min(check.Seconds ?? double.MaxValue, log.SessionDuration.TotalSeconds), check.Events ?? log.EventCount,
                check.Lost ?? log.EventsLost, check.Incomplete));
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Opens a file for as long as something is asked of it.</summary>
    /// <param name="takesLater">Also one of a later version than we can check.</param>
    /// <exception cref="TraceFileException">It is none, or can't be read.</exception>
    public static T Use<T>(string file, bool takesLater, Func<TraceFile, T> ask)
    {
        try
        {
            using TraceFile trace = Open(file, takesLater);
            return ask(trace);
        }
        catch (OperationCanceledException)
        {
            throw;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            string advice = e is not (FileNotFoundException or DirectoryNotFoundException) && e.Message.Contains(Path.GetTempPath(), StringComparison.Ordinal) && !Path.GetFullPath(file).StartsWith(Path.GetTempPath(), StringComparison.Ordinal) ? " Name a directory with more room by TMPDIR." : "";
            throw new TraceFileException($"{file}: {e.Message}{advice}", e);
        }
        catch (Exception e)
        {
            // Of a file that makes no sense the library says so in many ways.
            throw new TraceFileException($"{file}: it can't be read as a recording ({e.Message.TrimEnd('.')}): was it cut, or changed?", e);
        }
    }

    public void Dispose()
    {
        Log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>A file is no recording, or can't be read.</summary>
public sealed class TraceFileException(string message, Exception? inner = null) : IOException(message, inner);
