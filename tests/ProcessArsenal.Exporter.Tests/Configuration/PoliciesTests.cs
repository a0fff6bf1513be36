using ProcessArsenal.Control.Alerting.Raising;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.Configuration;

/// <summary>Policies as they are written: all that is wrong at once, with its place; also what could never do anything.</summary>
public sealed class PoliciesTests
{
    private const string Steps = "steps: [{restart: {}}]";

    [Fact]
    public void All_that_can_be_said_is_read()
    {
        Policy policy = Read(
            """
            policies:
              - name: memory_leak_recovery
                mode: enforce
                alert: { alertname: Growing, severity: [warning, critical] }
                when: memory > 200MiB for 5m
                target: group = "orders"
                steps:
                  - trace: { preset: cpu, duration: 15s }
                  - restart: { timeout: 20s }
                  - verify: { until: memory < 150MiB, within: 3m }
                escalation:
                  - after: 30s
                    when: threads > 3
                    kill: {}
                limits: { cooldown: 61s, max_actions_per_hour: 11, max_concurrent: 2, max_targets: 3, min_healthy: 4, min_uptime: 5s, max_instances: 6, latch_after: 7, approval_timeout: 8m }
            """);
        Assert.Equal(("memory_leak_recovery", PolicyMode.Enforce, "memory > 200MiB for 5m", "group = \"orders\""), (policy.Name, policy.Mode, policy.When?.Text, policy.Target?.Text));
        Assert.Equal(["warning", "critical"], policy.Alert!.Labels["severity"]);
        Assert.Equal(new TraceStep("cpu") { Duration = TimeSpan.FromSeconds(15) }, policy.Steps[0]);
        Assert.Equal(new RestartStep { Timeout = TimeSpan.FromSeconds(20) }, policy.Steps[1]);
        Assert.Equal(("memory < 150MiB", TimeSpan.FromMinutes(3)), (policy.Verification!.Until!.Text, policy.Verification.Within));
        EscalationStep escalation = Assert.Single(policy.Escalation);
        Assert.Equal((new KillStep(), TimeSpan.FromSeconds(30), "threads > 3"), (escalation.Step, escalation.After, escalation.When!.Text));
        Assert.Equal(
            new PolicyLimits
            {
                Cooldown = TimeSpan.FromSeconds(61),
                MaxActionsPerHour = 11,
                MaxConcurrent = 2,
                MaxTargets = 3,
                MinHealthy = 4,
                MinUptime = TimeSpan.FromSeconds(5),
                MaxInstances = 6,
                LatchAfter = 7,
                ApprovalTimeout = TimeSpan.FromMinutes(8),
            },
            policy.Limits);
    }

    [Fact]
    public void A_snapshot_is_a_step_that_takes_nothing()
    {
        Policy policy = Read("policies: [{ name: leak, when: memory > 1GiB, steps: [{snapshot: {}}, {restart: {}}] }]");
        Assert.Equal<PolicyStep>([new SnapshotStep(), new RestartStep()], policy.Steps);
        Assert.Equal((2, true), (policy.Actions, policy.Steps[1].IsHarmful));
    }

    [Fact]
    public void What_is_shown_is_read_as_the_same()
    {
        foreach (string file in Shipped())
        {
            ExporterConfiguration read = LoadText.Yaml(File.ReadAllText(file)).Configuration!;
            string shown = ConfigurationText.Write(read, LoadText.Yaml(File.ReadAllText(file)).Origins);
            Assert.Equal(Describe(read), Describe(LoadText.Yaml(shown).Configuration!));
        }

        static string Describe(ExporterConfiguration configuration) => string.Join('\n', configuration.Policies.Select(static policy =>
            $"{policy.Name} {policy.Mode} {policy.When} {policy.Target} {policy.Limits} {string.Join(',', policy.Steps)} {string.Join(',', policy.Escalation)} {string.Join(',', policy.Alert?.Labels.Select(static label => $"{label.Key}={string.Join('|', label.Value)}") ?? [])}"));
    }

