using System.Collections.Concurrent;
using System.Globalization;
using CsCheck;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Telemetry.Expressions;

namespace ProcessArsenal.Control.Tests.Policies;

/// <summary>What holds whatever happens, over random histories of policies, samples, alerts, operators, and ends of the exporter at any point.</summary>
public sealed class PolicyMachinePropertyTests
{
    private static readonly int Histories = int.Parse(Environment.GetEnvironmentVariable("POLICY_HISTORIES") ?? "2000", CultureInfo.InvariantCulture);

    private static readonly Expression Condition = Expression.TryParse("memory > 1MiB", out Expression? expression, out _) ? expression : throw new InvalidOperationException();

    private static readonly Gen<IReadOnlyList<PolicyStep>> Steps = Gen.Int[0, 9].Array[1, 3].Select(static kinds => (IReadOnlyList<PolicyStep>)[.. kinds.Select(Step)]);

    private static readonly Gen<IReadOnlyList<EscalationStep>> Escalations = Gen.Select(Gen.Int[0, 5].Select(static at => new[] { 0, 1, 2, 3, 7, 9 }[at]), Gen.Int[0, 300], Gen.Bool, static (kind, after, hasCondition) =>
        new EscalationStep(Step(kind)) { After = TimeSpan.FromSeconds(after), When = hasCondition ? Condition : null }).Array[0, 2].Select(static all => (IReadOnlyList<EscalationStep>)all);

    private static readonly Gen<PolicyLimits> Limits = Gen.Select(Gen.Int[0, 900], Gen.Int[3, 6], Gen.Int[1, 3], Gen.Int[1, 4], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[10, 2000], static (cooldown, actions, concurrent, targets, healthy, latch, approval) =>
        new PolicyLimits { Cooldown = TimeSpan.FromSeconds(cooldown), MaxActionsPerHour = actions, MaxConcurrent = concurrent, MaxTargets = targets, MinHealthy = healthy, LatchAfter = latch, ApprovalTimeout = TimeSpan.FromSeconds(approval) });

    private static readonly Gen<Policy[]> Policies = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 3], Steps, Escalations, Limits, static (mode, trigger, steps, escalation, limits) => new Policy("p")
    {
        Mode = mode >= 5 ? PolicyMode.Enforce : (PolicyMode)mode,
        Alert = trigger > 0 ? new AlertMatch(new Dictionary<string, IReadOnlyList<string>> { ["alertname"] = ["A"] }) : null,
        When = trigger < 2 ? Condition : null,
        Target = Condition,
        Steps = steps,
        Escalation = escalation,
        Limits = limits,
    }).Array[1, 3].Select(static policies => policies.Select(static (policy, i) => policy with { Name = FormattableString.Invariant($"p{i}") }).ToArray());

    private static readonly Gen<(int What, int Which, int Much)[]> History = Gen.Select(Gen.Int[0, 17], Gen.Int[0, 1000], Gen.Int[0, 100_000]).Array[20, 80];

    /// <summary>make policy-histories: 100,000 of them.</summary>
    [Fact]
    public void Nothing_is_done_that_may_not_be()
    {
        var seen = new ConcurrentDictionary<string, int>();
        int ran = 0;
        Gen.Select(Policies, History).Sample(
            (policies, history) =>
            {
                var world = new PolicyWorld(policies);
                foreach ((int what, int which, int much) in history) world.Do(what, which, much);
                foreach ((string what, int times) in world.Seen) seen.AddOrUpdate(what, times, (_, before) => before + times);
                Interlocked.Increment(ref ran);
            },
            iter: Histories, print: static input => $"{string.Join('\n', input.Item1.Select(Show))}\n{string.Join(' ', input.Item2)}");
        TestContext.Current.SendDiagnosticMessage($"{ran} histories");
        TestContext.Current.TestOutputHelper?.WriteLine($"{ran} histories: {string.Join(", ", seen.OrderBy(static one => one.Key, StringComparer.Ordinal).Select(static one => $"{one.Key} {one.Value}"))}");
        // None of it is true of nothing only.
        string[] expected = ["trace", "dump", "gcdump", "alert", "skipped", "restart", "stop", "kill", "escalation", "restart", "not kept", "Cured", "NotCured", "Unverified", "Refused", "Cancelled", "Rejected", "Expired", "WouldAct", "HeldBack", "ApprovalAsked", "Latched", "StormBegan"];
        Assert.All(expected, what => Assert.Contains(what, (IDictionary<string, int>)seen));
        Assert.True(ran >= Histories);
    }

    private static string Show(Policy policy) => $"{policy.Name} {policy.Mode} alert={policy.Alert is not null} when={policy.When is not null} {string.Join(',', policy.Steps)} / {string.Join(',', policy.Escalation)} {policy.Limits}";

    private static PolicyStep Step(int kind) => kind switch
    {
        0 => new RestartStep(),
        1 => new StopStep(),
        2 => new KillStep(),
        3 => new TraceStep("cpu"),
        4 => new VerifyStep(Condition) { Within = TimeSpan.FromMinutes(2) },
        5 => new VerifyStep(null) { Within = TimeSpan.FromMinutes(10) },
        7 => new GcDumpStep(),
        8 => new DumpStep("heap"),
        9 => new AlertStep("QueueBacklog"),
        _ => new RestartStep(),
    };
}
