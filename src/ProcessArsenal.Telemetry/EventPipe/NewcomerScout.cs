using System.Diagnostics.CodeAnalysis;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>Looks at processes a moment after they executed a file, so that a .NET one is listened to before the next tick finds it. Most are gone by
/// then, or have one thread. What it finds waits for the tick to take it.</summary>
internal sealed class NewcomerScout : IDisposable
{
    /// <summary>After the exec: a runtime has its threads after some hundredths of a second, on a busy machine after tenths.</summary>
    private static readonly TimeSpan[] Looks = [TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(800)];

    /// <summary>From look to look: those who come meanwhile are looked at together, since waking costs more than looking.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(100);

    /// <summary>Who was found and is not taken: its process has ended, or no tick came.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const int MostWaiting = 4096, MostFound = 64;

    private readonly Lock _gate = new();
    private readonly ProcFs _proc;
    private readonly TimeProvider _time;
    private readonly Func<ProcessDirectory, bool, DotnetTarget> _begin;

    /// <summary>By how often they were looked at.</summary>
    private readonly Queue<(int Pid, long Since)>[] _waiting = [.. Looks.Select(_ => new Queue<(int, long)>())];
    private readonly Dictionary<(int Pid, ulong StartTicks), (DotnetTarget Target, long Since)> _found = [];

    /// <summary>Whom the tick has found itself.</summary>
    private readonly Dictionary<(int Pid, ulong StartTicks), long> _known = [];

    private readonly ITimer _timer;
    private readonly byte[] _stat = new byte[4096];
    private bool _disposed;

    /// <param name="begin">Begins to listen to one, whose directory it takes.</param>
    public NewcomerScout(ProcFs proc, TimeProvider time, Func<ProcessDirectory, bool, DotnetTarget> begin)
    {
        _proc = ProcFs.Open(proc.Root); // One for each thread.
        _time = time;
        _begin = begin;
        _timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>From any thread.</summary>
    public void Add(int pid)
    {
        lock (_gate)
        {
            if (_disposed || _waiting[0].Count >= MostWaiting) return; // The tick will find it.
            bool isFirst = _waiting[0].Count == 0;
            _waiting[0].Enqueue((pid, _time.GetTimestamp()));
            if (isFirst) LookLater();
        }
    }

    /// <summary>One has said itself that it is there: it need not be looked for. From any thread.</summary>
    /// <returns>Null if it is known to the tick, or gone.</returns>
    public DotnetTarget? Announce(int pid)
    {
        lock (_gate)
        {
            if (_disposed) return null;
            LookAt(pid, _time.GetTimestamp(), leastThreads: 1);
            return _found.FirstOrDefault(found => found.Key.Pid == pid).Value.Target;
        }
    }

    /// <summary>Takes one that was found; who was not won't be any more.</summary>
    public bool TryTake(int pid, ulong startTicks, [NotNullWhen(true)] out DotnetTarget? target)
    {
        lock (_gate)
        {
            bool taken = _found.Remove((pid, startTicks), out (DotnetTarget Target, long) found);
            target = taken ? found.Target : null;
            _known[(pid, startTicks)] = _time.GetTimestamp();
            return taken;
        }
    }

    /// <summary>Lets go of those that no tick took.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            foreach ((var key, long since) in _known)
                if (_time.GetElapsedTime(since) > Patience) _known.Remove(key);
            foreach ((var key, (DotnetTarget target, long since)) in _found)
            {
                if (_time.GetElapsedTime(since) < Patience && target is not { State: DotnetTargetState.None, Finished.IsCompleted: true }) continue;
                _found.Remove(key);
                _ = Task.Run(async () => await target.DisposeAsync());
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer.Dispose();
            foreach (Queue<(int, long)> queue in _waiting) queue.Clear();
            foreach ((DotnetTarget target, long _) in _found.Values) _ = Task.Run(async () => await target.DisposeAsync());
            _found.Clear();
            _proc.Dispose();
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            for (int look = 0; look < Looks.Length; look++)
            {
                while (!_disposed && _waiting[look].TryPeek(out (int Pid, long Since) next) && _time.GetElapsedTime(next.Since) >= Looks[look])
                {
                    _ = _waiting[look].Dequeue();
                    if (!LookAt(next.Pid, next.Since) && look + 1 < Looks.Length) _waiting[look + 1].Enqueue(next);
                }
            }
            if (!_disposed) LookLater();
        }
    }

    /// <summary>Once, when the next one is due.</summary>
    private void LookLater()
    {
        TimeSpan least = TimeSpan.MaxValue;
        for (int look = 0; look < Looks.Length; look++)
            if (_waiting[look].TryPeek(out (int Pid, long Since) next) && Looks[look] - _time.GetElapsedTime(next.Since) is var left && left < least) least = left;
        if (least < TimeSpan.MaxValue) _timer.Change(least > Gathering ? least : Gathering, Timeout.InfiniteTimeSpan);
    }

    /// <returns>Whether there is nothing more to see.</returns>
    private bool LookAt(int pid, long since, int leastThreads = DotnetTargets.LeastThreads)
    {
        if (pid == Environment.ProcessId || _found.Count >= MostFound || _proc.OpenProcess(pid, out ProcessDirectory? directory) != ReadOutcome.Ok) return true;
        bool isThere = directory!.ReadStat(_stat, out ProcStat stat, out _) == ReadOutcome.Ok && !stat.IsExiting;
        (int, ulong) key = (pid, stat.StartTicks);
        bool isKnown = isThere && (_known.ContainsKey(key) || _found.ContainsKey(key));
        if (isThere && !isKnown && stat.Threads >= leastThreads) _found.Add(key, (_begin(directory, true), since));
        else directory.Dispose();
        return !isThere || isKnown || stat.Threads >= leastThreads;
    }
}
