using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Restarting;

/// <summary>Who we are.</summary>
internal static class Ourselves
{
    /// <summary>Our effective user; null if /proc does not tell.</summary>
    public static uint? UserId(ProcFs proc)
    {
        if (proc.OpenSelf(out ProcessDirectory? directory) != ReadOutcome.Ok) return null;
        using (directory)
        {
            return directory!.ReadStatus(new byte[4096], out ProcStatus status) == ReadOutcome.Ok ? status.EffectiveUserId : null;
        }
    }

    /// <summary>Whether an owner has us too: a process that we started ourselves is in our own unit.</summary>
    public static bool AreIn(ProcFs proc, Owner owner) => Identities.In(proc, Environment.ProcessId, owner) is not null;
}
