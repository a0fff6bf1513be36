using System.Collections.Immutable;
using ProcessArsenal.Control;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Exporter.Configuration.Kinds.Policies;

/// <summary>The keys of a policy and of its limits.</summary>
internal static class PolicyKeys
{
    private static readonly MappingKind<PolicyLimits> Limits = new(
        new PolicyLimits(), "how often and how many, such as {cooldown: 60s, max_actions_per_hour: 10}",
        new MappingKey<PolicyLimits, TimeSpan>("cooldown", new DurationKind(TimeSpan.Zero, TimeSpan.FromDays(1), "60s"), static l => l.Cooldown, static (l, v) => l with { Cooldown = v }, "How long a target is let be after the end of what was done to it. 60s if left out.", "60s"),
        new MappingKey<PolicyLimits, int>("max_actions_per_hour", new IntegerKind(1, PolicyLimits.MostActionsPerHour), static l => l.MaxActionsPerHour, static (l, v) => l with { MaxActionsPerHour = v }, "Actions within any hour, recordings too. 10 if left out.", "10"),
        new MappingKey<PolicyLimits, int>("max_concurrent", new IntegerKind(1, 16), static l => l.MaxConcurrent, static (l, v) => l with { MaxConcurrent = v }, "Targets that it works on at once. 1 if left out.", "1"),
        new MappingKey<PolicyLimits, int>("max_targets", new IntegerKind(1, ControlPipeline.MostTargets), static l => l.MaxTargets, static (l, v) => l with { MaxTargets = v }, "Targets that may be meant at once: with more, nothing is done to any. 1 if left out.", "1"),
        new MappingKey<PolicyLimits, int>("min_healthy", new IntegerKind(0, 100_000), static l => l.MinHealthy, static (l, v) => l with { MinHealthy = v }, "How many of the target's group must be left that are fit for work. 0 if left out.", "1"),
        new MappingKey<PolicyLimits, TimeSpan>("min_uptime", new DurationKind(TimeSpan.Zero, TimeSpan.FromDays(365), "1m"), static l => l.MinUptime, static (l, v) => l with { MinUptime = v }, "Younger processes are let be. 0s if left out.", "1m"),
        new MappingKey<PolicyLimits, int>("max_instances", new IntegerKind(1, 100_000), static l => l.MaxInstances, static (l, v) => l with { MaxInstances = v }, "An alert of which one delivery names more instances is about the fleet, and nothing is done. 5 if left out.", "5"),
        new MappingKey<PolicyLimits, int>("latch_after", new IntegerKind(0, 100), static l => l.LatchAfter, static (l, v) => l with { LatchAfter = v }, "After so many times in a row without a cure it only observes; 0 for never. 3 if left out.", "3"),
        new MappingKey<PolicyLimits, TimeSpan>("approval_timeout", new DurationKind(TimeSpan.FromSeconds(10), TimeSpan.FromDays(1), "15m"), static l => l.ApprovalTimeout, static (l, v) => l with { ApprovalTimeout = v }, "How long an operator has to approve. 15m if left out.", "15m"));

    /// <summary>As YAML, those that are not as usual.</summary>
    public static string LimitsText(PolicyLimits limits) => Limits.Format(limits);

    public static readonly MappingKind<Policy> Kind = new(
        new Policy(""), "a policy such as {name: restart_orders, when: memory > 200MiB for 5m, target: 'group = \"orders\"', steps: [{restart: {}}]}",
        new MappingKey<Policy, string>("name", new PolicyNameKind(), static p => p.Name, static (p, v) => p with { Name = v }, "What it is called.", "memory_leak_recovery") { IsRequired = true },
        new MappingKey<Policy, PolicyMode>("mode", new ChoiceKind<PolicyMode>(PolicyModes.Words), static p => p.Mode, static (p, v) => p with { Mode = v }, "How far it goes: observe says when it would act, dry_run asks the guards too, approve waits for an operator, enforce acts. observe if left out.", "enforce"),
        new MappingKey<Policy, AlertMatch>("alert", new AlertMatchKind(), static p => p.Alert, static (p, v) => p with { Alert = v }, "Labels of the alerts that set it off, each with its value or a list of values. With when, both must hold.", "{alertname: ProcessMemoryGrowing, severity: critical}"),
        new MappingKey<Policy, Expression>("when", new ExpressionKind("memory > 200MiB for 5m"), static p => p.When, static (p, v) => p with { When = v }, "What sets it off in a sample.", "memory > 200MiB for 5m"),
        new MappingKey<Policy, Expression>("target", new ExpressionKind("group = \"orders\""), static p => p.Target, static (p, v) => p with { Target = v }, "The most that it may ever touch. Labels of an alert (identity, group, unit, container) narrow it.", "'group = \"orders\"'"),
        new MappingKey<Policy, ImmutableArray<PolicyStep>>("steps", new ListKind<PolicyStep>(new StepKind(), 1, Policy.MostSteps, "a list of steps such as [{restart: {timeout: 20s}}]"), static p => [.. p.Steps], static (p, v) => p with { Steps = v }, "What it does, one after the other.", "[{restart: {timeout: 20s}}, {verify: {until: memory < 150MiB, within: 2m}}]") { IsRequired = true },
        new MappingKey<Policy, ImmutableArray<EscalationStep>>("escalation", new ListKind<EscalationStep>(new EscalationKind(), 0, Policy.MostEscalations, "a list of steps such as [{after: 30s, kill: {}}]"), static p => [.. p.Escalation], static (p, v) => p with { Escalation = v }, "What it does if the steps have not helped, or the alert comes again.", "[{after: 30s, kill: {}}]"),
        new MappingKey<Policy, PolicyLimits>("limits", Limits, static p => p.Limits, static (p, v) => p with { Limits = v }, "How often, and to how many at once.", "{cooldown: 60s, max_actions_per_hour: 10}"));
}
