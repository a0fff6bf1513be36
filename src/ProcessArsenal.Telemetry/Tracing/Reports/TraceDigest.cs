using Microsoft.Diagnostics.Tracing.Etlx;
using ProcessArsenal.Telemetry.Tracing.Events;
using ProcessArsenal.Telemetry.Tracing.Native;
using ProcessArsenal.Telemetry.Tracing.Profiles;

namespace ProcessArsenal.Telemetry.Tracing.Reports;

/// <summary>A recording, read: its report, and its samples for other tools.</summary>
public sealed class TraceDigest
{
    private readonly StackProfile? _profile;

    private TraceDigest(TraceReport report, StackProfile? profile) => (Report, _profile) = (report, profile);

    public TraceReport Report { get; }

    /// <summary>Whether there is anything for <see cref="Export"/>: samples of stacks.</summary>
    public bool HasProfile => _profile is not null;

    /// <summary>Reads a file of .nettrace, or a profile by the kernel's samples. The former takes some times its size in memory, and a file of about its size in the directory for temporary files.</summary>
    /// <param name="threadSeconds">CPU time of threads by the kernel's account, by their ids; null if nobody asked it.</param>
    /// <param name="method">Methods that more is to be said of; null for none.</param>
    /// <param name="takesLater">Also one of a later version than we can check: for who reads a file of his own.</param>
    /// <exception cref="TraceFileException">It is none, or can't be read.</exception>
    public static TraceDigest Read(string file, IReadOnlyDictionary<int, double>? threadSeconds = null, NamePattern? method = null, bool takesLater = false) =>
        IsPacked(file) ? ReadNative(file, method) : TraceFile.Use(file, takesLater, trace => Read(trace, threadSeconds, method));

    /// <summary>Reads a profile by the kernel's samples.</summary>
    /// <inheritdoc cref="Read(string, IReadOnlyDictionary{int, double}?, NamePattern?, bool)"/>
    internal static TraceDigest ReadNative(string file, NamePattern? method = null)
    {
        var profile = NativeProfile.Read(file);
        StackProfile stacks = profile.ToStacks();
        TraceReport report = NativeReport.Of(profile, stacks, Path.GetFileName(file), method);
        return new TraceDigest(report with { Findings = TraceFindings.Of(report) }, stacks);
    }

    /// <summary>Whether it begins as what gzip makes (RFC 1952): no .nettrace does.</summary>
    private static bool IsPacked(string file)
    {
        try
        {
            if (new FileInfo(file) is not { Exists: true, Length: > 0 }) return false; // To open a pipe would wait.
            using FileStream stream = File.OpenRead(file);
            return stream.ReadByte() == 0x1f && stream.ReadByte() == 0x8b;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // Whoever reads it says why.
        }
    }

    private static TraceDigest Read(TraceFile trace, IReadOnlyDictionary<int, double>? threadSeconds, NamePattern? method)
    {
        var cpu = new CpuReader(threadSeconds);
        ITraceSection[] sections = [cpu, new GcReader(), new AllocationReader(), new ExceptionReader(), new ContentionReader(), new ThreadPoolReader(), new RequestReader(),
            .. method is null ? (ITraceSection[])[] : [new CallsReader(method, cpu)]];
        using TraceLogEventSource source = trace.Log.Events.GetSource();
        var names = new StackNames(trace.Log);
        foreach (ITraceSection section in sections) section.Listen(source, names);
        source.Process();
        var report = new TraceReport { Trace = trace.Facts, Findings = [] };
        foreach (ITraceSection section in sections) report = section.AddTo(report);
        return new TraceDigest(report with { Findings = TraceFindings.Of(report) }, cpu.Profile);
    }

    /// <summary>Writes the samples.</summary>
    /// <exception cref="InvalidOperationException">There are none: <see cref="HasProfile"/>.</exception>
    /// <exception cref="IOException">The stream can't be written.</exception>
    public void Export(ProfileFormat format, Stream stream) => format.Write(_profile ?? throw new InvalidOperationException("There are no samples."), stream);
}