    [Fact]
    public void Shipped_examples_are_right_and_none_acts_as_it_is_shipped()
    {
        string[] files = [.. Shipped()];
        Assert.Equal(["kill_memory_hogs", "memory_leak_recovery", "queue_backlog_recovery", "restart_dead_processes"], files.Select(static file => Path.GetFileNameWithoutExtension(file)));
        foreach (string file in files)
        {
            ConfigurationResult result = LoadText.Yaml(File.ReadAllText(file));
            Assert.Empty(result.Errors);
            Policy policy = Assert.Single(result.Configuration!.Policies);
            Assert.Equal(Path.GetFileNameWithoutExtension(file), policy.Name);
            Assert.False(policy.Mode.Acts());
        }
        Assert.Equal(PolicyMode.Off, Assert.Single(LoadText.Yaml(File.ReadAllText(files[0])).Configuration!.Policies).Mode);
    }

    [Theory]
    [InlineData("stepz: [{restart: {}}]", "did you mean 'steps'?")]
    [InlineData("when: memory > 1GiB, steps: [{restrat: {}}]", "did you mean 'restart'?")]
    [InlineData("when: memory > 1GiB, steps: [{restart: {timeout: 20}}]", "add a unit")]
    [InlineData("when: memory > 1GiB, steps: [{restart: {}, kill: {}}]", "several")]
    [InlineData("when: memory > 1GiB, steps: [{}]", "not none")]
    [InlineData("when: memory > 1GiB, steps: [{dump: {type: heep}}]", "did you mean 'heap'?")]
    [InlineData("when: memory > 1GiB, steps: [{gcdump: {max_freeze: 2d}}]", "must be a duration from")]
    [InlineData("when: memory > 1GiB, steps: [{gcdump: {type: heap}}]", "unknown key 'type'")]
    [InlineData("when: memory > 1GiB, steps: [{kill: {}}, {dump: {}}]", "when there is nobody left")]
    [InlineData("when: memory > 1GiB, steps: [{gcdump: {}}, {verify: {}}]", "has nothing to verify")]
    [InlineData("when: memory > 1GiB, steps: [{alert: {}}]", "has no name")]
    [InlineData("when: memory > 1GiB, steps: [{alert: {name: Queue-Backlog}}]", "does not begin with a digit")]
    [InlineData("when: memory > 1GiB, steps: [{alert: {name: 5xx}}]", "does not begin with a digit")]
    [InlineData("when: memory > 1GiB, steps: [{alert: {nane: Backlog}}]", "did you mean 'name'?")]
    [InlineData("when: memory > 1GiB, steps: [{alert: {name: A, for: 10s}}]", "must be a duration from 1m to 7d")]
    [InlineData("when: memory > 1GiB, steps: [{alert: {name: ProcessArsenalPolicyLatched}}]", "which the exporter raises by itself")]
    [InlineData("when: memory > 1GiB, steps: [{alert: {name: A, labels: {severity: page}}}]", "which the exporter gives it by itself")]
    [InlineData("when: memory > 1GiB, steps: [{alert: {name: A, labels: {a-b: c}}}]", "no name of one ('a-b')")]
    [InlineData("when: memory > 1GiB, steps: [{alert: {name: A, labels: {team: ''}}}]", "has 1 to 128 characters")]
    [InlineData("when: memory > 1GiB, steps: [{alert: {name: A}}, {verify: {}}]", "has nothing to verify")]
    [InlineData("alert: {alertname: A, process_arsenal: raised}, target: 'group = \"a\"', steps: [{alert: {name: A}}]", "might set off itself")]
    [InlineData("when: memory > 1GiB, mode: enforce, steps: [{alert: {name: A}}]", "alertmanager: {urls: [\"http://localhost:9093\"]}")]
    [InlineData("when: memory > 1GiB, steps: [{trace: {preset: cpus}}]", "did you mean 'cpu'?")]
    [InlineData("when: memroy > 1GiB, steps: [{restart: {}}]", "did you mean 'memory'?")]
    [InlineData("when: memory > 1GiB, mode: enforced, steps: [{restart: {}}]", "did you mean 'enforce'?")]
    [InlineData("when: memory > 1GiB, alert: {}, steps: [{restart: {}}]", "it would be every alert")]
    [InlineData("when: memory > 1GiB, steps: [{signal: {signal: KILL}}]", "SIGKILL is the step kill")]
    [InlineData("steps: [{restart: {}}]", "nothing sets it off")]
    [InlineData("when: memory > 1GiB and memory < 1MiB, steps: [{restart: {}}]", "never holds: memory can't be")]
    [InlineData("when: memory > 1GiB, target: 'group = \"a\" and group = \"b\"', steps: [{restart: {}}]", "can't be both \"a\" and \"b\"")]
    [InlineData("when: 'group = \"a\" and memory > 1GiB', target: 'group = \"b\"', steps: [{restart: {}}]", "never holds of a target")]
    [InlineData("alert: {group: payments}, target: 'group = \"orders\"', steps: [{restart: {}}]", "names nobody whom the policy means")]
    [InlineData("when: memory > 1GiB, target: 'cmdline ~ \"x\"', steps: [{restart: {}}]", "a process chooses its arguments itself")]
    [InlineData("when: memory > 1GiB, target: pid = 7, steps: [{restart: {}}]", "a pid may be another's")]
    [InlineData("when: memory > 1GiB, steps: [{trace: {preset: cpu}}, {verify: {}}]", "has nothing to verify")]
    [InlineData("when: memory > 1GiB, steps: [{restart: {}}, {verify: {until: memory > 1GiB}}]", "holds from the beginning")]
    [InlineData("when: memory > 1GiB, steps: [{restart: {}}, {verify: {until: memory < 1MiB for 5m, within: 1m}}]", "can't hold in time")]
    [InlineData("when: memory > 1GiB, steps: [{kill: {}}, {trace: {preset: cpu}}]", "when there is nobody left")]
    [InlineData("when: memory > 1GiB, steps: [{restart: {}}, {restart: {}}]", "is the same as the step before")]
    [InlineData("when: memory > 1GiB, steps: [{restart: {}}], escalation: [{kill: {}}]", "would follow at once")]
    [InlineData("when: memory > 1GiB, steps: [{trace: {preset: cpu}}, {restart: {}}], limits: {max_actions_per_hour: 1}", "so that it could never begin")]
    [InlineData("when: memory > 1GiB, steps: [{profile: {}}], limits: {max_concurrent: 9}", "recordings go on at once")]
    [InlineData("when: memory > 1GiB for 12h, steps: [{restart: {}}]", "never holds: it asks for 720 minutes")]
    public void What_is_wrong_is_said_with_its_place(string text, string expected)
    {
        ConfigurationResult result = LoadText.Yaml($"policies:\n  - {{ name: p, {text} }}\n");
        ConfigurationError error = Assert.Single(result.Errors, error => error.Message.Contains(expected, StringComparison.Ordinal));
        Assert.Equal(expected.Contains("720", StringComparison.Ordinal) || expected.Contains("urls", StringComparison.Ordinal) ? 0 : 2, error.Line);
    }

