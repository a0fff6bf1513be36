using System.IO.Pipelines;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Tracing.Heaps;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Heaps;

/// <summary>What fills the heap of a program, taken as the daemon takes it: digested as it comes.</summary>
internal sealed record TakenHeap(HeapGraph Graph, HeapCaptureEnd End)
{
    public static async Task<TakenHeap> Of(TargetProgram program, HeapLimits? limits = null, int bufferMegabytes = 64, TimeSpan? deadline = null)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 1 << 19, useSynchronizationContext: false));
        Task<HeapGraph> digest = Task.Run(async () =>
        {
            try
            {
                return await HeapDigest.ReadAsync(pipe.Reader.AsStream(), limits ?? new HeapLimits(), TestContext.Current.CancellationToken);
            }
            finally
            {
                await pipe.Reader.CompleteAsync(); // So that what still comes is let go.
            }
        });
        HeapCaptureEnd end = await Capture(program, pipe.Writer.AsStream(), bufferMegabytes, deadline ?? TimeSpan.FromSeconds(120));
        await pipe.Writer.CompleteAsync();
        return new TakenHeap(await digest, end);
    }

    /// <summary>The stream alone.</summary>
    public static async Task<HeapCaptureEnd> Capture(TargetProgram program, Stream sink, int bufferMegabytes, TimeSpan deadline)
    {
        (ProcessDirectory directory, ProcStat stat, ProcStatus status) = ShopTarget.Look(program.Pid);
        using (directory)
        {
            (DiagnosticSocketOutcome outcome, DiagnosticSocket? socket) = await DiagnosticSocket.FindAsync(directory, stat, status, TestContext.Current.CancellationToken);
            Assert.Equal(DiagnosticSocketOutcome.Found, outcome);
            using (socket)
            {
                return await HeapCapture.RunAsync(socket!, await Runtime(socket!), bufferMegabytes, sink, deadline, TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }
    }

    private static async Task<int> Runtime(DiagnosticSocket socket)
    {
        try
        {
            using var late = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            return (await RuntimeInfo.ReadAsync(socket, late.Token))?.Major ?? 0;
        }
        catch (OperationCanceledException)
        {
            return 0; // It is stopped.
        }
    }

    /// <summary>All types.</summary>
    public static HeapReport Report(HeapGraph graph) => HeapReports.Of(graph, int.MaxValue, TestContext.Current.CancellationToken);

    /// <summary>Of a type.</summary>
    public long CountOf(string type) => Report(Graph).Types.FirstOrDefault(line => line.Type == type)?.Count ?? 0;
}
