using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Flows;
using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.Analysis.Findings;

/// <summary>Asks the kernel now and then what idle processes wait in, keeps in mind who waits for room in a pipe, and tells of those whose main thread has not run
/// since for a minute, with who reads that pipe. Touches no process and no pipe. Not for the tick: it asks for each of them. Safe for concurrent use.</summary>
public sealed class PipeProbe(ProcFs proc, TimeProvider time)
{
    /// <summary>Who waits for longer waits for good.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private const int MostWaiting = 256, MostReaders = 8;

    /// <summary>Who has not moved since he was found not to wait is looked at once in so many rounds: he would have had to write in less than the kernel counts.</summary>
    private const int Rounds = 8;

    /// <summary>Some milliseconds where the processors are free; whoever looks has to see something too where they are not.</summary>
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly byte[] _buffer = new byte[8192];

    /// <summary>Who waits, how often it had run when that was first seen, and since when.</summary>
    private Dictionary<ProcessIdentity, (ulong Switches, long Since)> _waiting = [];

    /// <summary>Who did not wait, and how far his accounts were.</summary>
    private Dictionary<ProcessIdentity, ulong> _others = [];

    private int _round;

    /// <summary>Looks, and tells who has waited for a minute, by what was seen since earlier looks.</summary>
    /// <param name="snapshot">Held meanwhile.</param>
    public List<StuckWriter> Look(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        lock (_lock)
        {
            long began = time.GetTimestamp();
            var stuck = new List<int>();
            var waiting = new Dictionary<ProcessIdentity, (ulong Switches, long Since)>();
            var others = new Dictionary<ProcessIdentity, ulong>(_others.Count);
            _round = (_round + 1) % Rounds;
            for (int i = 0; i < snapshot.ProcessCount && waiting.Count < MostWaiting && time.GetElapsedTime(began) < Within; i++)
            {
                ref readonly ProcessRow row = ref snapshot.Processes[i];
                if (row.Description.IsKernelThread || row.Sample.Stat.State != (byte)'S' || row.Rates.Cpu is not 0) continue;
                ProcessIdentity identity = row.Sample.Identity;
                ulong moved = row.Sample.Stat.UserTicks + row.Sample.Stat.SystemTicks + row.Sample.Stat.MinorFaults;
                bool isStill = _others.TryGetValue(identity, out ulong known) && known == moved && identity.Pid % Rounds != _round;
                if (isStill || SwitchesOfWaiting(identity.Pid) is not { } switches)
                {
                    others[identity] = moved;
                    continue;
                }
                // One that has run since has written something.
                long since = _waiting.TryGetValue(identity, out var before) && before.Switches == switches ? before.Since : began;
                waiting[identity] = (switches, since);
                if (time.GetElapsedTime(since, began) >= Long) stuck.Add(i);
            }
            (_waiting, _others) = (waiting, others);
            return stuck.Count == 0 ? [] : WithReaders(snapshot, stuck, () => time.GetElapsedTime(began) > 2 * Within);
        }
    }

    /// <summary>How often the main thread has run; null if it does not wait for room in a pipe.</summary>
    private ulong? SwitchesOfWaiting(int pid)
    {
        // Of hardly any is more to be read, so no directory is opened.
        if (proc.ReadWaitChannel(pid, _buffer, out ReadOnlySpan<byte> function) != ReadOutcome.Ok || !PipeWait.IsForRoom(function)) return null;
        if (proc.OpenProcess(pid, out ProcessDirectory? directory) != ReadOutcome.Ok) return null;
        using (directory)
            return directory!.ReadThreadSwitches(pid, _buffer, out ProcTaskSwitches switches) == ReadOutcome.Ok ? switches.Voluntary + switches.Involuntary : null;
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
