namespace ProcessArsenal.Telemetry.EventPipe.NetTrace;

/// <summary>Counts events that were written and never came: each thread numbers its own, and a sequence point tells the numbers of all threads.</summary>
internal sealed class LostEvents
{
    /// <summary>Threads that are followed at once; beyond it their numbers are forgotten, and a loss may go unseen until the next sequence point.</summary>
    public const int MostThreads = 65_536;

    private Dictionary<ulong, uint> _last = [];
    private Dictionary<ulong, uint> _spare = [];
    private ulong _thread;
    private uint _number;

    /// <summary>Events lost so far.</summary>
    public long Count { get; private set; }

    /// <summary>An event has come.</summary>
    public void Saw(ulong thread, uint number)
    {
        if (thread != _thread)
        {
            Keep();
            _thread = thread;
            _number = _last.GetValueOrDefault(thread);
        }
        // A thread that begins at 1 again is another one: the system gives numbers of threads away again.
        if (number != 1) Miss(_number + 1, number);
        _number = number;
    }

    /// <summary>All threads have come so far.</summary>
    /// <param name="content">Of a block.</param>
    /// <exception cref="NetTraceException">It is not one.</exception>
    public void Check(ReadOnlySpan<byte> content)
    {
        Keep();
        _thread = 0;
        _number = 0;
        var cursor = new BinaryCursor(content);
        _ = cursor.ReadInt64(); // time
        int count = cursor.ReadInt32();
        for (int i = 0; i < count && !cursor.HasFailed; i++)
        {
            ulong thread = (ulong)cursor.ReadInt64();
            uint number = (uint)cursor.ReadInt32();
            if (cursor.HasFailed) break;
            uint known = _last.GetValueOrDefault(thread);
            Miss(known + 1, number + 1);
            if (_spare.Count < MostThreads) _spare[thread] = unchecked((int)(number - known)) > 0 ? number : known;
        }
        if (cursor.HasFailed) throw new NetTraceException("A sequence point holds fewer threads than it says.");
        // Those that are not in it have ended.
        (_last, _spare) = (_spare, _last);
        _spare.Clear();
    }

    private void Miss(uint expected, uint number)
    {
        int missing = unchecked((int)(number - expected)); // It begins anew at 0 after the greatest.
        if (missing > 0) Count += missing;
    }

    private void Keep()
    {
        if (_number == 0) return;
        if (_last.Count >= MostThreads) _last.Clear();
        _last[_thread] = _number;
    }
}