    [Fact]
    public void Dumps_and_alerts_are_read_with_all_that_can_be_said()
    {
        Policy policy = Read(
            """
            alertmanager: { urls: [ "http://localhost:9093" ] }
            host: { labels: { instance: "web-1" } }
            policies:
              - name: p
                mode: enforce
                when: memory > 1GiB
                steps:
                  - profile: { duration: 5s }
                  - dump: { type: mini, max_freeze: 2s }
                  - gcdump: { max_freeze: 3s }
                  - gcdump: {}
                  - alert: { name: QueueBacklog }
                  - alert: { name: QueueBacklog, severity: critical, summary: "Orders: they queue up", for: 2h, labels: { team: shop, area: 51 } }
                escalation:
                  - { after: 1m, alert: { name: Still } }
            """);
        PolicyStep[] expected =
        [
            new ProfileStep { Duration = TimeSpan.FromSeconds(5) }, new DumpStep("mini") { MaxFreeze = TimeSpan.FromSeconds(2) }, new GcDumpStep { MaxFreeze = TimeSpan.FromSeconds(3) }, new GcDumpStep(),
            new AlertStep("QueueBacklog"),
            new AlertStep("QueueBacklog") { Severity = "critical", Summary = "Orders: they queue up", For = TimeSpan.FromHours(2), Labels = new StepLabels([KeyValuePair.Create("team", "shop"), KeyValuePair.Create("area", "51")]) },
        ];
        Assert.Equal(expected, policy.Steps);
        Assert.Equal(new AlertStep("Still"), Assert.Single(policy.Escalation).Step);
        Assert.DoesNotContain(policy.Steps, static step => step.IsHarmful);
        Assert.Equal(6, policy.Actions);
    }

