using ProcessArsenal.Control.Interop;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Control.Supervision;

/// <summary>Finds the children that an earlier run of ours has left running: by the identity in the record; or, if we crashed before that could be written,
/// by their standard input, which nobody else can open.</summary>
internal static class Adoption
{
    /// <summary>Finds the process of a child.</summary>
    /// <param name="inputs">Of <see cref="Remains.Inputs"/>.</param>
    /// <returns>Null if it does not live.</returns>
    public static ChildLife? Find(ProcFs proc, RecordedChild? recorded, ChildFiles files, ILookup<FileKey, int> inputs, TimeProvider time)
    {
        FileKey input = Files.TryStat(files.Input, out FileFacts facts) && facts.IsFifo ? facts.Key : default;
        if (recorded?.Identity is { } text && ProcessIdentity.TryParse(text, out ProcessIdentity identity) && Hold(proc, identity, recorded, files, input, time) is { } life) return life;
        if (input == default) return null;
        foreach (int pid in inputs[input])
        {
            // Whoever we start leads its session; what it starts in its turn does not, or not with this input.
            if (proc.OpenProcess(pid, out ProcessDirectory? directory) != ReadOutcome.Ok) continue;
            using (directory)
            {
                if (ProcessOpener.Identify(proc, directory!) is not { } found || Hold(proc, found, null, files, input, time) is not { } started) continue;
                // Asked once it is held: the number may have been another's when it was listed.
                if (LeadsSession(directory!) && Remains.InputOf(pid) == input && !started.HasEnded) return started;
                started.Dispose();
            }
        }
        return null;
    }

    /// <summary>A life that was over before we began: of <see cref="Remains"/> may be left.</summary>
    public static ChildLife Over(ProcFs proc, RecordedChild? recorded, ChildFiles files, TimeProvider time)
    {
        FileKey input = Files.TryStat(files.Input, out FileFacts facts) && facts.IsFifo ? facts.Key : default;
        bool isKnown = ProcessIdentity.TryParse(recorded?.Identity, out ProcessIdentity identity) && identity.Boot == proc.BootId;
        // If this very process has started it, and was only supervised anew, it is a zombie of ours.
        Pidfd? zombie = isKnown ? Pidfd.Open(identity.Pid) : null;
        if (zombie is not null && !(zombie.TryReadInode(out ulong inode) && inode == identity.Token && Waiting.IsZombie(zombie)))
        {
            zombie.Dispose();
            zombie = null;
        }
        return new ChildLife(isKnown ? identity : default, zombie, null, isOurs: zombie is not null, recorded?.Started ?? time.GetUtcNow(), recorded?.Log ?? files.Log, input)
        {
            AliveTicks = isKnown ? recorded!.AliveTicks : 0,
        };
    }

    /// <summary>Whether this very process has started it, and only supervises it anew.</summary>
    private static bool IsOurs(ProcFs proc, int pid)
    {
        if (proc.OpenProcess(pid, out ProcessDirectory? directory) != ReadOutcome.Ok) return false;
        Span<byte> buffer = stackalloc byte[2048];
        using (directory) return directory!.ReadStat(buffer, out ProcStat stat, out _) == ReadOutcome.Ok && stat.ParentPid == Environment.ProcessId;
    }

    private static bool LeadsSession(ProcessDirectory directory)
    {
        Span<byte> buffer = stackalloc byte[2048];
        return directory.ReadStat(buffer, out ProcStat stat, out _) == ReadOutcome.Ok && stat.Session == directory.Pid;
    }

    private static ChildLife? Hold(ProcFs proc, ProcessIdentity identity, RecordedChild? recorded, ChildFiles files, FileKey input, TimeProvider time)
    {
        if (HeldProcess.Open(proc, identity, out _) is not { } held) return null;
        // Opened by number while the process is held: if it still lives afterwards, both are the same.
        Pidfd? pidfd = Pidfd.Open(identity.Pid);
        if (pidfd is null || held.HasEnded())
        {
            pidfd?.Dispose();
            held.Dispose();
            return null;
        }
        var life = new ChildLife(identity, pidfd, held, IsOurs(proc, identity.Pid), recorded?.Started ?? time.GetUtcNow(), recorded?.Log ?? files.Log, input);
        life.SeeAlive(proc);
        return life;
    }
}
