using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Flows;

/// <summary>Tries to see whose short connections are, while they are open: one thread reads the descriptors of a few processes again and again, while another has
/// the kernel list the connected sockets. Only while there are connections of which nobody saw whose they were.</summary>
/// <param name="targets">Whom to look at; none: those that were seen with sockets that come and go.</param>
internal sealed class ShortLived(ProcFs proc, TimeProvider time, IReadOnlyCollection<ProcessIdentity> targets) : IDisposable
{
    private const int MostSuspects = 16, MostFound = 64 * 1024, MostLists = 16;

    /// <summary>Of both threads, each time: a few ms where nobody else wants the processors.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(30);

    private readonly List<ChangingSockets> _suspects = [];
    private bool _hasTargets;
    private long _unseen;

    /// <summary>Finds suspects: those that hold other sockets than the last time.</summary>
    public void Compare(SocketHoldings before, SocketHoldings now)
    {
        if (targets.Count > 0 || before.ByInode.Count == 0) return;
        foreach ((ulong inode, Relative holder) in now.ByInode)
            if (!before.ByInode.ContainsKey(inode)) Suspect(holder.Pid);
    }

    public void See(FlowLedger ledger)
    {
        if (!_hasTargets)
        {
            foreach (ProcessIdentity target in targets) Suspect(target.Pid);
            _hasTargets = true;
        }
        bool hasNew = ledger.Unseen != _unseen;
        _unseen = ledger.Unseen;
        if (!hasNew || _suspects.Count == 0) return;
        using var stop = new CancellationTokenSource();
        Task<Dictionary<ulong, Relative>> read = Task.Factory.StartNew(() => Read(stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        long began = time.GetTimestamp();
        for (int i = 0; i < MostLists && time.GetElapsedTime(began) < Longest; i++)
            if (!TcpSockets.TryRead(TcpStates.Established | TcpStates.CloseWait, ledger.Sight, () => time.GetElapsedTime(began) > Longest)) break;
        stop.Cancel();
        // Endings are told to the ledger after this, so that it still knows what it has seen.
        ledger.Hold(new SocketHoldings(read.GetAwaiter().GetResult(), new HashSet<ulong>(), IsComplete: false, WasDenied: false), isAll: false);
    }

    public void Dispose() => _suspects.ForEach(static suspect => suspect.Dispose());

    private Dictionary<ulong, Relative> Read(CancellationToken stop)
    {
        var found = new Dictionary<ulong, Relative>();
        while (!stop.IsCancellationRequested && found.Count < MostFound)
        {
            for (int i = _suspects.Count - 1; i >= 0; i--)
            {
                if (_suspects[i].Look(found)) continue;
                _suspects[i].Dispose();
                _suspects.RemoveAt(i);
            }
        }
        return found;
    }

    private void Suspect(int pid)
    {
        if (_suspects.Exists(known => known.Pid == pid) || ChangingSockets.Open(proc, pid) is not { } suspect) return;
        if (_suspects.Count == MostSuspects)
        {
            _suspects[0].Dispose();
            _suspects.RemoveAt(0);
        }
        _suspects.Add(suspect);
    }
}
