using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Proportional and unique memory, read between ticks by a thread of its own within a budget of time, since reading stalls the
/// target. The tick says who is due, and takes in what has been read: a reading by pid is of the right process, since only one that a later
/// tick still finds alive, and so still the holder of its pid, is given it. Used by the thread of the tick.</summary>
internal sealed class SmapsReader(ProcFs proc, TimeProvider time, SignalBoard signals) : IDisposable
{
    public const string Signal = "proportional_memory";

    /// <summary>Threads that may hang at once; after that nothing is read until one comes back.</summary>
    public const int MostStuck = 2;

    /// <summary>Reading takes some hundredths of a second at most; what is not back by then hangs.</summary>
    public static readonly TimeSpan HangsAfter = TimeSpan.FromSeconds(10);

    /// <summary>A process that has hardly moved is read this seldom: others may have begun or ceased to share its pages.</summary>
    public static readonly TimeSpan Renewal = TimeSpan.FromMinutes(10);

    private const string LockNeeds = "that the process lets go of its memory lock (mmap_lock) in time";

    /// <summary>The least move that counts, pages: 256 KiB, what any program breathes.</summary>
    private static readonly ulong LeastMove = Math.Max(1, 256 * 1024 / (ulong)SystemConstants.PageSize);

    private readonly StallEstimate _stall = new();
    private readonly List<(SmapsWorker Worker, TrackedProcess Target)> _stuck = new(MostStuck);
    private readonly double _largestWait = time.TimestampFrequency * Renewal.TotalSeconds;
    private SmapsWorker? _worker;
    private bool _busy;
    private int _taken;
    private long _now;
    private TimeSpan _budget;

    /// <summary>What was overdrawn: a reading can't be stopped half-way, but the next ticks pay for it.</summary>
    private TimeSpan _debt;

    /// <summary>Threads that hang.</summary>
    internal int Stuck => _stuck.Count;

    /// <summary>Whether a batch is being read.</summary>
    internal bool IsBusy => _busy && _worker is { HasFinished: false };

    /// <summary>Takes in what was read since the last tick.</summary>
    /// <param name="budget">Time for reading until the next one; 0: none.</param>
    public void BeginTick(TimeSpan budget)
    {
        _now = time.GetTimestamp();
        _budget = budget;
        for (int i = _stuck.Count - 1; i >= 0; i--)
        {
            if (!_stuck[i].Worker.HasComeBack) continue;
            _stuck[i].Target.Smaps.State = SmapsState.Unread;
            _stuck.RemoveAt(i);
        }
        if (_busy) TakeIn(_worker!);
        if (budget == TimeSpan.Zero) signals.Refuse(Signal, "sampling.smaps_budget above 0");
        else if (_stuck.Count >= MostStuck) signals.Refuse(Signal, LockNeeds);
    }

    /// <summary>Gives a process of this tick the latest reading, or says why there is none.</summary>
    public void Apply(TrackedProcess process)
    {
        ref SmapsReading reading = ref process.Smaps;
        ref ProcessSample sample = ref process.Sample;
        bool known = reading.State == SmapsState.Known && _budget > TimeSpan.Zero;
        if (IsTooLarge(sample))
        {
            known = false;
            signals.Refuse(Signal, _stall.Reason);
        }
        else if (reading.State == SmapsState.Denied) signals.Refuse(Signal, "CAP_SYS_PTRACE over processes of other users");
        else if (reading.State == SmapsState.Unsupported) signals.Refuse(Signal, "Linux 4.14");
        else if (reading.State == SmapsState.Hung) signals.Refuse(Signal, LockNeeds);
        sample.Smaps = known ? reading.Value : null;
        sample.SmapsTimestamp = known ? reading.Since : 0;
    }

    /// <summary>Puts a process on the list for after this tick, if it is due.</summary>
    public void Offer(TrackedProcess process)
    {
        ref SmapsReading reading = ref process.Smaps;
        if (reading.Since == 0) reading.Since = _now;
        if (_busy || _budget <= _debt || reading.State == SmapsState.Hung) return;
        ref ProcessSample sample = ref process.Sample;
        if (sample.Statm is not { SizePages: > 0 } memory || sample.Stat.IsLeaderless || IsTooLarge(sample)) return;

        ulong before = reading.State == SmapsState.Known ? reading.ResidentPages : 0;
        ulong moved = memory.ResidentPages > before ? memory.ResidentPages - before : before - memory.ResidentPages;
        long waited = _now - reading.Since;
        bool due = reading.State switch
        {
            SmapsState.Unread => true,
            SmapsState.Known => waited >= _largestWait || moved >= Math.Max(before / 32, LeastMove),
            _ => waited >= _largestWait,
        };
        if (!due) return;
        if (_worker is null && _stuck.Count >= MostStuck) return;
        _worker ??= new SmapsWorker(proc.Root, time);
        // The largest move first, but time counts as well: else one that moves much at each tick would leave the others no turn.
        double urgency = Math.Max(moved, LeastMove) * (1.0 + waited);
        _worker.Batch.Add(new SmapsRequest
        {
            Process = process,
            Pid = process.Identity.Pid,
            StartTicks = sample.Stat.StartTicks,
            ResidentPages = memory.ResidentPages,
        }, urgency);
    }

    /// <summary>Lets the thread begin.</summary>
    public void EndTick()
    {
        TimeSpan left = _budget - _debt;
        _debt = left < TimeSpan.Zero ? -left : TimeSpan.Zero;
        if (_busy || _worker is not { Batch.Count: > 0 } worker) return;
        worker.Batch.Allowance = left;
        worker.Batch.Sort();
        _busy = true;
        _taken = 0;
        worker.Begin();
    }

    public void Dispose() => _worker?.Dispose();

    private void TakeIn(SmapsWorker worker)
    {
        SmapsBatch batch = worker.Batch;
        bool finished = worker.HasFinished; // Before Done, so that nothing is missed that it did before it finished.
        for (int done = batch.Done; _taken < done; _taken++) TakeIn(batch[_taken]);
        if (!finished)
        {
            bool hangs = batch.Since is not 0 and var since && time.GetElapsedTime(since, _now) >= HangsAfter;
            if (!hangs || _taken >= batch.Count || !worker.TryLeaveBehind()) return;
            TrackedProcess target = batch[_taken].Process;
            target.Smaps.State = SmapsState.Hung;
            _stuck.Add((worker, target));
            _worker = null;
            _busy = false;
            return;
        }
        // Never more than one reading may take: a target that held its lock for a minute is no reason to read nothing for an hour.
        TimeSpan over = batch.Spent - batch.Allowance;
        if (over > TimeSpan.Zero) _debt += over < StallEstimate.MostStall ? over : StallEstimate.MostStall;
        batch.Clear();
        _busy = false;
    }

    private void TakeIn(in SmapsRequest request)
    {
        if (request.State == SmapsState.Gone) return; // The tick finds out by itself.
        ref SmapsReading reading = ref request.Process.Smaps;
        reading.State = request.State;
        reading.Value = request.Value;
        reading.ResidentPages = request.ResidentPages;
        reading.Since = request.Timestamp;
        if (request.State == SmapsState.Known) _stall.Learn(request.ResidentPages * (double)SystemConstants.PageSize, request.Took);
    }

    private bool IsTooLarge(in ProcessSample sample) => ProcessFacts.ResidentBytes(sample) > _stall.LargestBytes;
}
