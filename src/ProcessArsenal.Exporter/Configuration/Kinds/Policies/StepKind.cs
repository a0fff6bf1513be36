using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Exporter.Configuration.Yaml;

namespace ProcessArsenal.Exporter.Configuration.Kinds.Policies;

/// <summary>A mapping in which exactly one step is named.</summary>
/// <param name="of">Makes what is meant of what was written.</param>
/// <param name="draft">The reverse.</param>
internal abstract class OneStepKind<T, TDraft>(MappingKind<TDraft> mapping, Func<TDraft, T?> of, Func<T, TDraft> draft) : ValueKind<T>
    where T : class
    where TDraft : class
{
    private static readonly string[] Names = [.. StepKeys.Of<StepDraft>(static d => d, static (_, d) => d).Select(static key => key.Name)];

    public override bool TryBind(YamlNode node, string path, BindContext context, [MaybeNullWhen(false)] out T value)
    {
        value = null;
        int before = context.Errors.Count;
        if (node is YamlMapping written)
        {
            int steps = written.Entries.Count(static entry => Names.Contains(entry.Key.Text));
            if (steps != 1) context.Error(node, $"'{path}' must name one step, {string.Join(", ", Names)}, not {(steps == 0 ? "none" : "several: write each as an entry of its own")}.");
        }
        if (mapping.TryBind(node, path, context, out TDraft? read)) value = of(read);
        return value is not null && context.Errors.Count == before;
    }

    public override string Format(T value) => mapping.Format(draft(value));

    public override void WriteSchema(Utf8JsonWriter json) => mapping.WriteSchema(json);

    public override void WriteJson(Utf8JsonWriter json, T value) => mapping.WriteJson(json, draft(value));
}

/// <summary>A step.</summary>
internal sealed class StepKind() : OneStepKind<PolicyStep, StepDraft>(
    new MappingKind<StepDraft>(new StepDraft(), "a step such as {restart: {timeout: 20s}}", StepKeys.Of<StepDraft>(static draft => draft, static (_, draft) => draft)),
    static draft => draft.Step, StepDraft.Of);

/// <summary>A step, and when it is due.</summary>
internal sealed class EscalationKind() : OneStepKind<EscalationStep, EscalationDraft>(
    new MappingKind<EscalationDraft>(new EscalationDraft(new StepDraft()), "a step and when it is due, such as {after: 30s, kill: {}}",
    [
        new MappingKey<EscalationDraft, TimeSpan>("after", new DurationKind(TimeSpan.Zero, TimeSpan.FromHours(1), "30s"), static e => e.After, static (e, v) => e with { After = v }, "Not before so long after the end of the last action.", "30s"),
        new MappingKey<EscalationDraft, Telemetry.Expressions.Expression>("when", new ExpressionKind("threadpool_queue growing"), static e => e.When, static (e, v) => e with { When = v }, "Only while this holds of the target.", "threadpool_queue growing"),
        .. StepKeys.Of<EscalationDraft>(static e => e.Draft, static (e, v) => e with { Draft = v }),
    ]),
    static draft => draft.Draft.Step is { } step ? new EscalationStep(step) { After = draft.After, When = draft.When } : null,
    static escalation => new EscalationDraft(StepDraft.Of(escalation.Step)) { After = escalation.After, When = escalation.When });
