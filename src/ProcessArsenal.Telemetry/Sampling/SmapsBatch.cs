using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>What is to be read between two ticks, the most urgent first, and what came of it. Owned by the tick until it is handed to the
/// worker, then by the worker until that has finished; but the first <see cref="Done"/> requests are the tick's again already.</summary>
internal sealed class SmapsBatch
{
    private SmapsRequest[] _requests = new SmapsRequest[64];
    private double[] _urgencies = new double[64];
    private int[] _order = new int[64];
    private int _done;
    private long _since;

    public int Count { get; private set; }

    /// <summary>How long reading may take in all.</summary>
    public TimeSpan Allowance { get; set; }

    /// <summary>How long it took; valid once the worker has finished.</summary>
    public TimeSpan Spent { get; set; }

    /// <summary>Requests that were dealt with, from the first on. It rises last: what it counts is there to be read.</summary>
    public int Done { get => Volatile.Read(ref _done); set => Volatile.Write(ref _done, value); }

    /// <summary>When the latest reading was begun: <see cref="TimeProvider.GetTimestamp"/>; 0 before the first.</summary>
    public long Since { get => Volatile.Read(ref _since); set => Volatile.Write(ref _since, value); }

    /// <summary>In the order of urgency, once sorted.</summary>
    public ref SmapsRequest this[int index] => ref _requests[_order[index]];

    public void Add(in SmapsRequest request, double urgency)
    {
        if (Count == _requests.Length)
        {
            Array.Resize(ref _requests, 2 * Count);
            Array.Resize(ref _urgencies, 2 * Count);
            Array.Resize(ref _order, 2 * Count);
        }
        _requests[Count] = request;
        _urgencies[Count] = -urgency;
        _order[Count] = Count;
        Count++;
    }

    public void Sort() => Array.Sort(_urgencies, _order, 0, Count);

    public void Clear()
    {
        _requests.AsSpan(0, Count).Clear(); // Processes that have ended are not kept alive.
        Count = 0;
        Done = 0;
        Since = 0;
        Spent = TimeSpan.Zero;
    }
}

/// <summary>One process to be read.</summary>
internal struct SmapsRequest
{
    /// <summary>For the tick only.</summary>
    public TrackedProcess Process;

    public int Pid;

    /// <summary>A process that started at another time is another one.</summary>
    public ulong StartTicks;

    /// <summary>When it was asked for.</summary>
    public ulong ResidentPages;

    /// <summary>The answer.</summary>
    public SmapsState State;

    public ProcSmapsRollup Value;

    /// <summary>When it was read.</summary>
    public long Timestamp;

    /// <summary>How long that took.</summary>
    public TimeSpan Took;
}
