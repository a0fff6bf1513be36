using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Tracing.Heaps;

namespace ProcessArsenal.Control.Dumps;

/// <summary>Which types fill the heap of a .NET process, and who holds them: its runtime tells while it collects. Nothing of what objects hold is in it, and
/// nobody traces the process.</summary>
internal sealed class GcHeapDump : DumpType
{
    public const string TypeName = "gcdump";

    private const long Extra = 4L << 20;

    /// <summary>What the file has for each byte of a heap of small objects: the larger they are, the less.</summary>
    private const int BytesOfHeapForOne = 3;

    private const int WaitingPart = 4;

    /// <summary>How long it may take beside standing still: sessions begin and end.</summary>
    private static readonly TimeSpan Beside = TimeSpan.FromSeconds(30), Patience = TimeSpan.FromSeconds(2);

    public override string Name => TypeName;

    public override string Help => "which types fill the memory of a .NET process, and who holds them; without data";

    public override string FileName => "heap.gcdump";

    public override long Estimate(ProcessDirectory target, in ProcStatus memory) => (HeapOf(memory) / BytesOfHeapForOne) + Extra;

    /// <summary>With less most of it would be lost. It may take as much as the heap has, where there are few processors, but never more than half of what is left.</summary>
    public override long MemoryOf(ProcessDirectory target, in ProcStatus memory, long bytes) => Math.Max(HeapOf(memory) / WaitingPart, 64L << 20);

    public override async Task<string?> WhyNotAsync(ProcessDirectory target, TimeProvider time, CancellationToken cancellation)
    {
        (DiagnosticSocket? socket, string? why) = await RuntimeDoor.OpenAsync(target, time, cancellation).ConfigureAwait(false);
        socket?.Dispose();
        return why;
    }

    public override async Task<string?> WriteAsync(DumpRun run, CancellationToken cancellation)
    {
        (DiagnosticSocket? socket, string? why) = await RuntimeDoor.OpenAsync(run.Directory, run.Time, cancellation).ConfigureAwait(false);
        if (socket is null) return why;
        long began = run.Time.GetTimestamp();
        using (socket)
        {
            if (await VersionAsync(socket, run.Time, cancellation).ConfigureAwait(false) is not { } version) return "its runtime does not say what it is: it is stopped, hung, or very busy";
            int buffer = HeapCapture.BufferMegabytes(HeapOf(run.Directory), BurdenSurvey.Left(run.Proc, run.Directory));
            string? trouble = null;
            try
            {
                HeapReport report = await run.Heaps.TakeAsync(run.Path, async (sink, token) =>
                {
                    try
                    {
                        HeapCaptureEnd end = await HeapCapture.RunAsync(socket, version, buffer, sink, run.Order.MaxFreeze + Beside, run.Time, token).ConfigureAwait(false);
                        trouble = end.Wrong;
                    }
                    catch (Exception e) when (e is TimeoutException or Microsoft.Diagnostics.NETCore.Client.DiagnosticsClientException or IOException)
                    {
                        trouble = e.Message;
                    }
                }, cancellation).ConfigureAwait(false);
                if (trouble is not null) return trouble.TrimEnd('.');
                if (run.Held.HasEnded()) return "it ended meanwhile"; // As long as it had not, nobody else could have its number.
                // By the clock of the program, which may say what it likes.
                if (report.Heap.PauseSeconds > run.Time.GetElapsedTime(began).TotalSeconds) report = report with { Heap = report.Heap with { PauseSeconds = null } };
                run.Freeze = report.Heap.PauseSeconds is { } pause ? TimeSpan.FromSeconds(pause) : null;
                run.Wrong = report.Heap.Incomplete;
                run.Keep(report);
                return RandomAccess.GetLength(run.File.SafeFileHandle) is var length && length > run.Most ? "it became larger than artifacts may be (artifacts.max_size), or twice of what was expected" : null;
            }
            catch (HeapException e)
            {
                return (trouble ?? e.Message).TrimEnd('.');
            }
        }
    }

    private static async Task<int?> VersionAsync(DiagnosticSocket socket, TimeProvider time, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            return (await RuntimeInfo.ReadAsync(socket, either.Token).ConfigureAwait(false))?.Major;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return null;
        }
    }

    private static long HeapOf(ProcessDirectory target)
    {
        Span<byte> buffer = stackalloc byte[8192];
        return target.ReadStatus(buffer, out ProcStatus status) == ReadOutcome.Ok ? HeapOf(status) : 0;
    }

    /// <summary>No more than it has written, of which the heap is a part.</summary>
    private static long HeapOf(in ProcStatus memory) => (long)Math.Min(memory.AnonymousBytes + memory.SwapBytes, long.MaxValue / 16);
}
