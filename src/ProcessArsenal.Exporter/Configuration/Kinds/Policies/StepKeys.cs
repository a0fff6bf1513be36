using ProcessArsenal.Control.Actions;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Control.Tracing;
using ProcessArsenal.Exporter.Configuration.Kinds.Supervision;
using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Exporter.Configuration.Kinds.Policies;

/// <summary>The keys of each kind of step. A new one is a line here and a property of <see cref="StepDraft"/>.</summary>
internal static class StepKeys
{
    private static readonly DurationKind Recording = new(TimeSpan.FromSeconds(1), TraceOrder.LongestDuration, "15s");

    private static readonly MappingKind<TraceStep> Trace = new(
        new TraceStep(""), "what is recorded, such as {preset: cpu, duration: 15s}",
        new MappingKey<TraceStep, string>("preset", new PresetKind(), static s => s.Preset, static (s, v) => s with { Preset = v }, "What for.", "cpu") { IsRequired = true },
        new MappingKey<TraceStep, TimeSpan>("duration", Recording, static s => s.Duration, static (s, v) => s with { Duration = v }, "For how long. 10s if left out.", "15s"));

    private static readonly MappingKind<ProfileStep> Profile = new(
        new ProfileStep(), "for how long, such as {duration: 15s}",
        new MappingKey<ProfileStep, TimeSpan>("duration", Recording, static s => s.Duration, static (s, v) => s with { Duration = v }, "For how long. 10s if left out.", "15s"));

    private static readonly DurationKind Freeze = new(TimeSpan.FromMilliseconds(100), DumpOrder.LongestFreeze, "30s");

    private static readonly MappingKind<DumpStep> Dump = new(
        new DumpStep(DumpOrder.UsualType), "what is dumped, such as {type: heap, max_freeze: 30s}",
        new MappingKey<DumpStep, string>("type", new DumpTypeKind(), static s => s.Type, static (s, v) => s with { Type = v }, $"What is written: {string.Join(", ", DumpOrder.Types.Select(static type => type.Name))}. {DumpOrder.UsualType} if left out.", "heap"),
        new MappingKey<DumpStep, TimeSpan>("max_freeze", Freeze, static s => s.MaxFreeze, static (s, v) => s with { MaxFreeze = v }, "How long it may stand still: else there is no dump, and what follows is done. 30s if left out.", "30s"));

    private static readonly MappingKind<GcDumpStep> GcDump = new(
        new GcDumpStep(), "a mapping such as {max_freeze: 10s}",
        new MappingKey<GcDumpStep, TimeSpan>("max_freeze", Freeze, static s => s.MaxFreeze, static (s, v) => s with { MaxFreeze = v }, "How long it may stand still: else there is no dump, and what follows is done. 30s if left out.", "10s"));

    private static readonly MappingKind<AlertStep> Alert = new(
        new AlertStep(""), "what is raised, such as {name: QueueBacklog, severity: warning, for: 1h}",
        new MappingKey<AlertStep, string>("name", new AlertNameKind(), static s => s.Alert, static (s, v) => s with { Alert = v }, "Its alertname.", "QueueBacklog") { IsRequired = true },
        new MappingKey<AlertStep, string>("severity", new AlertTextKind(64, AlertStep.UsualSeverity), static s => s.Severity, static (s, v) => s with { Severity = v }, "Its label severity. warning if left out.", "critical"),
        new MappingKey<AlertStep, string>("summary", new AlertTextKind(500, "'Orders queue up'"), static s => s.Summary.Length > 0 ? s.Summary : null, static (s, v) => s with { Summary = v }, "What people read; if left out, what is known.", "Orders queue up"),
        new MappingKey<AlertStep, TimeSpan>("for", new DurationKind(AlertStep.ShortestTime, AlertStep.LongestTime, "1h"), static s => s.For, static (s, v) => s with { For = v }, "How long it is kept up at most; it is over sooner if what set the policy off is. 1h if left out.", "1h"),
        new MappingKey<AlertStep, StepLabels>("labels", new StepLabelsKind(), static s => s.Labels, static (s, v) => s with { Labels = v }, "More labels of it.", "{team: shop}"));

    private static readonly MappingKind<SnapshotStep> Snapshot = new(new SnapshotStep(), "{}, as it takes nothing");

    private static readonly MappingKind<RestartStep> Restart = new(
        new RestartStep(), "a mapping such as {timeout: 20s}",
        new MappingKey<RestartStep, TimeSpan>("timeout", new DurationKind(TimeSpan.FromSeconds(1), RestartAction.LongestTimeout, "20s"), static s => s.Timeout, static (s, v) => s with { Timeout = v }, "How long until its new process is there. 60s if left out.", "20s"));

