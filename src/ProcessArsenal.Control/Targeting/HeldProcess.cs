using ProcessArsenal.Control.Interop;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Targeting;

/// <summary>A process of which it is certain who it is, held by a pidfd: whatever is sent by it reaches this one or nobody. The only way to a
/// signal.</summary>
public sealed class HeldProcess : IDisposable
{
    /// <summary>How long is slept between two looks whether it has ended: the first, and the longest.</summary>
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(1), LongestLook = TimeSpan.FromMilliseconds(50);

    private readonly Pidfd _pidfd;

    private HeldProcess(ProcessIdentity identity, Pidfd pidfd) => (Identity, _pidfd) = (identity, pidfd);

    public ProcessIdentity Identity { get; }

    /// <summary>Takes hold of a process, if it still is the one that is meant. The pidfd is opened by number, then compared: by its inode, which is unique since
    /// boot (Linux >= 6.9); before, by the start time, which is read while the pidfd says that the process still lives.</summary>
    /// <param name="why">Why not; null if it is held.</param>
    public static HeldProcess? Open(ProcFs proc, ProcessIdentity identity, out string? why)
    {
        why = null;
        if (!proc.IsLive) why = "its /proc is not of our own pid namespace: we could not tell whom a signal reaches";
        else if (identity.Boot != proc.BootId) why = "it is of another boot of this host, or of another host";
        if (why is not null) return null;
        Pidfd? pidfd = Pidfd.Open(identity.Pid);
        if (pidfd is null)
        {
            why = "it has ended";
            return null;
        }
        if (IsSame(proc, identity, pidfd))
        {
            if (!pidfd.HasEnded()) return new HeldProcess(identity, pidfd);
            why = "it has ended";
        }
        else
        {
            why = $"it has ended, and pid {identity.Pid} is another process now";
        }
        pidfd.Dispose();
        return null;
    }

    /// <summary>Who has a pid now; null if nobody, or if we have no descriptors to spare.</summary>
    public static ProcessIdentity? Identify(ProcFs proc, int pid)
    {
        if (proc.OpenProcess(pid, out ProcessDirectory? directory) != ReadOutcome.Ok) return null;
        using (directory) return Telemetry.Sampling.ProcessOpener.Identify(proc, directory!);
    }

    /// <summary>Sends a signal.</summary>
    /// <param name="signal">1 to 64 (signal(7)).</param>
    /// <returns>Null if it was sent; else why not.</returns>
    public string? Send(int signal) => Signals.Send(_pidfd, signal) switch
    {
        0 => null,
        Errors.NoSuchProcess => "it has ended",
        Errors.NotPermitted => $"we may not signal it: that takes its own user, or root (CAP_KILL)",
        Errors.NoSuchCall => "the kernel has no pidfd_send_signal(2): it takes Linux 5.1, and a seccomp filter that lets it through",
        int error => FormattableString.Invariant($"pidfd_send_signal(2) failed with errno {error}"),
    };

    /// <summary>Whether it has ended; it may still be a zombie.</summary>
    /// <exception cref="IOException">The kernel does not tell.</exception>
    public bool HasEnded() => _pidfd.HasEnded();

    /// <summary>How it ended, if the kernel tells: Linux >= 6.15, once its parent has waited for it.</summary>
    public ExitStatus? Exit => _pidfd.TryReadExit(out ExitStatus exit) ? exit : null;

    /// <summary>Waits for its end.</summary>
    /// <returns>Whether it has ended in time.</returns>
    /// <exception cref="OperationCanceledException"/>
    public async Task<bool> WaitAsync(TimeSpan within, TimeProvider time, CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        TimeSpan pause = FirstLook;
        while (!HasEnded())
        {
            TimeSpan left = within - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero) return false;
            await Task.Delay(pause < left ? pause : left, time, cancellation).ConfigureAwait(false);
            pause = pause * 2 < LongestLook ? pause * 2 : LongestLook;
        }
        return true;
    }

    public void Dispose() => _pidfd.Dispose();

    private static bool IsSame(ProcFs proc, ProcessIdentity identity, Pidfd pidfd)
    {
        if (pidfd.TryReadInode(out ulong inode)) return inode == identity.Token;
        if (proc.OpenProcess(identity.Pid, out ProcessDirectory? directory) != ReadOutcome.Ok) return false;
        using (directory)
        {
            Span<byte> buffer = stackalloc byte[2048];
            return directory!.ReadStat(buffer, out ProcStat stat, out _) == ReadOutcome.Ok && stat.StartTicks == identity.Token && !pidfd.HasEnded();
        }
    }

    private static class Errors
    {
        public const int NotPermitted = 1, NoSuchProcess = 3, NoSuchCall = 38;
    }
}
