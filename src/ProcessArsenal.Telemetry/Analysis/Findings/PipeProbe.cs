using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Flows;
using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Analysis.Findings;

/// <summary>Asks the kernel what those wait in that have done nothing for a minute, and who reads the pipes of those that wait for room in one. Touches no
/// process and no pipe. Not for the tick: it asks for each of them.</summary>
public sealed class PipeProbe(ProcFs proc, TimeProvider time)
{
    /// <summary>Who is idle for longer waits for good.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private const int MostStuck = 64, MostReaders = 8;

    /// <summary>Some milliseconds where the processors are free; whoever looks has to see something too where they are not.</summary>
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(1);

    /// <summary>Finds them.</summary>
    /// <param name="snapshot">Held meanwhile.</param>
    public List<StuckWriter> Look(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        long began = time.GetTimestamp();
        var stuck = new List<int>();
        Span<byte> buffer = stackalloc byte[128];
        for (int i = 0; i < snapshot.ProcessCount && stuck.Count < MostStuck && time.GetElapsedTime(began) < Within; i++)
        {
            ref readonly ProcessRow row = ref snapshot.Processes[i];
            if (row.Description.IsKernelThread || row.Sample.Stat.State != (byte)'S' || row.Rates.Cpu is not 0) continue;
            if (Lately.Of(row, HistorySignal.Cpu, Long) is { Most: 0 } && WaitsForRoom(row.Sample.Identity.Pid, buffer)) stuck.Add(i);
        }
        return stuck.Count == 0 ? [] : WithReaders(snapshot, stuck, () => time.GetElapsedTime(began) > 2 * Within);
    }

    private bool WaitsForRoom(int pid, Span<byte> buffer)
    {
        if (proc.OpenProcess(pid, out ProcessDirectory? directory) != ReadOutcome.Ok) return false;
        using (directory) return directory!.ReadThreadWaitChannel(pid, buffer, out ReadOnlySpan<byte> function) == ReadOutcome.Ok && PipeWait.IsForRoom(function);
    }

    /// <summary>The one that it writes to by now; null if the kernel does not tell.</summary>
    private int? DescriptorOf(int pid, byte[] buffer)
    {
        if (proc.OpenProcess(pid, out ProcessDirectory? directory) != ReadOutcome.Ok) return null;
        using (directory) return ProcSyscall.Read(directory!, buffer, out ProcSyscall call) == ReadOutcome.Ok && call.First <= int.MaxValue ? (int)call.First : null;
    }

    /// <summary>Of each writer the pipes that it may write to, then who may read those.</summary>
    private List<StuckWriter> WithReaders(Snapshot snapshot, List<int> stuck, Func<bool> isLate)
    {
        var walk = new DescriptorWalk(proc);
        var pipes = new Dictionary<ulong, List<int>>(); // By inode, the places of the writers among the stuck.
        var readers = stuck.ConvertAll(static _ => new List<Relative>());
        byte[] buffer = new byte[1024];
        for (int i = 0; i < stuck.Count; i++)
        {
            int writer = i, pid = snapshot.Processes[stuck[i]].Sample.Identity.Pid;
            int? descriptor = DescriptorOf(pid, buffer);
            walk.Visit(pid, "pipe:["u8, (directory, number, inode, _) =>
            {
                if (descriptor is { } wanted && number != wanted) return;
                if (directory.ReadDescriptorAccess(number, buffer, out DescriptorAccess access) != ReadOutcome.Ok || access == DescriptorAccess.Read) return;
                if (!pipes.TryGetValue(inode, out List<int>? writers)) pipes.Add(inode, writers = []);
                if (!writers.Contains(writer)) writers.Add(writer);
            });
        }
        try
        {
            walk.VisitAll("pipe:["u8, isLate, (directory, number, inode, holder) =>
            {
                if (!pipes.TryGetValue(inode, out List<int>? writers) || directory.ReadDescriptorAccess(number, buffer, out DescriptorAccess access) != ReadOutcome.Ok || access == DescriptorAccess.Write) return;
                foreach (int writer in writers)
                    if (holder.Pid != snapshot.Processes[stuck[writer]].Sample.Identity.Pid && readers[writer].Count < MostReaders && !readers[writer].Contains(holder)) readers[writer].Add(holder);
            });
        }
        catch (IOException)
        {
            // No descriptor is to be had: then it is not known who reads.
        }
        return [.. stuck.Select((index, i) => new StuckWriter(index, readers[i]))];
    }
}
