using ProcessArsenal.Control.Interop;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Supervision;

/// <summary>Tells when processes end, by one thread that sleeps in poll(2) until one does.</summary>
internal sealed class ExitWatch : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<(Pidfd Process, Action Ended)> _watched = [];
    private readonly Thread _thread;
    private readonly int _wake = Waiting.MakeWake();
    private volatile bool _closing;

    public ExitWatch()
    {
        if (_wake < 0) throw new IOException("There are no descriptors to spare (eventfd(2)).");
        _thread = new Thread(Loop) { IsBackground = true, Name = "exits" };
        _thread.Start();
    }

    /// <summary>Watches one until it ends.</summary>
    /// <param name="ended">Called once, by the thread that watches: it must not wait.</param>
    public void Watch(Pidfd process, Action ended)
    {
        lock (_lock) _watched.Add((process, ended));
        Waiting.Wake(_wake);
    }

    /// <summary>No longer watches it, whose descriptor may be closed afterwards.</summary>
    public void Forget(Pidfd process)
    {
        lock (_lock) _watched.RemoveAll(watched => watched.Process == process);
        Waiting.Wake(_wake); // It may still be polled; which then says nothing more of it.
    }

    public void Dispose()
    {
        _closing = true;
        Waiting.Wake(_wake);
        _thread.Join();
        _ = Waiting.Close(_wake);
    }

    private void Loop()
    {
        while (!_closing)
        {
            (Pidfd Process, Action Ended)[] watched;
            lock (_lock) watched = [.. _watched];
            var descriptors = new Waiting.Descriptor[watched.Length + 1];
            descriptors[^1] = new Waiting.Descriptor { Number = _wake, Events = Waiting.Readable };
            for (int i = 0; i < watched.Length; i++) descriptors[i] = new Waiting.Descriptor { Number = watched[i].Process.Descriptor, Events = Waiting.Readable };
            if (Waiting.Poll(descriptors, -1) <= 0) continue;
            if (descriptors[^1].Returned != 0) Waiting.Drain(_wake);
            for (int i = 0; i < watched.Length; i++)
                if (descriptors[i].Returned != 0) Tell(watched[i]);
        }
    }

    private void Tell((Pidfd Process, Action Ended) watched)
    {
        lock (_lock)
        {
            // Asked again: a descriptor that was closed meanwhile may have been another file when it was polled.
            if (!_watched.Contains(watched) || !HasEnded(watched.Process)) return;
            _watched.Remove(watched);
        }
        watched.Ended();
    }

    private static bool HasEnded(Pidfd process)
    {
        try
        {
            return process.HasEnded();
        }
        catch (Exception e) when (e is ObjectDisposedException or IOException)
        {
            return false;
        }
    }
}
