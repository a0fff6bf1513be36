using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Tracing;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Tracing;

/// <summary>A recording of a program, in a file that goes with it.</summary>
internal sealed class Recording : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trace-").FullName;

    private Recording()
    {
    }

    public string Path => System.IO.Path.Join(_folder, "trace.nettrace");

    public CaptureEnd End { get; private set; } = null!;

    /// <summary>Records a program for a while.</summary>
    /// <param name="meanwhile">Done while it goes on.</param>
    public static Task<Recording> Of(TargetProgram program, CaptureOptions options, Func<TraceCapture, Task>? meanwhile = null, Func<Stream, Stream>? through = null) =>
        Of(program, options, (capture, _) => meanwhile?.Invoke(capture) ?? Task.CompletedTask, through);

    /// <summary>The same, told the file too.</summary>
    /// <inheritdoc cref="Of(TargetProgram, CaptureOptions, Func{TraceCapture, Task}?, Func{Stream, Stream}?)"/>
    public static async Task<Recording> Of(TargetProgram program, CaptureOptions options, Func<TraceCapture, string, Task> meanwhile, Func<Stream, Stream>? through = null)
    {
        var recording = new Recording();
        (ProcessDirectory directory, ProcStat stat, ProcStatus status) = ShopTarget.Look(program.Pid);
        using (directory)
        {
            (DiagnosticSocketOutcome outcome, DiagnosticSocket? socket) = await DiagnosticSocket.FindAsync(directory, stat, status, TestContext.Current.CancellationToken);
            Assert.Equal(DiagnosticSocketOutcome.Found, outcome);
            using (socket)
            await using (FileStream file = new(recording.Path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0))
            {
                await using TraceCapture capture = await TraceCapture.StartAsync(socket!, options, through?.Invoke(file) ?? file, TimeProvider.System, TestContext.Current.CancellationToken);
                await meanwhile(capture, recording.Path);
                recording.End = await capture.Completion.WaitAsync(options.Duration + TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            }
        }
        return recording;
    }

    /// <summary>Of some presets together; one level for each provider, as a session has it.</summary>
    public static CaptureOptions Options(int seconds, params string[] presets) => new()
    {
        Duration = TimeSpan.FromSeconds(seconds),
        Providers = TracePreset.Combine(presets.Select(static name => TracePreset.Find(name)!)),
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