    private static readonly MappingKind<StopStep> Stop = new(
        new StopStep(), "a mapping such as {timeout: 10s}",
        new MappingKey<StopStep, TimeSpan>("timeout", new DurationKind(TimeSpan.Zero, StopAction.LongestTimeout, "10s"), static s => s.Timeout, static (s, v) => s with { Timeout = v }, "How long it has to end before SIGKILL. 10s if left out.", "10s"));

    private static readonly MappingKind<KillStep> Kill = new(new KillStep(), "{}, as it takes nothing");

    private static readonly MappingKind<SignalStep> Signal = new(
        new SignalStep(0), "a mapping such as {signal: HUP}",
        new MappingKey<SignalStep, int>("signal", new SignalKind(), static s => s.Signal, static (s, v) => s with { Signal = v }, $"Which: {string.Join(", ", SignalNames.Allowed.Keys)}.", "HUP") { IsRequired = true });

    private static readonly MappingKind<VerifyStep> Verify = new(
        new VerifyStep((Expression?)null), "what is to be so, such as {until: memory < 150MiB, within: 2m}",
        new MappingKey<VerifyStep, Expression>("until", new ExpressionKind("memory < 150MiB"), static s => s.Until, static (s, v) => s with { Until = v }, "What is so when it has helped. If left out: that the alert is resolved, or that the policy's condition holds no more.", "memory < 150MiB"),
        new MappingKey<VerifyStep, TimeSpan>("within", new DurationKind(TimeSpan.FromSeconds(1), VerifyStep.LongestTime, "2m"), static s => s.Within, static (s, v) => s with { Within = v }, "How soon that must be so. 2m if left out.", "2m"));

    /// <summary>As keys of a mapping that has a step.</summary>
    public static MappingKey<T>[] Of<T>(Func<T, StepDraft> get, Func<T, StepDraft, T> with) =>
    [
        new MappingKey<T, TraceStep>("trace", Trace, t => get(t).Trace, (t, v) => with(t, get(t) with { Trace = v }), "Records what a .NET process tells of itself.", "{preset: cpu, duration: 15s}"),
        new MappingKey<T, ProfileStep>("profile", Profile, t => get(t).Profile, (t, v) => with(t, get(t) with { Profile = v }), "Records where it spends CPU time: native or managed, as it suits the process.", "{duration: 15s}"),
        new MappingKey<T, DumpStep>("dump", Dump, t => get(t).Dump, (t, v) => with(t, get(t) with { Dump = v }), "Keeps what it has in its memory.", "{type: heap, max_freeze: 30s}"),
        new MappingKey<T, GcDumpStep>("gcdump", GcDump, t => get(t).GcDump, (t, v) => with(t, get(t) with { GcDump = v }), "Keeps what fills the heap of a .NET process.", "{max_freeze: 10s}"),
        new MappingKey<T, AlertStep>("alert", Alert, t => get(t).Alert, (t, v) => with(t, get(t) with { Alert = v }), "Raises an alert in Alertmanager.", "{name: QueueBacklog, severity: warning, for: 1h}"),
        new MappingKey<T, SnapshotStep>("snapshot", Snapshot, t => get(t).Snapshot, (t, v) => with(t, get(t) with { Snapshot = v }), "Keeps what is known of it (evidence), and does nothing to it.", "{}"),
        new MappingKey<T, RestartStep>("restart", Restart, t => get(t).Restart, (t, v) => with(t, get(t) with { Restart = v }), "Restarts it, by whoever owns it.", "{timeout: 20s}"),
        new MappingKey<T, StopStep>("stop", Stop, t => get(t).Stop, (t, v) => with(t, get(t) with { Stop = v }), "Ends it: SIGTERM, and SIGKILL after the timeout.", "{timeout: 10s}"),
        new MappingKey<T, KillStep>("kill", Kill, t => get(t).Kill, (t, v) => with(t, get(t) with { Kill = v }), "Ends it by SIGKILL.", "{}"),
        new MappingKey<T, SignalStep>("signal", Signal, t => get(t).Signal, (t, v) => with(t, get(t) with { Signal = v }), "Sends it a signal.", "{signal: HUP}"),
        new MappingKey<T, VerifyStep>("verify", Verify, t => get(t).Verify, (t, v) => with(t, get(t) with { Verify = v }), "Looks whether it has helped.", "{until: memory < 150MiB, within: 2m}"),
    ];
}
