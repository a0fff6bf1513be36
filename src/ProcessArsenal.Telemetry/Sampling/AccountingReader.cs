using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Collectors;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>Asks taskstats for the waits and context switches of the processes that moved in this tick, many at once.</summary>
internal sealed class AccountingReader : IDisposable
{
    private readonly ProcFs _proc;
    private readonly SignalBoard _signals;
    private readonly TaskstatsSocket? _socket;
    private readonly int[] _pids = new int[TaskstatsSocket.MostAtOnce];
    private readonly TrackedProcess[] _processes = new TrackedProcess[TaskstatsSocket.MostAtOnce];
    private readonly TaskAccounting[] _accounts = new TaskAccounting[TaskstatsSocket.MostAtOnce];
    private readonly bool[] _answered = new bool[TaskstatsSocket.MostAtOnce];
    private volatile bool _countsEndedThreads = true;
    private bool? _hasDelays;
    private ulong _delaysSince;

    /// <param name="probe">Whether it is worth to find out what this kernel counts.</param>
    public AccountingReader(ProcFs proc, SignalBoard signals, bool probe)
    {
        _proc = proc;
        _signals = signals;
        string needs = "/proc of our own pid namespace";
        if (proc.IsLive) _socket = TaskstatsSocket.Open(out needs);
        if (_socket is null)
        {
            signals.Refuse(WaitCollector.Signal, needs, lasting: true);
            signals.Refuse(ContextSwitchCollector.Signal, needs, lasting: true);
            signals.Refuse(WaitCollector.DelaySignal, needs, lasting: true);
        }
        else if (probe)
        {
            new Thread(() => _countsEndedThreads = TaskstatsProbe.CountsEndedThreads(), 128 * 1024) { IsBackground = true, Name = "probe" }.Start();
        }
    }

    public bool HasDelays => _hasDelays == true;

    public void Read(List<TrackedProcess> processes, ulong? uptimeTicks)
    {
        if (_socket is null) return;
        FollowDelays(uptimeTicks);
        int count = 0;
        foreach (TrackedProcess process in processes)
        {
            if (!process.HasMoved) continue;
            _processes[count] = process;
            _pids[count++] = process.Identity.Pid;
            if (count < _pids.Length) continue;
            Ask(count);
            count = 0;
        }
        if (count > 0) Ask(count);
    }

    public void Dispose() => _socket?.Dispose();

    private void FollowDelays(ulong? uptimeTicks)
    {
        bool delays = _proc.HasDelayAccounting();
        if (!delays) _signals.Refuse(WaitCollector.DelaySignal, "kernel.task_delayacct=1 (sysctl)");
        // A task counts its delays only if it was created while that was on. Whether it was before we came, nobody can tell.
        if (delays && _hasDelays == false) _delaysSince = uptimeTicks ?? ulong.MaxValue;
        _hasDelays = delays;
    }

    private void Ask(int count)
    {
        _socket!.Query(_pids.AsSpan(0, count), _accounts, _answered);
        for (int i = 0; i < count; i++)
            if (_answered[i]) Take(_processes[i], ref _accounts[i]);
    }

    private void Take(TrackedProcess process, ref TaskAccounting account)
    {
        account.HasDelays = HasDelays && process.Sample.Stat.StartTicks >= _delaysSince;
        if (!_countsEndedThreads && process.Life is { HasUsage: true } life)
        {
            account.VoluntarySwitches += life.Usage.Accounting.VoluntarySwitches;
            account.InvoluntarySwitches += life.Usage.Accounting.InvoluntarySwitches;
        }
        if (process.Sample.Accounting is { } known)
        {
            account.NeverFall(known);
            Rates.AddWaits(known, account, process.Elapsed, ref process.Rates);
        }
        process.Sample.Accounting = account;
    }
}
