namespace ProcessArsenal.Telemetry.Tracing.Native;

/// <summary>Which threads have left their processor, when, and where they were. Pure; not safe for concurrent use.</summary>
internal sealed class OffCpuLedger
{
    private const int MostThreads = 65_536;

    private readonly Dictionary<int, Wait> _waits = [];

    /// <summary>A thread leaves its processor.</summary>
    /// <param name="at">Nanoseconds.</param>
    /// <param name="stack">The innermost first.</param>
    public void Begin(int thread, ulong at, ReadOnlySpan<ulong> stack)
    {
        if (!_waits.TryGetValue(thread, out Wait? wait))
        {
            if (_waits.Count >= MostThreads) _waits.Clear(); // Those of threads that have ended meanwhile.
            _waits[thread] = wait = new Wait();
        }
        if (wait.Stack.Length < stack.Length) wait.Stack = new ulong[Math.Max(64, 2 * stack.Length)];
        stack.CopyTo(wait.Stack);
        (wait.Count, wait.At, wait.IsOn) = (stack.Length, at, true);
    }

    /// <summary>A thread has a processor again.</summary>
    /// <param name="stack">Where it left; valid until the next call.</param>
    /// <returns>False if it is not known when it left.</returns>
    public bool TryEnd(int thread, ulong at, out ReadOnlySpan<ulong> stack, out long microseconds)
    {
        stack = default;
        microseconds = 0;
        if (!_waits.TryGetValue(thread, out Wait? wait) || !wait.IsOn || at < wait.At) return false;
        wait.IsOn = false;
        stack = wait.Stack.AsSpan(0, wait.Count);
        microseconds = (long)Math.Min((at - wait.At + 500) / 1000, int.MaxValue);
        return true;
    }

    private sealed class Wait
    {
        public ulong[] Stack { get; set; } = [];

        public int Count { get; set; }

        public ulong At { get; set; }

        public bool IsOn { get; set; }
    }
}
