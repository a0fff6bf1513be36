using Microsoft.Win32.SafeHandles;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Tracing.Dumps;

namespace ProcessArsenal.Control.Dumps;

/// <summary>A dump that a runtime has its createdump write: as the user of the process, into a directory of ours in its file system, where it is taken at once.</summary>
internal sealed class RuntimeDump(string name, string help, Microsoft.Diagnostics.NETCore.Client.DumpType kind) : DumpType
{
    /// <summary>Of a small one: stacks, and what the runtime keeps of its modules.</summary>
    private const long Small = 128L << 20;

    /// <summary>Beside the memory of the process itself: what the tool notes of it, and data of its libraries.</summary>
    private const long Extra = 64L << 20;

    private static readonly TimeSpan EndPatience = TimeSpan.FromMilliseconds(300);

    public override string Name => name;

    public override string Help => help;

    public override string FileName => "dump.dmp";

    public override bool IsWrittenByTarget => true;

    public override long Estimate(ProcessDirectory target, in ProcStatus memory)
    {
        long own = OwnOf(memory), all = own + (long)memory.FileBytes;
        return kind switch
        {
            Microsoft.Diagnostics.NETCore.Client.DumpType.WithHeap => own + Extra,
            Microsoft.Diagnostics.NETCore.Client.DumpType.Full => all + Extra,
            _ => Math.Min((long)(memory.AnonymousBytes + memory.FileBytes) + (Extra / 2), Small),
        };
    }

    public override async Task<string?> WhyNotAsync(ProcessDirectory target, TimeProvider time, CancellationToken cancellation)
    {
        if (FreezeWatch.TracerOf(target) is > 0 and var tracer) return FormattableString.Invariant($"pid {tracer} traces it already, and only one can: end that (a debugger, strace)");
        (DiagnosticSocket? socket, string? why) = await RuntimeDoor.OpenAsync(target, time, cancellation).ConfigureAwait(false);
        socket?.Dispose();
        return why is null ? null : $"{why}. Of a process without a runtime that answers: type {CoreDump.TypeName}";
    }

    public override async Task<string?> WriteAsync(DumpRun run, CancellationToken cancellation)
    {
        (DiagnosticSocket? socket, string? why) = await RuntimeDoor.OpenAsync(run.Directory, run.Time, cancellation).ConfigureAwait(false);
        if (socket is null) return why;
        using (socket)
        {
            using DumpPlace? place = DumpPlace.Find(run.Directory, out why);
            if (place is null) return why;
            if (!run.Note(place.Location)) return "where it is written can't be noted in our state directory, so that it might be left behind: is its disk full?";
            if (place.Make() is { } wrong) return wrong;
            using SafeFileHandle? dump = await WriteAsync(run, socket, place, cancellation).ConfigureAwait(false);
            if (dump is null) return run.Watch.Why ?? place.Why;
            place.Remove(); // What is opened is ours until the end, and nobody else finds it any more.
            return await DumpCopy.TakeAsync(dump, run, cancellation).ConfigureAwait(false);
        }
    }

    /// <returns>Null if there is none: <see cref="DumpPlace.Why"/>.</returns>
    private async Task<SafeFileHandle?> WriteAsync(DumpRun run, DiagnosticSocket socket, DumpPlace place, CancellationToken cancellation)
    {
        await using (run.Watch.Begin(() => place.Length))
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation, run.Watch.Token);
            try
            {
                if (await DumpRequest.WriteAsync(socket, kind, place.File, ended.Token).ConfigureAwait(false) is { } why)
                {
                    run.Watch.Break();
                    // A connection is reset before the last thread is gone.
                    place.Why = await run.Held.WaitAsync(EndPatience, run.Time, CancellationToken.None).ConfigureAwait(false) ? "it ended meanwhile" : $"its runtime could not write it: {why.TrimEnd('.')}";
                    return null;
                }
            }
            catch (OperationCanceledException) when (run.Watch.Why is not null)
            {
                return null;
            }
        }
        return place.Take();
    }
}
