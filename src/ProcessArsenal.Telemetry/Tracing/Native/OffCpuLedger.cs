using System.Runtime.InteropServices;

namespace ProcessArsenal.Telemetry.Tracing.Native;

/// <summary>How long threads waited, and where: by when they left a processor and when they had one again. These are told by each processor, and a thread may leave one and
/// come back on another: so they are put in the order of time before anything is made of them. Pure; not safe for concurrent use.</summary>
internal sealed class OffCpuLedger
{
    private const int MostThreads = 65_536;

    private readonly Dictionary<int, Wait> _waits = [];
    private readonly List<Change> _changes = [];
    private readonly List<ulong> _words = [];

    /// <summary>A thread leaves its processor.</summary>
    /// <param name="at">Nanoseconds.</param>
    /// <param name="stack">The innermost first.</param>
    public void Leave(int thread, ulong at, ReadOnlySpan<ulong> stack)
    {
        _changes.Add(new Change(at, thread, _words.Count, stack.Length, IsOut: true));
        CollectionExtensions.AddRange(_words, stack);
    }

    /// <summary>A thread has a processor again.</summary>
    public void Return(int thread, ulong at) => _changes.Add(new Change(at, thread, 0, 0, IsOut: false));

    /// <summary>Counts the waits that have ended, in microseconds.</summary>
    /// <param name="until">All that happened before has been told; what came later waits for the next time.</param>
    /// <returns>How many.</returns>
    public int Settle(ulong until, StackTable stacks)
    {
        int ended = 0, settled = 0;
        _changes.Sort(static (a, b) => a.At.CompareTo(b.At));
        ReadOnlySpan<ulong> words = CollectionsMarshal.AsSpan(_words);
        for (; settled < _changes.Count && _changes[settled].At <= until; settled++)
        {
            Change change = _changes[settled];
            if (change.IsOut)
            {
                Begin(change.Thread, change.At, words.Slice(change.Start, change.Length));
            }
            else if (_waits.TryGetValue(change.Thread, out Wait? wait) && wait.IsOn)
            {
                wait.IsOn = false;
                long microseconds = (long)Math.Min((change.At - wait.At + 500) / 1000, int.MaxValue);
                if (microseconds > 0) stacks.Add(change.Thread, wait.Stack.AsSpan(0, wait.Count), microseconds);
                ended++;
            }
        }
        Keep(settled);
        return ended;
    }

    private void Begin(int thread, ulong at, ReadOnlySpan<ulong> stack)
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

    /// <summary>Those that are not settled, with their stacks.</summary>
    private void Keep(int settled)
    {
        (Change Change, ulong[] Stack)[] rest = [.. _changes.Skip(settled).Select(change => (change, _words.GetRange(change.Start, change.Length).ToArray()))];
        _changes.Clear();
        _words.Clear();
        foreach ((Change change, ulong[] stack) in rest)
        {
            _changes.Add(change with { Start = _words.Count });
            _words.AddRange(stack);
        }
    }

    private readonly record struct Change(ulong At, int Thread, int Start, int Length, bool IsOut);

    private sealed class Wait
    {
        public ulong[] Stack { get; set; } = [];

        public int Count { get; set; }

        public ulong At { get; set; }

        public bool IsOn { get; set; }
    }
}
