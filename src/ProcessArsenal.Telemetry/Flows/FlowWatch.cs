using System.Net.NetworkInformation;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Flows;

/// <summary>One watch: asks the kernel for the <see cref="FlowLedger"/>.</summary>
internal sealed class FlowWatch(ProcFs proc, TimeProvider time, SocketHolders holders, IReadOnlyCollection<ProcessIdentity> targets, FlowOptions options, CancellationToken cancellation) : IDisposable
{
    /// <summary>For some 13,000 endings between two times that they are taken, 20 ms as a rule.</summary>
    private const int EndingsBuffer = 8 * 1024 * 1024;

    private const string Holders = "whose sockets they are";

    /// <summary>The kernel tells of an ending a little later (broadcast_wq, net/core/sock_diag.c).</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(30);

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20), LongestLook = TimeSpan.FromMilliseconds(300), BetweenHolders = TimeSpan.FromMilliseconds(600);

    private readonly FlowLedger _ledger = new(new FlowLimits(options.MostConnections, options.MostPairs), OwnAddresses());
    private readonly FlowGaps _gaps = new();
    private readonly ShortLived _shortLived = new(proc, time, targets);
    private TcpEndings? _endings;
    private SocketHoldings _held = SocketHoldings.None;
    private long _began, _unseen;

    public FlowReport Run()
    {
        _endings = TcpEndings.Open(EndingsBuffer, out string needs);
        if (_endings is null) _gaps.Miss("TCP connections that end between two looks", needs);
        // Twice, as a look may pass over a socket. What has ended before is told by then, and does not count as of the window.
        Look();
        Wait(Settling);
        Look();
        _ledger.Begin();
        _began = time.GetTimestamp();
        options.Began?.Invoke();
        _gaps.LookAtNamespaces(proc, targets, IsLate(LongestLook));
        FindHolders(null);
        Watch();
        TimeSpan window = time.GetElapsedTime(_began);
        Wait(Settling);
        return Report(window);
    }

    public void Dispose()
    {
        _endings?.Dispose();
        _shortLived.Dispose();
    }

    private void Watch()
    {
        TimeSpan nextLook = options.Interval, nextHolders = BetweenHolders, nextRoll = options.Roll;
        for (TimeSpan now = TimeSpan.Zero; now < options.Window && !options.End.IsCancellationRequested; now = time.GetElapsedTime(_began))
        {
            TimeSpan rest = (nextLook < options.Window ? nextLook : options.Window) - now;
            Wait(rest, options.End);
            now = time.GetElapsedTime(_began);
            if (now < nextLook) continue;
            nextLook = now + Longer(options.Interval, Spread(CpuTimeOf(() =>
            {
                Look();
                _shortLived.See(_ledger);
                Drain();
            })));
            if (now >= nextHolders && (_ledger.Unseen != _unseen || _ledger.Unheld.Any())) nextHolders = now + Longer(BetweenHolders, Spread(CpuTimeOf(() => FindHolders(_ledger.Unseen == _unseen ? null : BetweenHolders))));
            if (options.Rolled is null || now < nextRoll) continue;
            nextRoll = now + options.Roll;
            Roll();
        }
        FindHolders(TimeSpan.Zero);
        Look();
    }

    private void Roll()
    {
        Look();
        (FlowSums<FlowParty> pairs, FlowSum other) = _ledger.Roll();
        Look(); // Who listens, of the next window.
        var report = new FlowReportMaker(targets);
        report.Add(pairs, "tcp", hasBytes: true);
        report.Add(other);
        if (_held.WasDenied) _gaps.Miss(Holders, InspectionRun.PtraceAndSearch); // In words that stay the same: a watch goes on for good.
        options.Rolled!(report.Make(options.Roll, _endings?.Lost ?? 0, _gaps.All));
    }

    private FlowReport Report(TimeSpan window)
    {
        (FlowSums<FlowParty> pairs, FlowSum other) = _ledger.End();
        var report = new FlowReportMaker(targets);
        report.Add(pairs, "tcp", hasBytes: true);
        report.Add(other);
        AddUnixAndPipes(report);
        AddGaps(report);
        return report.Make(window, _endings?.Lost ?? 0, _gaps.All);
    }

    private void AddGaps(FlowReportMaker report)
    {
        if (_held.WasDenied) _gaps.Miss(Holders, InspectionRun.PtraceAndSearch);
        else if (!_held.IsComplete) _gaps.Miss(Holders, "fewer descriptors on this host: there was no time to look at all");
        if (_ledger.Untracked > 0) _gaps.Miss(FormattableString.Invariant($"{_ledger.Untracked} open TCP connections"), FormattableString.Invariant($"more room than for {options.MostConnections}"));
        if (report.UnknownConnections > 0) _gaps.Miss(FormattableString.Invariant($"whose some of {report.UnknownConnections} TCP connections were"), "that they are open, and held by one process, when the descriptors of processes are looked at");
    }

    private void AddUnixAndPipes(FlowReportMaker report)
    {
        var sums = new FlowSums<FlowParty>(options.MostPairs);
        if (!UnixFlows.TryRead(sums, _held.ByInode, IsLate(LongestLook))) _gaps.Miss("unix sockets", "a kernel that tells them (CONFIG_UNIX_DIAG), and time to list them");
        report.Add(sums, "unix", hasBytes: false);
        sums = new FlowSums<FlowParty>(options.MostPairs);
        if (!PipeFlows.TryRead(proc, sums, IsLate(LongestLook))) _gaps.Miss("some pipes", "fewer descriptors on this host: there was no time to look at all");
        report.Add(sums, "pipe", hasBytes: false);
    }

    private void Look()
    {
        _ledger.BeginLook();
        if (!TcpSockets.TryRead(TcpStates.Live, _ledger.See, () => cancellation.IsCancellationRequested)) _gaps.Miss("TCP sockets", "a kernel that tells them (CONFIG_INET_TCP_DIAG)");
        _ledger.EndLook();
        Drain();
    }

    /// <param name="newerThan">How old an answer may be; null: as long as it has all.</param>
    private void FindHolders(TimeSpan? newerThan)
    {
        SocketHoldings held = holders.Look(_ledger.Unheld, LongestLook, newerThan);
        _unseen = _ledger.Unseen;
        if (!ReferenceEquals(held, _held)) _shortLived.Compare(_held, held);
        _held = held;
        _ledger.Hold(held, isAll: true);
    }

    /// <summary>Takes what the kernel tells of endings meanwhile.</summary>
    private void Wait(TimeSpan duration, CancellationToken end = default)
    {
        long began = time.GetTimestamp();
        do
        {
            cancellation.ThrowIfCancellationRequested();
            TimeSpan rest = duration - time.GetElapsedTime(began);
            rest = rest < Patience ? rest : Patience;
            // Not woken for each: they are cheaper together.
            if (rest > TimeSpan.Zero) cancellation.WaitHandle.WaitOne(rest);
            Drain();
        }
        while (time.GetElapsedTime(began) < duration && !end.IsCancellationRequested);
    }

    private void Drain()
    {
        while (_endings?.TryReceive(out TcpSocket socket) == true && !cancellation.IsCancellationRequested) _ledger.End(socket);
    }

    private Func<bool> IsLate(TimeSpan within)
    {
        long began = time.GetTimestamp();
        return () => cancellation.IsCancellationRequested || time.GetElapsedTime(began) > within;
    }

    /// <summary>How long to wait after what took so much time of a processor.</summary>
    private TimeSpan Spread(TimeSpan work) => work / options.ShareOfTime;

    private static TimeSpan CpuTimeOf(Action act)
    {
        ulong before = KernelClock.ThreadCpuNanoseconds();
        act();
        return TimeSpan.FromTicks((long)(KernelClock.ThreadCpuNanoseconds() - before) / 100);
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static IEnumerable<UInt128> OwnAddresses()
    {
        try
        {
            return [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(static network => network.GetIPProperties().UnicastAddresses).Select(static address => TcpEndpoint.AddressOf(address.Address))];
        }
        catch (NetworkInformationException)
        {
            return []; // Those of sockets that are seen are known as well.
        }
    }
}
