using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Supervision;

/// <summary>Stops a child: its signal to it alone, so that it can end its own in order; SIGKILL when its time is over. What it leaves behind is ended after it.</summary>
internal static class ChildStopper
{
    /// <summary>How long is waited for the end of one that was killed: it may be in the kernel, uninterruptibly.</summary>
    public static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(5);

    private const int Kill = 9, Continue = 18;

    /// <summary>Stops it.</summary>
    /// <returns>Null if it has ended; else why not.</returns>
    public static async Task<string?> StopAsync(ChildLife life, ChildSpec spec, TimeProvider time, CancellationToken cancellation)
    {
        if (life.HasEnded) return null;
        using ProcFs proc = ProcFs.Open();
        if (life.Hold(proc, out string? why) is not { } held) return life.HasEnded ? null : why;
        // As long as it lives it is certain who its children are.
        life.See(Remains.Find(proc, life));
        why = held.Send(spec.StopSignal);
        if (why is null) held.Send(Continue); // One that is stopped (SIGSTOP) would not see it.
        if (await held.WaitAsync(spec.StopTimeout, time, cancellation).ConfigureAwait(false)) return null;
        why = held.Send(Kill);
        if (await held.WaitAsync(KillPatience, time, cancellation).ConfigureAwait(false)) return null;
        return why ?? FormattableString.Invariant($"it was killed {KillPatience.TotalSeconds} s ago and has not ended: it waits in the kernel, for a disk or a network file system");
    }
}
