using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Tracing;
using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Control.Policies;

/// <summary>One thing that a policy does, or looks at.</summary>
public abstract record PolicyStep
{
    /// <summary>As it is written in the configuration and in the ledger.</summary>
    public abstract string Name { get; }

    /// <summary>It asks something of the target, so that it counts against the budget; else it only looks.</summary>
    public virtual bool Acts => true;

    /// <summary>It may end the target, or have it end.</summary>
    public virtual bool IsHarmful => Acts;
}

/// <summary><c>trace</c>: records what a .NET process tells of itself, and waits for the end of it.</summary>
/// <param name="Preset">One of <see cref="TraceOrder.Presets"/>, or a provider.</param>
public sealed record TraceStep(string Preset) : PolicyStep
{
    public TimeSpan Duration { get; init; } = TraceOrder.UsualDuration;

    public override string Name => "trace";

    public override bool IsHarmful => false;
}

/// <summary><c>profile</c>: records where a process spends CPU time, native or managed as it suits it (preset <see cref="TraceOrder.Profile"/>), and waits for the end of it.</summary>
public sealed record ProfileStep : PolicyStep
{
    public TimeSpan Duration { get; init; } = TraceOrder.UsualDuration;

    public override string Name => "profile";

    public override bool IsHarmful => false;
}

/// <summary><c>dump</c>: keeps what the target has in its memory. It stands still meanwhile, and nothing about it is cured.</summary>
/// <param name="Type">A name of <see cref="DumpOrder.Types"/>.</param>
public record DumpStep(string Type) : PolicyStep
{
    /// <summary>How long the target may stand still.</summary>
    public TimeSpan MaxFreeze { get; init; } = DumpOrder.UsualMaxFreeze;

    public override string Name => "dump";

    public override bool IsHarmful => false;
}

/// <summary><c>gcdump</c>: keeps what fills the heap of a .NET process.</summary>
public sealed record GcDumpStep() : DumpStep(DumpOrder.HeapType)
{
    public override string Name => "gcdump";
}

/// <summary><c>alert</c>: raises one in Alertmanager, until what set the policy off is over, or its time is.</summary>
/// <param name="Alert">Its alertname.</param>
public sealed record AlertStep(string Alert) : PolicyStep
{
    public const string UsualSeverity = "warning";

    public static readonly TimeSpan UsualTime = TimeSpan.FromHours(1), ShortestTime = TimeSpan.FromMinutes(1), LongestTime = TimeSpan.FromDays(7);

    public string Severity { get; init; } = UsualSeverity;

    /// <summary>For people; empty: one is made of what is known.</summary>
    public string Summary { get; init; } = "";

    /// <summary>How long it is kept up at most.</summary>
    public TimeSpan For { get; init; } = UsualTime;

    /// <summary>More of them, beside those that say whom it is about.</summary>
    public StepLabels Labels { get; init; } = StepLabels.None;

    public override string Name => "alert";

    public override bool IsHarmful => false;
}

/// <summary><c>snapshot</c>: keeps what is known of the target, and does nothing to it.</summary>
public sealed record SnapshotStep : PolicyStep
{
    public override string Name => "snapshot";

    public override bool IsHarmful => false;
}

/// <summary><c>restart</c>: by whoever owns the target.</summary>
public sealed record RestartStep : PolicyStep
{
    public TimeSpan Timeout { get; init; } = RestartAction.UsualTimeout;

    public override string Name => "restart";
}

/// <summary><c>stop</c>: SIGTERM, and SIGKILL after the timeout.</summary>
public sealed record StopStep : PolicyStep
{
    public TimeSpan Timeout { get; init; } = StopAction.UsualTimeout;

    public override string Name => "stop";
}

/// <summary><c>kill</c>: SIGKILL.</summary>
public sealed record KillStep : PolicyStep
{
    public override string Name => "kill";
}

/// <summary><c>signal</c>: one that may be sent.</summary>
/// <param name="Signal">Its number, of <see cref="SignalNames.Allowed"/>.</param>
public sealed record SignalStep(int Signal) : PolicyStep
{
    public override string Name => "signal";
}

/// <summary><c>verify</c>: whether it has helped. Of a restart that takes a new process that lives; of an alert, that it is resolved or that <see cref="Until"/> holds.</summary>
/// <param name="Until">What is to hold of the target; null: that the condition of the policy holds no more, or that its alert is resolved.</param>
public sealed record VerifyStep(Expression? Until) : PolicyStep
{
    public static readonly TimeSpan UsualTime = TimeSpan.FromMinutes(2), LongestTime = TimeSpan.FromHours(1);

    public TimeSpan Within { get; init; } = UsualTime;

    public override string Name => "verify";

    public override bool Acts => false;
}

/// <summary>What is done if the steps have not helped.</summary>
/// <param name="Step">What.</param>
public sealed record EscalationStep(PolicyStep Step)
{
    /// <summary>Not before so long after the end of the last action; zero: at once.</summary>
    public TimeSpan After { get; init; }

    /// <summary>Only while this holds of the target; null: whatever it is like.</summary>
    public Expression? When { get; init; }
}
