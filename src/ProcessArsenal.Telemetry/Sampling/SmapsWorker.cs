using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>The thread that reads smaps_rollup, one batch after the other. Reading waits for the target's memory lock, and nothing but a
/// fatal signal ends that wait: a thread that hangs there is left behind, and ends when it comes back. It has a /proc of its own, since the
/// sampler may close its own meanwhile.</summary>
internal sealed class SmapsWorker : IDisposable
{
    private readonly string _root;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _asked = new(0);
    private readonly byte[] _buffer = new byte[4096];

    /// <summary>Who decides what becomes of a batch: the first to set it to 1.</summary>
    private int _settled = 1;

    private bool _stop;
    private bool _hasComeBack;

    public SmapsWorker(string root, TimeProvider time)
    {
        _root = root;
        _time = time;
        new Thread(Run, 128 * 1024) { IsBackground = true, Name = "smaps" }.Start();
    }

    public SmapsBatch Batch { get; } = new();

    /// <summary>Whether the batch is the tick's again.</summary>
    public bool HasFinished => Volatile.Read(ref _settled) == 1;

    /// <summary>After it was left behind: it has ended.</summary>
    public bool HasComeBack { get => Volatile.Read(ref _hasComeBack); private set => Volatile.Write(ref _hasComeBack, value); }

    /// <summary>Hands the batch over.</summary>
    public void Begin()
    {
        Volatile.Write(ref _settled, 0);
        _asked.Release();
    }

    /// <returns>False if it has finished just now, and goes on.</returns>
    public bool TryLeaveBehind() => Interlocked.Exchange(ref _settled, 1) == 0;

    /// <summary>Ends the thread, once it is through with its batch.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _stop, true);
        _asked.Release();
    }

    private void Run()
    {
        ProcFs? proc = null;
        while (true)
        {
            _asked.Wait();
            if (Volatile.Read(ref _stop)) break;
            if (TryOpen(ref proc)) Read(proc!);
            if (Interlocked.Exchange(ref _settled, 1) == 1) break; // Left behind: the batch is nobody's.
        }
        proc?.Dispose();
        HasComeBack = true;
    }

    private bool TryOpen(ref ProcFs? proc)
    {
        try
        {
            proc ??= ProcFs.Open(_root);
            return true;
        }
        catch (IOException)
        {
            return false; // Out of descriptors: at the next tick.
        }
    }

    private void Read(ProcFs proc)
    {
        SmapsBatch batch = Batch;
        for (int i = 0; i < batch.Count && batch.Spent < batch.Allowance; i++)
        {
            if (HasFinished || Volatile.Read(ref _stop)) break; // Left behind, or not wanted any more.
            ref SmapsRequest request = ref batch[i];
            batch.Since = request.Timestamp = _time.GetTimestamp();
            request.State = Read(proc, ref request);
            request.Took = _time.GetElapsedTime(request.Timestamp);
            batch.Spent += request.Took;
            batch.Done = i + 1;
        }
    }

    private SmapsState Read(ProcFs proc, ref SmapsRequest request)
    {
        ReadOutcome outcome = proc.OpenProcess(request.Pid, out ProcessDirectory? directory);
        using (directory)
        {
            if (directory is null) return StateOf(outcome);
            outcome = directory.ReadStat(_buffer, out ProcStat stat, out _);
            if (outcome == ReadOutcome.Ok && stat.StartTicks != request.StartTicks) return SmapsState.Gone;
            if (outcome != ReadOutcome.Ok) return StateOf(outcome);
            outcome = directory.ReadSmapsRollup(_buffer, out request.Value);
            if (outcome != ReadOutcome.Gone) return StateOf(outcome);
            // It has ended, or gave up its address space on the way there; or the kernel has no such file.
            bool lives = directory.ReadStat(_buffer, out stat, out _) == ReadOutcome.Ok && stat is { State: not (byte)'Z' and not (byte)'X', IsExiting: false };
            return lives ? SmapsState.Unsupported : SmapsState.Gone;
        }
    }

    private static SmapsState StateOf(ReadOutcome outcome) => outcome switch
    {
        ReadOutcome.Ok => SmapsState.Known,
        ReadOutcome.Gone => SmapsState.Gone,
        ReadOutcome.Denied => SmapsState.Denied,
        _ => SmapsState.Failed,
    };
}
