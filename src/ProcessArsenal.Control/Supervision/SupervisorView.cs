using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Supervision;

/// <summary>A supervisor as it is shown.</summary>
/// <param name="RestartsWithin">Failures within the last <paramref name="MaxSeconds"/>.</param>
/// <param name="LatchedSince">Since when it starts nothing more by itself; null: it does.</param>
/// <param name="Unconfigured">Children of an earlier configuration that still run: they are left alone.</param>
/// <param name="Trouble">What is wrong with its record; null: nothing.</param>
public sealed record SupervisorView(
    string Name, RestartStrategy Strategy, int MaxRestarts, int MaxSeconds, int RestartsWithin, DateTimeOffset? LatchedSince, string? LatchedWhy,
    IReadOnlyList<ChildView> Children, IReadOnlyList<UnconfiguredChild> Unconfigured, string? Trouble);

/// <summary>A child that its supervisor no longer has.</summary>
public sealed record UnconfiguredChild(string Name, ProcessIdentity Identity);

/// <summary>A child as it is shown.</summary>
/// <param name="Identity">Of its present life; null if it has none.</param>
/// <param name="Since">When it came into its state; one that runs: when it was started.</param>
/// <param name="IsAdopted">It was started by an earlier run of ours.</param>
/// <param name="Restarts">How often it was started again without being asked for.</param>
/// <param name="RestartsWithin">Its failures within the last max_seconds.</param>
/// <param name="NextStart">When it is started next, if it waits for that.</param>
/// <param name="Log">The file that its output goes to.</param>
/// <param name="LogDropped">Bytes of its output that were not kept when it was rotated, since we began.</param>
/// <param name="Trouble">What else is wrong: it does not end, or its log can't be rotated.</param>
public sealed record ChildView(
    string Name, ChildState State, ProcessIdentity? Identity, DateTimeOffset Since, bool IsAdopted, int Restarts, int RestartsWithin, ChildEnd? LastEnd, ChildHealth? Health,
    DateTimeOffset? NextStart, string Log, long LogDropped, string? Trouble)
{
    /// <summary>Health checks that it was asked since we began, and that it answered well.</summary>
    public long ChecksPassed { get; init; }

    /// <summary>Those that it did not.</summary>
    public long ChecksFailed { get; init; }
}

/// <summary>What a child is doing.</summary>
public enum ChildState
{
    /// <summary>To be started: its turn has not come, or it waits after a failure.</summary>
    Waiting,

    Starting,
    Running,

    /// <summary>It is being stopped; or it has ended, and what it left behind is being ended.</summary>
    Stopping,

    /// <summary>Stopped by an operator.</summary>
    Stopped,

    /// <summary>Ended by itself, and not to be started again.</summary>
    Ended,

    /// <summary>Failed too often: its supervisor is latched.</summary>
    Failed,
}

/// <summary>How a life of a child ended, or why it could not begin.</summary>
/// <param name="Identity">Null if it was never started.</param>
/// <param name="Code">0 to 255, if it ended by itself and that is known.</param>
/// <param name="Signal">1 to 64, if a signal ended it and that is known.</param>
/// <param name="Left">Processes of its own that it left behind and that could not be ended; -1: they could not be looked for.</param>
public sealed record ChildEnd(DateTimeOffset At, string? Identity, int? Code, int? Signal, string Why, int Left = 0)
{
    internal static ChildEnd Of(DateTimeOffset at, ProcessIdentity identity, ExitStatus? exit, string? cause, int left)
    {
        string how = exit switch
        {
            null => "ended; how is not known",
            { Signal: > 0 and int signal } => FormattableString.Invariant($"ended by signal {signal}"),
            { } status => FormattableString.Invariant($"exit code {status.Code}"),
        };
        int? code = exit is { Signal: 0 } ? exit.Value.Code : null, by = exit is { Signal: > 0 } ? exit.Value.Signal : null;
        return new ChildEnd(at, identity.ToString(), code, by, cause is null ? how : $"{how}; {cause}", left);
    }
}

/// <summary>What a child's health checks say.</summary>
/// <param name="IsHealthy">Null before the first answer.</param>
/// <param name="Failures">In a row.</param>
/// <param name="Why">Why the last check failed; null if it did not.</param>
public sealed record ChildHealth(bool? IsHealthy, int Failures, string? Why);

/// <summary>What came of a request.</summary>
/// <param name="Refused">Why not; null if it was done.</param>
/// <param name="Before">Who it was before, if it ran.</param>
/// <param name="After">Who it is now, if it runs.</param>
public sealed record ChildAnswer(string? Refused, ProcessIdentity? Before = null, ProcessIdentity? After = null);
