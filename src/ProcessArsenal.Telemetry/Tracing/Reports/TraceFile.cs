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
    public static TraceFile Open(string file)
    {
        string folder = Directory.CreateTempSubdirectory("process-arsenal-").FullName; // Ours alone: the library has files of its own beside what it makes.
        try
        {
            string indexed = Path.Join(folder, "trace.etlx"), part = Path.Join(folder, "part.nettrace");
            TraceCheck check = TraceCheck.Of(file);
            if (check.Incomplete is not null) check.CopyWhole(file, part);
            TraceLog.CreateFromEventPipeDataFile(check.Incomplete is null ? file : part, indexed, new TraceLogOptions { ContinueOnError = true, ShouldResolveSymbols = static _ => false });
            var log = new TraceLog(indexed);
            return new TraceFile(folder, log, new TraceFacts(
                Path.GetFileName(file), log.Processes.FirstOrDefault()?.ProcessID, new DateTimeOffset(log.SessionStartTime.ToUniversalTime()), log.SessionDuration.TotalSeconds, check.Events ?? log.EventCount,
                check.Lost ?? log.EventsLost, check.Incomplete));
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
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
