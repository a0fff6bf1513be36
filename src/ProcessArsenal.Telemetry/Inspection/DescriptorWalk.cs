using System.Buffers.Text;
using System.Text;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>Goes through the descriptors of processes for those of one kind. Not safe for concurrent use.</summary>
internal sealed class DescriptorWalk(ProcFs proc)
{
    private const int MostOfOneProcess = 16 * 1024;

    /// <summary>Bytes that are enough for where such a descriptor leads to.</summary>
    public const int LongestTarget = 64;

    private readonly List<int> _numbers = [];
    private readonly byte[] _buffer = new byte[32 * 1024];

    /// <summary>Told of each descriptor: whose, its number, the inode, and by whom it is held.</summary>
    public delegate void Visitor(ProcessDirectory directory, int number, ulong inode, Relative holder);

    /// <summary>Goes through those of one process.</summary>
    /// <param name="kind"><c>socket:[</c> or <c>pipe:[</c>.</param>
    public ReadOutcome Visit(int pid, ReadOnlySpan<byte> kind, Visitor visit)
    {
        ReadOutcome outcome = proc.OpenProcess(pid, out ProcessDirectory? directory);
        if (directory is null) return outcome;
        using (directory)
        {
            outcome = directory.ListDescriptors(_buffer, _numbers, MostOfOneProcess, out _);
            Relative? holder = null;
            foreach (int number in _numbers)
            {
                if (directory.ReadDescriptor(number, _buffer.AsSpan(0, LongestTarget), out int length) != ReadOutcome.Ok || !TryReadInode(_buffer.AsSpan(0, length), kind, out ulong inode)) continue;
                holder ??= NameOf(proc, directory, _buffer);
                if (holder is null) return ReadOutcome.Gone;
                visit(directory, number, inode, holder);
            }
            return outcome;
        }
    }

    /// <summary>Goes through those of all processes that we may see.</summary>
    /// <param name="isEnough">Asked between processes.</param>
    public (bool IsComplete, bool WasDenied) VisitAll(ReadOnlySpan<byte> kind, Func<bool> isEnough, Visitor visit)
    {
        List<int> pids = [];
        using ProcFs own = ProcFs.Open(proc.Root); // Listing is for one at a time, and the sampler lists too.
        bool isComplete = own.TryListPids(pids), wasDenied = false;
        foreach (int pid in pids)
        {
            if (isEnough()) return (false, wasDenied);
            wasDenied |= Visit(pid, kind, visit) == ReadOutcome.Denied;
        }
        return (isComplete, wasDenied);
    }

    /// <summary>Who a process is; null once it is gone.</summary>
    public static Relative? NameOf(ProcFs proc, ProcessDirectory directory, byte[] buffer)
    {
        if (ProcessOpener.Identify(proc, directory) is not { } identity || directory.ReadStat(buffer, out _, out ReadOnlySpan<byte> name) != ReadOutcome.Ok) return null;
        return new Relative(identity.ToString(), directory.Pid, Encoding.UTF8.GetString(name));
    }

    /// <summary>The inode in <c>socket:[12345]</c>.</summary>
    public static bool TryReadInode(ReadOnlySpan<byte> target, ReadOnlySpan<byte> kind, out ulong inode)
    {
        inode = 0;
        return target.StartsWith(kind) && target[^1] == ']' && Utf8Parser.TryParse(target[kind.Length..^1], out inode, out int used) && used == target.Length - kind.Length - 1;
    }
}
