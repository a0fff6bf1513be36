using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Restarting;

/// <summary>Restarts what one kind of owner owns. Keeps nothing between two calls.</summary>
public abstract class RestartDriver
{
    public abstract OwnerKind Kind { get; }

    /// <summary>Asks the owner about itself: whether it is who it is taken for, and whether a restart can do good. Changes nothing.</summary>
    internal abstract Task<OwnerState> CheckAsync(RestartScene scene, CancellationToken cancellation);

    /// <summary>Restarts it.</summary>
    /// <returns>Why it could not; null if it was done, or is under way.</returns>
    internal abstract Task<string?> ActAsync(RestartScene scene, OwnerState before, CancellationToken cancellation);

    /// <summary>Looks for the main process that it has now.</summary>
    internal abstract Task<MainProcess> FindMainAsync(RestartScene scene, CancellationToken cancellation);
}

/// <summary>One restart.</summary>
/// <param name="Target">The process that is meant; null if it has ended, and its owner is to start it again.</param>
/// <param name="BeganTicks">Time since boot, in clock ticks: processes that start from now on have no lower start time.</param>
internal sealed record RestartScene(ProcFs Proc, Owner Owner, HeldProcess? Target, ulong BeganTicks, RestartOptions Options, TimeProvider Time)
{
    /// <summary>How long a stop may take before the rest is killed.</summary>
    public TimeSpan StopTimeout => Options.StopTimeout < Options.Timeout / 2 ? Options.StopTimeout : Options.Timeout / 2;
}

/// <summary>What an owner is like before.</summary>
/// <param name="Refusal">Why it must not be restarted; null if it may.</param>
/// <param name="IsDoomed">Whether that is because it would not help.</param>
/// <param name="Main">Its main process; null if it has none.</param>
internal sealed record OwnerState(string? Refusal, bool IsDoomed, ProcessIdentity? Main)
{
    public static OwnerState Refused(string why) => new(why, false, null);

    public static OwnerState Doomed(string why) => new(why, true, null);

    public static OwnerState Fit(ProcessIdentity? main) => new(null, false, main);
}

/// <summary>What is known of a new main process.</summary>
/// <param name="Identity">Null: none yet.</param>
/// <param name="Trouble">Why there is none.</param>
/// <param name="IsFinal">Whether none will come.</param>
internal readonly record struct MainProcess(ProcessIdentity? Identity, string? Trouble, bool IsFinal)
{
    public static MainProcess Is(ProcessIdentity identity) => new(identity, null, false);

    public static MainProcess NotYet(string why) => new(null, why, false);

    public static MainProcess Never(string why) => new(null, why, true);
}
