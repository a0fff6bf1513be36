using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>Which process holds which socket. The kernel does not tell: the descriptors of all processes are gone through, once for all that ask within some
/// seconds. Safe for concurrent use.</summary>
internal sealed class SocketHolders(ProcFs proc, TimeProvider time)
{
    private const int MostSockets = 256 * 1024, MostOfOneProcess = 16 * 1024;

    /// <summary>How old an answer may be; and one that does not have all that is asked for, as that may be newer.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3), FreshEnoughToMiss = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private SocketHoldings _known = new(new Dictionary<ulong, Relative>(), IsComplete: false, WasDenied: false);
    private long? _looked;

    /// <summary>Finds who holds sockets.</summary>
    /// <param name="wanted">The inodes of those that are asked for.</param>
    /// <param name="within">How long looking may take.</param>
    public SocketHoldings Look(IEnumerable<ulong> wanted, TimeSpan within)
    {
        lock (_lock)
        {
            TimeSpan age = _looked is { } looked ? time.GetElapsedTime(looked) : TimeSpan.MaxValue;
            if (age > Fresh || (age > FreshEnoughToMiss && !wanted.All(_known.ByInode.ContainsKey)))
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
            return Read(within);
        }
        catch (IOException)
        {
            return _known with { IsComplete = false }; // No descriptor is to be had.
        }
    }

    private SocketHoldings Read(TimeSpan within)
    {
        long began = time.GetTimestamp();
        var holders = new Dictionary<ulong, Relative>();
        List<int> pids = [], numbers = [];
        byte[] buffer = new byte[32 * 1024];
        using ProcFs own = ProcFs.Open(proc.Root); // Listing is for one at a time, and the sampler lists too.
        bool isComplete = own.TryListPids(pids), wasDenied = false;
        foreach (int pid in pids)
        {
            if (time.GetElapsedTime(began) > within || holders.Count >= MostSockets) return new SocketHoldings(holders, IsComplete: false, wasDenied);
            wasDenied |= Add(pid, holders, numbers, buffer) == ReadOutcome.Denied;
        }
        return new SocketHoldings(holders, isComplete, wasDenied);
    }

    private ReadOutcome Add(int pid, Dictionary<ulong, Relative> holders, List<int> numbers, byte[] buffer)
    {
        ReadOutcome outcome = proc.OpenProcess(pid, out ProcessDirectory? directory);
        if (directory is null) return outcome;
        using (directory)
        {
            outcome = directory.ListDescriptors(buffer, numbers, MostOfOneProcess, out _);
            Relative? holder = null;
            foreach (int number in numbers)
            {
                if (directory.ReadDescriptor(number, buffer.AsSpan(0, 64), out int length) != ReadOutcome.Ok || !TryReadSocket(buffer.AsSpan(0, length), out ulong inode)) continue;
                if (holder is null && !TryName(directory, buffer, out holder)) return ReadOutcome.Gone;
                holders.TryAdd(inode, holder);
            }
            return outcome;
        }
    }

    private bool TryName(ProcessDirectory directory, byte[] buffer, [NotNullWhen(true)] out Relative? named)
    {
        named = null;
        if (ProcessOpener.Identify(proc, directory) is not { } identity || directory.ReadStat(buffer, out _, out ReadOnlySpan<byte> name) != ReadOutcome.Ok) return false;
        named = new Relative(identity.ToString(), directory.Pid, Encoding.UTF8.GetString(name));
        return true;
    }

    /// <summary><c>socket:[12345]</c></summary>
    private static bool TryReadSocket(ReadOnlySpan<byte> target, out ulong inode)
    {
        inode = 0;
        return target.StartsWith("socket:["u8) && target[^1] == ']' && Utf8Parser.TryParse(target["socket:["u8.Length..^1], out inode, out int used) && used == target.Length - "socket:[]"u8.Length;
    }
}

/// <summary>Who holds which socket.</summary>
/// <param name="ByInode">Of several that share one, the lowest pid.</param>
/// <param name="IsComplete">All processes that we may see were looked at.</param>
/// <param name="WasDenied">Of some we may not see what they hold.</param>
internal sealed record SocketHoldings(IReadOnlyDictionary<ulong, Relative> ByInode, bool IsComplete, bool WasDenied);
