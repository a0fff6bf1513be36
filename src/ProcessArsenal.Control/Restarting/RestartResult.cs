using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Restarting;

/// <summary>What came of a restart.</summary>
public enum RestartVerdict
{
    /// <summary>There is a new process, and it has outlived the grace period.</summary>
    Succeeded,

    /// <summary>It was tried. The old process may have ended, or not.</summary>
    Failed,

    /// <summary>Nothing was done.</summary>
    Refused,

    /// <summary>Nothing was done, since it would not have helped: the owner has given up on it, or starts it again and again already.</summary>
    Doomed,
}

/// <summary>What came of a restart.</summary>
/// <param name="Owner">Who was asked.</param>
/// <param name="Old">The main process of the owner before; the process that was meant, if the owner had none. Null: there was none at all.</param>
/// <param name="New">The main process of the owner afterwards, also if it did not live; null if none was seen.</param>
/// <param name="Reason">Why not, as a sentence without its end; null if it succeeded.</param>
public sealed record RestartResult(RestartVerdict Verdict, Owner Owner, ProcessIdentity? Old, ProcessIdentity? New, string? Reason)
{
    public bool Succeeded => Verdict == RestartVerdict.Succeeded;

    /// <summary>Processes of the owner from before that are still there, as with a unit's KillMode=process.</summary>
    public IReadOnlyList<ProcessIdentity> LeftBehind { get; init; } = [];
}
