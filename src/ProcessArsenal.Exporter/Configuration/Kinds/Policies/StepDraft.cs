using ProcessArsenal.Control.Policies;

namespace ProcessArsenal.Exporter.Configuration.Kinds.Policies;

/// <summary>A step as it is written: a mapping with the key of one of these.</summary>
internal sealed record StepDraft
{
    public TraceStep? Trace { get; init; }

    public ProfileStep? Profile { get; init; }

    public DumpStep? Dump { get; init; }

    public GcDumpStep? GcDump { get; init; }

    public AlertStep? Alert { get; init; }

    public SnapshotStep? Snapshot { get; init; }

    public RestartStep? Restart { get; init; }

    public StopStep? Stop { get; init; }

    public KillStep? Kill { get; init; }

    public SignalStep? Signal { get; init; }

    public VerifyStep? Verify { get; init; }

    public PolicyStep? Step => (PolicyStep?)Trace ?? (PolicyStep?)Profile ?? (PolicyStep?)Dump ?? (PolicyStep?)GcDump ?? (PolicyStep?)Alert ?? (PolicyStep?)Snapshot ?? (PolicyStep?)Restart ?? (PolicyStep?)Stop ?? (PolicyStep?)Kill ?? (PolicyStep?)Signal ?? Verify;

    public static StepDraft Of(PolicyStep step) => new()
    {
        Trace = step as TraceStep,
        Profile = step as ProfileStep,
        Dump = step is DumpStep and not GcDumpStep ? (DumpStep)step : null,
        GcDump = step as GcDumpStep,
        Alert = step as AlertStep,
        Snapshot = step as SnapshotStep,
        Restart = step as RestartStep,
        Stop = step as StopStep,
        Kill = step as KillStep,
        Signal = step as SignalStep,
        Verify = step as VerifyStep,
    };
}

/// <summary>An escalation as it is written: a step, and when it is due.</summary>
internal sealed record EscalationDraft(StepDraft Draft)
{
    public TimeSpan After { get; init; }

    public ProcessArsenal.Telemetry.Expressions.Expression? When { get; init; }
}
