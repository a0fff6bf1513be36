using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>Which process holds which socket. The kernel does not tell: the descriptors of all processes are gone through, once for all that ask within some
/// seconds. Safe for concurrent use.</summary>
internal sealed class SocketHolders(ProcFs proc, TimeProvider time)
{
    private const int MostSockets = 256 * 1024;

    /// <summary>How old an answer may be; and one that does not have all that is asked for, as that may be newer.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3), FreshEnoughToMiss = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly DescriptorWalk _walk = new(proc);
    private SocketHoldings _known = SocketHoldings.None;
    private long? _looked;

    /// <summary>Finds who holds sockets.</summary>
    /// <param name="wanted">The inodes of those that are asked for.</param>
    /// <param name="within">How long looking may take.</param>
    /// <param name="newerThan">How old an answer may be; null: as it is said above.</param>
    public SocketHoldings Look(IEnumerable<ulong> wanted, TimeSpan within, TimeSpan? newerThan = null)
    {
        lock (_lock)
        {
            TimeSpan age = _looked is { } looked ? time.GetElapsedTime(looked) : TimeSpan.MaxValue;
            if (age > (newerThan ?? Fresh) || (age > FreshEnoughToMiss && !wanted.All(_known.ByInode.ContainsKey)))
            {
                _looked = time.GetTimestamp();
                _known = TryRead(within);
            }
            return _known;
        }
    }

    private SocketHoldings TryRead(TimeSpan within)
    {
        try
        {
            long began = time.GetTimestamp();
            var found = new Findings();
            (bool isComplete, bool wasDenied) = _walk.VisitAll("socket:["u8, () => time.GetElapsedTime(began) > within || found.Count >= MostSockets, found.Add);
            return found.ToHoldings(isComplete, wasDenied);
        }
        catch (IOException)
        {
            return _known with { IsComplete = false }; // No descriptor is to be had.
        }
    }

    private sealed class Findings
    {
        private readonly Dictionary<ulong, Relative> _holders = [];
        private readonly HashSet<ulong> _shared = [];

        public int Count => _holders.Count;

        public void Add(ProcessDirectory directory, int number, ulong inode, Relative holder)
        {
            if (!_holders.TryAdd(inode, holder) && !ReferenceEquals(_holders[inode], holder)) _shared.Add(inode);
        }

        public SocketHoldings ToHoldings(bool isComplete, bool wasDenied) => new(_holders, _shared, isComplete, wasDenied);
    }
}

/// <summary>Who holds which socket.</summary>
/// <param name="ByInode">Of several that share one, the lowest pid.</param>
/// <param name="Shared">Those that several processes hold.</param>
/// <param name="IsComplete">All processes that we may see were looked at.</param>
/// <param name="WasDenied">Of some we may not see what they hold.</param>
internal sealed record SocketHoldings(IReadOnlyDictionary<ulong, Relative> ByInode, IReadOnlySet<ulong> Shared, bool IsComplete, bool WasDenied)
{
    public static readonly SocketHoldings None = new(new Dictionary<ulong, Relative>(), new HashSet<ulong>(), IsComplete: false, WasDenied: false);
}