    [Fact]
    public void A_policy_that_only_tells_is_fine_and_one_that_only_observes_needs_nobody_to_tell()
    {
        ConfigurationResult result = LoadText.Yaml("policies: [ { name: p, when: threadpool_queue > 5000 for 1m, steps: [ { alert: { name: QueueBacklog } } ] } ]");
        Assert.Empty(result.Errors);
        Assert.Contains("raises an alert, and nobody is there to take it", Assert.Single(ConfigurationWarnings.Of(result)), StringComparison.Ordinal);
    }

    [Fact]
    public void No_rule_that_we_ship_has_the_name_of_an_alert_that_we_raise()
    {
        string[] rules = [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "alerts"), "*.yml").SelectMany(File.ReadLines).Select(static line => line.Trim()).Where(static line => line.StartsWith("- alert: ", StringComparison.Ordinal)).Select(static line => line["- alert: ".Length..])];
        Assert.NotEmpty(rules);
        Assert.Empty(rules.Intersect(OwnAlerts.Reserved));
    }

    [Fact]
    public void Labels_of_the_host_are_not_for_alerts_to_say()
    {
        ConfigurationResult result = LoadText.Yaml("""
            alertmanager: { urls: [ "http://localhost:9093" ] }
            host: { labels: { instance: web-1, region: north } }
            policies: [ { name: p, mode: enforce, when: memory > 1GiB, steps: [ { alert: { name: A, labels: { region: south } } } ] } ]
            """);
        Assert.Contains("by which this host is known", Assert.Single(result.Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_at_once_each_where_it_is()
    {
        ConfigurationResult result = LoadText.Yaml(
            """
            policies:
              - name: a
                when: memory > 1GiB
                steps:
                  - restart: {}
                  - verify: { until: memory > 1GiB }
              - name: b
                when: dead and not dead
                steps: [ { kill: {} } ]
              - name: c
                when: memory > 1GiB
                steps: [ { kill: {} } ]
              - name: d
                when: memory > 1GiB
                steps: [ { kill: {} } ]
            """);
        Assert.Equal([(6, "holds from the beginning"), (8, "never holds"), (13, "does the same as 'c'")], result.Errors.Select(static error => (error.Line, Array.Find(["holds from the beginning", "never holds", "does the same as 'c'"], word => error.Message.Contains(word, StringComparison.Ordinal))!)));
    }

    [Fact]
    public void Two_of_one_name_are_an_error_and_what_else_is_wrong_with_them_is_said_too()
    {
        Assert.Contains("is the name of", Assert.Single(LoadText.Yaml($"policies: [ {{name: p, when: memory > 1GiB, {Steps}}}, {{name: p, when: memory > 2GiB, {Steps}}} ]").Errors).Message, StringComparison.Ordinal);
        Assert.Equal(2, LoadText.Yaml("policies: [ {name: p, when: memory > 1GiB, target: pid = 7, steps: [ {kill: {}} ]}, {name: p, when: memory > 2GiB, steps: [ {kill: {}} ]} ]").Errors.Count);
    }

    private static Policy Read(string text)
    {
        ConfigurationResult result = LoadText.Yaml(text);
        Assert.Empty(result.Errors);
        return Assert.Single(result.Configuration!.Policies);
    }

    private static IEnumerable<string> Shipped() => Directory.EnumerateFiles(Path.Combine(Repository.Root, "deploy", "policies"), "*.yml").Order(StringComparer.Ordinal);
}
