using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Tracing;
using ProcessArsenal.Telemetry.Tracing.Native;
using ProcessArsenal.Telemetry.Tracing.Profiles;
using ProcessArsenal.Telemetry.Tracing.Reports;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Native;

/// <summary>A profile of a program by the kernel's samples.</summary>
/// <param name="Report">As it is read from its file.</param>
internal sealed record NativeRecording(CaptureEnd End, TraceReport Report, NativeProfile Profile)
{
    /// <summary>Records a program for a while. The test is passed over where the kernel lets nobody sample.</summary>
    /// <param name="meanwhile">Done while it goes on.</param>
    public static async Task<NativeRecording> Of(TargetProgram program, double seconds, bool ofWaits = false, Func<NativeCapture, Task>? meanwhile = null)
    {
        Assert.SkipUnless(PerfEvents.IsCheap(), $"perf_event_open(2) is denied here (kernel.perf_event_paranoid is {PerfEvents.Paranoid()}): it takes CAP_PERFMON");
        string path = Path.GetTempFileName();
        try
        {
            (ProcessDirectory directory, ProcStat stat, ProcStatus status) = ShopTarget.Look(program.Pid);
            using (directory)
            {
                (_, DiagnosticSocket? socket) = await DiagnosticSocket.FindAsync(directory, stat, status, TestContext.Current.CancellationToken);
                using (socket)
                await using (FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0))
                {
                    await using NativeCapture capture = await NativeCapture.StartAsync(directory, socket, new NativeOptions { Duration = TimeSpan.FromSeconds(seconds), OfWaits = ofWaits }, file, TimeProvider.System, TestContext.Current.CancellationToken);
                    if (meanwhile is not null) await meanwhile(capture);
                    CaptureEnd end = await capture.Completion.WaitAsync(TimeSpan.FromSeconds(seconds + 60), TestContext.Current.CancellationToken);
                    Assert.True(end.Wrong is null, end.Wrong);
                    return new NativeRecording(end, TraceDigest.Read(path).Report, NativeProfile.Read(path));
                }
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>How much of all time is in a function itself; 0 if it was not found.</summary>
    public double Self(string name) => Hot(name)?.ExclusivePart ?? 0;

    /// <summary>How much of all time is in a function and in what it called.</summary>
    public double All(string name) => Hot(name)?.InclusivePart ?? 0;

    /// <summary>All of it, for a person who looks at why a test failed.</summary>
    public string Shown => string.Join('\n', (Report.Cpu?.Hot ?? Report.OffCpu!.Hot).Select(static hot => $"{hot.ExclusivePart:P1} {hot.InclusivePart:P1} {hot.Method}").Concat(Report.Native!.Notes));

    private HotMethod? Hot(string name) => (Report.Cpu?.Hot ?? Report.OffCpu!.Hot).FirstOrDefault(hot => hot.Method == name);
}
