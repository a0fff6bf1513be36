using System.Globalization;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Exporter.Views;

/// <summary>Whom a supervisor would start again. What only children of our own have is null for the others.</summary>
/// <param name="Name">What it calls itself; of our own children: what they are called in the configuration.</param>
/// <param name="Identity">Null: it does not run.</param>
internal sealed record SupervisedView(string Name, string? Identity, int? Pid)
{
    /// <summary>waiting (to be started), starting, running, stopping, stopped (as it was asked for), ended (by itself, and not to be started again), failed (too often).</summary>
    public string? State { get; init; }

    /// <summary>When it came into its state; one that runs: when it was started.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>When it is started again: permanent, transient, temporary.</summary>
    public string? RestartType { get; init; }

    /// <summary>How often it was started again without being asked for.</summary>
    public int? Restarts { get; init; }

    /// <summary>Its failures within the last max_seconds.</summary>
    public int? RecentFailures { get; init; }

    /// <summary>It was started by an earlier run of the exporter.</summary>
    public bool? Adopted { get; init; }

    /// <summary>When it is started next, if it waits for that.</summary>
    public DateTimeOffset? NextStart { get; init; }

    public EndView? LastEnd { get; init; }

    /// <summary>By its health checks; null: it has none, or none was answered yet.</summary>
    public bool? Healthy { get; init; }

    /// <summary>Why the last check failed.</summary>
    public string? Unhealthy { get; init; }

    /// <summary>The file that its output goes to.</summary>
    public string? Log { get; init; }

    /// <summary>Bytes of its output that were not kept when that was rotated.</summary>
    public long? LogDropped { get; init; }

    /// <summary>What else is wrong: it does not end, or its log can't be rotated.</summary>
    public string? Trouble { get; init; }

    public static SupervisedView Of(Relative other) => new(other.Name, other.Identity, other.Pid);

    public static SupervisedView Of(UnconfiguredChild child) => new(child.Name, child.Identity.ToString(), child.Identity.Pid);

    public static SupervisedView Of(ChildView child, ChildSpec spec) => new(child.Name, child.Identity?.ToString(), child.Identity?.Pid)
    {
        State = Words(child.State),
        Since = child.Since,
        RestartType = Words(spec.Restart),
        Restarts = child.Restarts,
        RecentFailures = child.RestartsWithin,
        Adopted = child.IsAdopted,
        NextStart = child.NextStart,
        LastEnd = child.LastEnd is { } end ? new EndView(end.At, end.Identity, end.Code, end.Signal, end.Why) : null,
        Healthy = child.Health?.IsHealthy,
        Unhealthy = child.Health?.Why,
        Log = child.Log,
        LogDropped = child.LogDropped,
        Trouble = child.Trouble,
    };

    /// <summary>OneForAll as one_for_all: as the configuration writes it.</summary>
    public static string Words<T>(T value)
        where T : struct, Enum =>
        string.Concat(Enum.GetName(value)!.Select(static (letter, i) => char.IsUpper(letter) ? (i > 0 ? "_" : "") + char.ToLower(letter, CultureInfo.InvariantCulture) : letter.ToString()));
}

/// <summary>How a life of a child ended, or why it could not begin.</summary>
/// <param name="Identity">Null: it could not.</param>
/// <param name="ExitCode">If it ended by itself and that is known.</param>
/// <param name="Signal">If one ended it and that is known.</param>
internal sealed record EndView(DateTimeOffset Time, string? Identity, int? ExitCode, int? Signal, string Reason);
