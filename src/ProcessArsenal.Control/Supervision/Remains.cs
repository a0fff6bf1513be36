using System.Globalization;
using ProcessArsenal.Control.Interop;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Control.Supervision;

/// <summary>What a child has started, of which it is certain that it is its own. These are the signs, none of which another process can make itself:
/// - it is in the session of the child: only fork(2) gets one into it. The session's number is the child's pid, which nobody else gets as long as anybody is in
///   it (kernel/pid.c); so this holds while the child lives or is our zombie, and later for those that are older than the last time the child was seen alive;
/// - it has the child's standard input open as its own, a FIFO that nobody else can open;
/// - its parent is one of these, or the child.
/// Who has left the session, has another input and whose parent has ended (a daemon) can't be told from a stranger, and is left alone.</summary>
internal static class Remains
{
    /// <summary>So many at a time, since each takes a descriptor; further ones are found once these have ended.</summary>
    public const int Most = 500;

    /// <summary>How long those that are left have between the signal and SIGKILL, at most: their child has had its time.</summary>
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(2);

    /// <summary>The first with the signal, and those with SIGKILL for what was started meanwhile.</summary>
    private const int Rounds = 3;

    /// <summary>How long <see cref="EndAsync"/> takes at most.</summary>
    public static readonly TimeSpan LongestEnd = MostPatience * Rounds;

    /// <summary>Finds and holds them, the child itself excepted.</summary>
    public static List<HeldProcess> Find(ProcFs proc, ChildLife life)
    {
        var found = new Dictionary<int, HeldProcess>();
        var pids = new List<int>();
        proc.TryListPids(pids);
        var listed = new Dictionary<int, ProcStat>(pids.Count);
        foreach (int pid in pids)
            if (pid != life.Identity.Pid && pid != Environment.ProcessId && pid > 1 && Stat(proc, pid) is { IsKernelThread: false, IsZombie: false } stat) listed[pid] = stat;
        // Parents before children, however they are numbered.
        for (bool more = true; more;)
        {
            more = false;
            foreach ((int pid, ProcStat stat) in listed)
            {
                if (found.Count >= Most) break;
                if (found.ContainsKey(pid) || !Belongs(pid, stat) || Hold(proc, pid) is not { } held) continue;
                // Held now, so what is read again is of this one, if it still lives afterwards.
                if (Stat(proc, pid) is { } again && Belongs(pid, again) && !held.HasEnded() && found.TryAdd(pid, held)) more = true;
                else held.Dispose();
            }
        }
        return [.. found.Values];

        bool Belongs(int pid, in ProcStat stat) =>
            (stat.Session == life.Identity.Pid && stat.Session > 0 && (life.HasItsNumber || stat.StartTicks < life.AliveTicks))
            || (life.Input != default && InputOf(pid) == life.Input)
            || (stat.ParentPid == life.Identity.Pid && !life.HasEnded)
            || (found.TryGetValue(stat.ParentPid, out HeldProcess? parent) && !parent.HasEnded());
    }

    /// <summary>Who has a FIFO as standard input, by the FIFO.</summary>
    public static ILookup<FileKey, int> Inputs(ProcFs proc)
    {
        var pids = new List<int>();
        proc.TryListPids(pids);
        return pids.Where(pid => InputOf(pid) != default).ToLookup(InputOf);
    }

    /// <summary>Ends those that are left of a child that has ended: its own stop signal first, SIGKILL after a time.</summary>
    /// <returns>How many could not be ended.</returns>
    public static async Task<int> EndAsync(ChildLife life, int signal, TimeSpan within, TimeProvider time, CancellationToken cancellation)
    {
        const int Kill = 9, Continue = 18;
        TimeSpan patience = within < MostPatience ? within : MostPatience;
        var known = new Dictionary<ProcessIdentity, HeldProcess>();
        try
        {
            Add(life.TakeSeen());
            for (int round = 0; round < Rounds; round++)
            {
                using (ProcFs proc = ProcFs.Open()) Add(Find(proc, life));
                List<HeldProcess> alive = [.. known.Values.Where(held => !held.HasEnded())];
                if (alive.Count == 0) return 0;
                foreach (HeldProcess held in alive)
                {
                    held.Send(round == 0 ? signal : Kill);
                    if (round == 0) held.Send(Continue);
                }
                long began = time.GetTimestamp();
                foreach (HeldProcess held in alive)
                {
                    TimeSpan left = patience - time.GetElapsedTime(began);
                    await held.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellation).ConfigureAwait(false);
                }
            }
            return known.Values.Count(held => !held.HasEnded());
        }
        finally
        {
            foreach (HeldProcess held in known.Values) held.Dispose();
        }

        void Add(List<HeldProcess> found)
        {
            foreach (HeldProcess held in found)
                if (!known.TryAdd(held.Identity, held)) held.Dispose();
        }
    }

    private static ProcStat? Stat(ProcFs proc, int pid)
    {
        Span<byte> buffer = stackalloc byte[2048];
        if (proc.OpenProcess(pid, out ProcessDirectory? directory) != ReadOutcome.Ok) return null;
        using (directory) return directory!.ReadStat(buffer, out ProcStat stat, out _) == ReadOutcome.Ok ? stat : null;
    }

    private static HeldProcess? Hold(ProcFs proc, int pid)
    {
        if (proc.OpenProcess(pid, out ProcessDirectory? directory) != ReadOutcome.Ok) return null;
        using (directory) return ProcessOpener.Identify(proc, directory!) is { } identity ? HeldProcess.Open(proc, identity, out _) : null;
    }

    /// <summary>The FIFO that is the standard input of a process; default if it is none, or we may not know.</summary>
    public static FileKey InputOf(int pid) =>
        Files.TryStat(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd/0"), out FileFacts facts) && facts.IsFifo ? facts.Key : default;
}
