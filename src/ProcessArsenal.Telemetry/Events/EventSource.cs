using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Events;

/// <summary>Listens to the kernel: process connector and exit records of taskstats, whichever we may. A thread of its own takes messages off the
/// sockets and looks at newcomers; the tick takes what there is as well, so that it never works with less than the kernel has told.</summary>
internal sealed class EventSource : IDisposable
{
    private const int ConnectorBuffer = 8 * 1024 * 1024;
    private const int RecordBuffer = 16 * 1024 * 1024;

    /// <summary>A flood must not keep the tick for ever.</summary>
    private const int MostAtOnce = 100_000;

    /// <summary>From the first message to a look at all of them: many are cheaper together, a fork is mostly followed by an exec, and nothing but a
    /// newcomer is in a hurry.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly Lock _gate = new();
    private readonly LifeTable _table;
    private readonly ProcConnector? _connector;
    private readonly TaskstatsSocket? _records;
    private readonly List<(Taskstats Record, byte[] Name)> _early = [];
    private readonly WakeDescriptor _wake = new();
    private readonly ProcFs _proc;
    private readonly EarlyLook _look;
    private readonly Thread _thread;
    private volatile bool _stopping;

    private EventSource(ProcFs proc, ProcConnector? connector, TaskstatsSocket? records, TimeProvider time)
    {
        _proc = proc;
        _connector = connector;
        _records = records;
        _table = new LifeTable(connector is not null, records is not null);
        _look = new EarlyLook(proc, time);
        _thread = new Thread(Run, 256 * 1024) { IsBackground = true, Name = "process events" };
        _thread.Start();
    }

    /// <summary>Whether forks, execs and exits are told.</summary>
    public bool HasEvents => _connector is not null;

    /// <summary>Whether what an ended process used is told.</summary>
    public bool HasRecords => _records is not null;

    /// <summary>Whether command lines of newcomers are wanted.</summary>
    public bool WantsCommandLine
    {
        set => _look.WantsCommandLine = value;
    }

    /// <summary>Told, on the thread of events, of newcomers that executed a file.</summary>
    public Action<int>? Executed { get; set; }

    /// <summary>Begins to listen.</summary>
    /// <param name="needsEvents">What forks, execs and exits take; empty if we have them.</param>
    /// <param name="needsRecords">What exit records take; empty if we have them.</param>
    /// <param name="connectorBuffer">Bytes of events that may wait; null: enough.</param>
    /// <returns>Null if there is nothing that we may listen to.</returns>
    public static EventSource? Start(ProcFs proc, TimeProvider time, out string needsEvents, out string needsRecords, int? connectorBuffer)
    {
        // Records first: whose end is told has left a record by then.
        TaskstatsSocket? records = TaskstatsSocket.Listen(RecordBuffer, out needsRecords);
        ProcConnector? connector = ProcConnector.Open(connectorBuffer ?? ConnectorBuffer, out needsEvents);
        if (connector is not null || records is not null) return new EventSource(ProcFs.Open(proc.Root), connector, records, time);
        return null;
    }

    /// <summary>What was told since the last call.</summary>
    /// <param name="changed">Receives the pids of adopted processes whose image, user or name changed.</param>
    public EventTotals Drain(List<int> changed)
    {
        lock (_gate)
        {
            Pump();
            _table.TakeChanged(changed);
            return new EventTotals(HasEvents ? _table.Created : null, _connector?.Lost ?? 0, _records?.Lost ?? 0);
        }
    }

    /// <inheritdoc cref="LifeTable.Adopt"/>
    public ProcessLife Adopt(int pid, ulong? startedNanoseconds)
    {
        lock (_gate) return _table.Adopt(pid, startedNanoseconds);
    }

    /// <inheritdoc cref="LifeTable.TakeBorn"/>
    public void TakeBorn(ulong before, List<int> pids)
    {
        lock (_gate) _table.TakeBorn(before, pids);
    }

    /// <inheritdoc cref="LifeTable.Abandon"/>
    public void Abandon(ProcessLife life)
    {
        lock (_gate) _table.Abandon(life);
    }

    /// <summary>Completes an adopted life with all that was told, and lets go of it.</summary>
    public void Settle(ProcessLife life)
    {
        lock (_gate)
        {
            Pump();
            _table.Settle(life);
        }
    }

    /// <inheritdoc cref="LifeTable.TakeEnded"/>
    /// <param name="bornBefore">As for <see cref="LifeTable.EndUnlisted"/>; 0 if the listing proves nothing.</param>
    public void TakeEnded(List<int> listing, ulong bornBefore, List<ProcessLife> ended)
    {
        lock (_gate)
        {
            Pump();
            if (bornBefore > 0) _table.EndUnlisted(listing, bornBefore);
            _table.TakeEnded(listing, KernelClock.MonotonicNanoseconds(), ended);
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
        _ = _thread.Join(TimeSpan.FromSeconds(2));
        _connector?.Dispose();
        _records?.Dispose();
        _wake.Dispose();
        _look.Dispose();
        _proc.Dispose();
    }

    private void Run()
    {
        var newcomers = new List<ProcessLife>();
        while (!_stopping)
        {
            _wake.WaitFor(_connector?.Descriptor ?? -1, _records?.Descriptor ?? -1);
            if (!_stopping) _wake.Wait(Pause);
            lock (_gate)
            {
                if (_stopping) return;
                Pump();
                newcomers.AddRange(_table.ToDescribe);
                _table.ToDescribe.Clear();
            }
            foreach (ProcessLife newcomer in newcomers)
            {
                if (newcomer.HasEnded || newcomer.IsAdopted || _stopping) continue; // Read without the lock: at worst a look in vain.
                Describe(newcomer);
                Executed?.Invoke(newcomer.Pid);
            }
            newcomers.Clear();
        }
    }

    private void Describe(ProcessLife newcomer)
    {
        int executions = newcomer.Executions;
        ProcessDescription? description = _look.Look(newcomer.Pid, out string? name);
        lock (_gate)
        {
            if (newcomer.Executions != executions) return; // It is another program by now, and will be looked at again.
            newcomer.Name ??= name;
            newcomer.Description = description ?? newcomer.Description;
        }
    }

    /// <summary>Takes all messages that wait. The connector first: of whom a record is, a fork was told before; and what was forked between the
    /// two readings waits for the second one.</summary>
    private void Pump()
    {
        PumpEvents();
        for (int i = 0; i < MostAtOnce && _records is not null && _records.TryReceive(out Taskstats record, out ReadOnlySpan<byte> name); i++)
        {
            if (_table.Knows(record)) _table.Apply(record, name);
            else _early.Add((record, name.ToArray()));
        }
        if (_early.Count == 0) return;
        PumpEvents();
        foreach ((Taskstats record, byte[] name) in _early) _table.Apply(record, name);
        _early.Clear();
    }

    private void PumpEvents()
    {
        for (int i = 0; i < MostAtOnce && _connector is not null && _connector.TryReceive(out ProcEvent value); i++) _table.Apply(value);
    }
}

/// <summary>Running totals.</summary>
/// <param name="Created">Processes created since we listen; null if that is not told.</param>
/// <param name="EventsLost">Messages of the process connector that were lost.</param>
/// <param name="RecordsLost">Exit records that were lost.</param>
internal readonly record struct EventTotals(long? Created, long EventsLost, long RecordsLost);
