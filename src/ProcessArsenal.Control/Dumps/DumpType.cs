using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Tracing.Heaps;

namespace ProcessArsenal.Control.Dumps;

/// <summary>A type of dump: how much it takes, and how it is written. A new one is a file and a line in <see cref="DumpTypes"/>.</summary>
internal abstract class DumpType
{
    /// <summary>As it is asked for; stays.</summary>
    public abstract string Name { get; }

    /// <summary>What it is good for, in a few words.</summary>
    public abstract string Help { get; }

    /// <summary>What its file is called.</summary>
    public abstract string FileName { get; }

    /// <summary>The target writes it, below a directory of its own; else we do, into our store.</summary>
    public virtual bool IsWrittenByTarget => false;

    /// <summary>Bytes that come of it, at a guess that is rather too high.</summary>
    public abstract long Estimate(ProcessDirectory target, in ProcStatus memory);

    /// <summary>Bytes of memory that the target must have left for it.</summary>
    /// <param name="bytes">As estimated.</param>
    public virtual long MemoryOf(ProcessDirectory target, in ProcStatus memory, long bytes) => BurdenSurvey.OwnMemory + (bytes / BurdenSurvey.Share);

    /// <summary>Of what a process has written: also what is swapped out, and what was never touched, which is written all the same.</summary>
    protected static long OwnOf(in ProcStatus memory) => (long)Math.Min(Math.Max(memory.AnonymousBytes + memory.SwapBytes, memory.DataBytes) + memory.SharedBytes, long.MaxValue / 16);

    /// <summary>Why it can't be had of a process, and what to do; null if it can.</summary>
    /// <param name="target">Of whom it is certain who it is.</param>
    public abstract Task<string?> WhyNotAsync(ProcessDirectory target, TimeProvider time, CancellationToken cancellation);

    /// <summary>Writes it into <see cref="DumpRun.File"/>.</summary>
    /// <returns>Null if it is there; else why not.</returns>
    /// <exception cref="OperationCanceledException">It was ended: <see cref="FreezeWatch.Why"/> says why, if that is it.</exception>
    public abstract Task<string?> WriteAsync(DumpRun run, CancellationToken cancellation);
}

/// <summary>What a dump is written with.</summary>
/// <param name="Held">The process.</param>
/// <param name="Directory">Of the process.</param>
/// <param name="File">To be written, of our store; it is not read by anybody meanwhile.</param>
/// <param name="Path">The same.</param>
internal sealed record DumpRun(HeldProcess Held, ProcessDirectory Directory, ProcFs Proc, DumpOrder Order, FileStream File, string Path, TimeProvider Time)
{
    /// <summary>Bytes that it may have.</summary>
    public required long Most { get; init; }

    /// <summary>Measures how long the process stands still, and ends it if that is too long.</summary>
    public required FreezeWatch Watch { get; init; }

    /// <summary>Keeps where it is written, so that it is found if we end meanwhile; false: that can't be kept, so nothing may be written there.</summary>
    public required Func<DumpLocation, bool> Note { get; init; }

    /// <summary>What digests heaps.</summary>
    public required HeapWorker Heaps { get; init; }

    /// <summary>Keeps what a heap is made of, beside the file.</summary>
    public required Action<HeapReport> Keep { get; init; }

    /// <summary>How long the process stood still, where that is told by somebody else than <see cref="Watch"/>.</summary>
    public TimeSpan? Freeze { get; set; }

    /// <summary>What is missing in a file that is of use all the same, in words; null: nothing.</summary>
    public string? Wrong { get; set; }

    /// <summary>Tells how far it is.</summary>
    public required Action<DumpState, long> Progress { get; init; }
}
