using ProcessArsenal.Control.Interop;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Supervision;

/// <summary>One life of a child, from its start (or since it was found alive) until it is replaced. Held by its pidfd all the while.</summary>
internal sealed class ChildLife : IDisposable
{
    private List<HeldProcess> _seen = [];
    private HeldProcess? _held;
    private long _aliveTicks;

    /// <param name="isOurs">It is a child of this process, which must wait for it; one that was adopted is init's.</param>
    /// <param name="held">Null if it could not be held, yet.</param>
    public ChildLife(ProcessIdentity identity, Pidfd? pidfd, HeldProcess? held, bool isOurs, DateTimeOffset started, string log, FileKey input) =>
        (Identity, Pidfd, _held, IsOurs, Started, Log, Input) = (identity, pidfd, held, isOurs, started, log, input);

    public ProcessIdentity Identity { get; }

    /// <summary>Null: it had ended before we began.</summary>
    public Pidfd? Pidfd { get; }

    public bool HasEnded => Pidfd?.HasEnded() ?? true;

    public bool IsOurs { get; }

    /// <summary>By the wall clock, for people.</summary>
    public DateTimeOffset Started { get; }

    /// <summary>The file that it writes to.</summary>
    public string Log { get; }

    /// <summary>Its standard input; default if that is not known.</summary>
    public FileKey Input { get; }

    /// <summary>A time at which it certainly lived, in clock ticks since boot; 0 if none.</summary>
    public ulong AliveTicks
    {
        get => (ulong)Volatile.Read(ref _aliveTicks);
        set => Volatile.Write(ref _aliveTicks, (long)value);
    }

    /// <summary>Whether nobody else can have its number: it lives, or is ours and was not waited for.</summary>
    public bool HasItsNumber => !HasEnded || (IsOurs && Waiting.IsZombie(Pidfd!));

    /// <summary>Holds it, to be signalled.</summary>
    /// <param name="why">Why it can't be; null if it is.</param>
    public HeldProcess? Hold(ProcFs proc, out string? why)
    {
        why = null;
        return _held ??= HeldProcess.Open(proc, Identity, out why);
    }

    /// <summary>What belonged to it when its stop began; given to whoever asks first.</summary>
    public List<HeldProcess> TakeSeen() => Interlocked.Exchange(ref _seen, []);

    public void See(List<HeldProcess> seen)
    {
        foreach (HeldProcess old in Interlocked.Exchange(ref _seen, seen)) old.Dispose();
    }

    /// <summary>Notes that it is alive by now, if it is.</summary>
    public void SeeAlive(ProcFs proc)
    {
        if (proc.ReadUptime(out TimeSpan uptime) != ReadOutcome.Ok || HasEnded) return; // In this order: it lived at that time.
        AliveTicks = (ulong)(uptime.TotalSeconds * SystemConstants.ClockTicksPerSecond);
    }

    /// <summary>How it ended, once it has; null if nobody knows (adopted, before Linux 6.15). The zombie is gone afterwards, and its number free.</summary>
    public ExitStatus? Reap()
    {
        if (Pidfd is null) return null;
        ExitStatus? exit = IsOurs ? Waiting.Reap(Pidfd) : null;
        return exit ?? (Pidfd.TryReadExit(out ExitStatus told) ? told : null);
    }

    public void Dispose()
    {
        See([]);
        _held?.Dispose();
        Pidfd?.Dispose();
    }
}
