using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Control;

/// <summary>Alerts that the program raises itself, in a pair of Debian's Alertmanagers, which deliver them back to it; and dumps that its policies take.</summary>
public sealed class RaisedAlertTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly string _directory = Directory.CreateTempSubdirectory("raised-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_backlog_is_recorded_and_told_until_it_is_over_and_what_comes_back_sets_nobody_off()
    {
        string quiet = Shop("backlog", "observe", "", "profile: { duration: 1s }", """alert: { name: QueueBacklog, summary: "Orders queue up", labels: { team: shop } }""") + Echo("observe");
        await using Supervised shop = await Supervised.Start(quiet);
        string first = await shop.Runs("orders");
        // Its own address is known only now: the configuration is read anew.
        await using AlertmanagerPair pair = await AlertmanagerPair.Start(_directory, new Uri($"{shop.Client.Address}/api/v1/alerts"), Path.Join(shop.Exporter.State, "responder.token"));
        string acting = quiet.Replace("mode: observe", "mode: enforce", StringComparison.Ordinal) + Urls(pair);
        CancellationToken stop = TestContext.Current.CancellationToken;
        await File.WriteAllTextAsync(shop.Exporter.ConfigurationFile, (await File.ReadAllTextAsync(shop.Exporter.ConfigurationFile, stop)).Replace(quiet, acting, StringComparison.Ordinal), stop);

        JsonElement[] up = [];
        await Eventually.True("it is raised", async () => (up = await pair.Firing("QueueBacklog")).Length == 1, () => $"{shop.Exporter.Log}\n{pair.Log()}", Patience);
        Assert.Single(await pair.Firing("QueueBacklog", replica: 1));
        JsonElement alert = up[0];
        JsonElement labels = alert.GetProperty("labels"), texts = alert.GetProperty("annotations");
        Assert.Equal(("backlog", "warning", "shop", "raised"), (Text(labels, "policy"), Text(labels, "severity"), Text(labels, "team"), Text(labels, "process_arsenal")));
        Assert.Equal(("shop", "orders", first, Environment.MachineName), (Text(labels, "supervisor"), Text(labels, "child"), Text(labels, "identity"), Text(labels, "instance")));
        Assert.Equal(("Orders queue up", "backlog-1"), (Text(texts, "summary"), Text(texts, "run")));
        Assert.Contains("memory > 40MiB", Text(texts, "reason"), StringComparison.Ordinal);

        // It is delivered to ourselves, and sets nobody off: neither its own policy nor one that asks for it.
        JsonElement incident = default;
        await Eventually.True("it comes back", async () =>
        {
            incident = (await shop.Client.Get("/api/v1/alerts")).GetProperty("incidents").EnumerateArray().FirstOrDefault(static one => Text(one.GetProperty("labels"), "alertname") == "QueueBacklog");
            return incident.ValueKind == JsonValueKind.Object;
        }, pair.Log, Patience);
        Assert.Equal("no_policy", Text(incident, "verdict"));
        JsonElement explained = (await shop.Post("/api/v1/explain", $$"""{"policy":"echo","labels":{{labels}}}""")).GetProperty("alerts")[0].GetProperty("policies")[0];
        Assert.Contains("we raised it ourselves", Text(explained, "verdict"), StringComparison.Ordinal);
        Assert.Empty((await shop.Client.Get("/api/v1/actions?policy=echo")).GetProperty("actions").EnumerateArray());
        Assert.Equal(1, (await shop.Exporter.Page()).Value("process_controller_alerts_raised"));

        // What happened to orders, and why.
        Command told = await shop.Run("actions", "--target", "orders", "--since", "10m", "--long");
        Assert.True(told.ExitCode == 0, told.Error);
        foreach (string part in (string[])["policy backlog, run backlog-1", "QueueBacklog is raised until", "took it", "backlog-1/step 1 (profile), as memory > 40MiB", "raised      alertname=QueueBacklog"]) Assert.Contains(part, told.Output, StringComparison.Ordinal);
        Assert.Equal("There are none.\n", (await shop.Run("actions", "--target", "order", "--since", "10m")).Error);
        JsonElement entry = (await shop.Client.Get("/api/v1/actions?action=alert&policy=backlog")).GetProperty("actions")[0];
        Assert.Equal(("succeeded", 2), (Text(entry, "outcome"), entry.GetProperty("result").GetProperty("alert").GetProperty("replicas").GetArrayLength()));
        Command again = await shop.Run("explain", "--action", entry.GetProperty("id").GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Contains("By today's rules:", again.Output, StringComparison.Ordinal);
        Assert.Contains("backlog (enforce): ", again.Output, StringComparison.Ordinal);
        Command delivery = await shop.Run("explain", "--delivery", "1");
        Assert.Contains("we raised it ourselves", delivery.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await shop.Run("explain", "--delivery", "4711")).ExitCode);

        // Killed by somebody: its next life is well, and the alert is over.
        Supervised.Signal(first, Signals.Kill);
        await shop.Runs("orders", first);
        await Eventually.True("it is over", async () => (await pair.Firing("QueueBacklog")).Length == 0 && (await pair.Firing("QueueBacklog", 1)).Length == 0, () => shop.Exporter.Log, Patience);
        JsonElement[] ends = [];
        await Eventually.True("that is recorded", async () => (ends = [.. (await shop.Client.Get("/api/v1/actions?action=alert_end")).GetProperty("actions").EnumerateArray()]).Length == 1, () => shop.Exporter.Log);
        Assert.Contains("QueueBacklog is over: what set it off is over", Text(ends[0], "reason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_has_given_up_has_an_alert_until_somebody_sets_it_back()
    {
        await using AlertmanagerPair pair = await AlertmanagerPair.Start(_directory, new Uri("http://127.0.0.1:9/"));
        string configuration = Shop("leak", "enforce", "limits: { cooldown: 1s, latch_after: 1, min_uptime: 0s }", "signal: { signal: WINCH }", "verify: { until: memory < 20MiB, within: 1s }") + Urls(pair);
        await using Supervised shop = await Supervised.Start(configuration);
        JsonElement Latched(JsonElement[] all) => all is [var one] ? one : default;
        await Eventually.True("it is raised", async () => Latched(await pair.Firing("ProcessArsenalPolicyLatched")).ValueKind == JsonValueKind.Object, () => shop.Exporter.Log, Patience);
        JsonElement alert = Latched(await pair.Firing("ProcessArsenalPolicyLatched", 1));
        Assert.Equal(("leak", "critical", Environment.MachineName), (Text(alert.GetProperty("labels"), "policy"), Text(alert.GetProperty("labels"), "severity"), Text(alert.GetProperty("labels"), "instance")));
        Assert.Contains("1 times in a row it has cured nothing", Text(alert.GetProperty("annotations"), "reason"), StringComparison.Ordinal);
        Assert.Equal("process-arsenal policies leak --mode enforce", Text(alert.GetProperty("annotations"), "when_that_is_made_right"));

        // The next run of ours knows of it, and it is the same alert.
        await shop.Exporter.Kill();
        await shop.Again();
        await Eventually.True("it is said again", async () => (await shop.Exporter.Page()).Value("process_controller_alerts_raised") == 1, () => shop.Exporter.Log);
        Assert.Equal(Text(alert, "startsAt"), Text(Latched(await pair.Firing("ProcessArsenalPolicyLatched")), "startsAt"));
        Assert.Equal(0, (await shop.Run("policies", "leak", "--mode", "observe")).ExitCode);
        await Eventually.True("it is over", async () => (await pair.Firing("ProcessArsenalPolicyLatched")).Length == 0 && (await pair.Firing("ProcessArsenalPolicyLatched", 1)).Length == 0, () => shop.Exporter.Log, Patience);
    }

    [Fact]
    public async Task A_supervisor_that_has_given_up_has_one_until_its_child_is_started_again()
    {
        await using AlertmanagerPair pair = await AlertmanagerPair.Start(_directory, new Uri("http://127.0.0.1:9/"));
        string mark = Path.Join(_directory, "well");
        await using Supervised shop = await Supervised.Start($$"""
            supervisors:
              - { name: shop, max_restarts: 1, max_seconds: 60, children: [ { name: orders, command: [/bin/sh, -c, 'test -e {{mark}} || exit 1; while :; do sleep 1; done'] } ] }

            """ + Urls(pair));
        JsonElement[] up = [];
        await Eventually.True("it is raised", async () => (up = await pair.Firing("ProcessArsenalSupervisorLatched")).Length == 1, () => shop.Exporter.Log, Patience);
        Assert.Equal("shop", Text(up[0].GetProperty("labels"), "supervisor"));
        await File.WriteAllTextAsync(mark, "", TestContext.Current.CancellationToken);
        Command reset = await shop.Run("start", "--reset", "shop/orders");
        Assert.True(reset.ExitCode == 0, reset.Error);
        await Eventually.True("it is over", async () => (await pair.Firing("ProcessArsenalSupervisorLatched")).Length == 0, () => shop.Exporter.Log, Patience);
    }

    [Fact]
    public async Task A_heap_is_kept_before_the_restart()
    {
        string program = Path.Join(Repository.Root, "tests/targets/Worker/bin/Release/net10.0/Worker"); // By its own name: others of this host run on dotnet too.
        await using Supervised shop = await Supervised.Start($$"""
            supervisors:
              - { name: shop, children: [ { name: orders, command: [{{program}}] } ] }
            policies:
              - name: heap
                mode: enforce
                when: uptime > 3s
                target: exe = "{{program}}"
                steps: [ { gcdump: { max_freeze: 20s } }, { restart: {} } ]
                limits: { cooldown: 1s, max_actions_per_hour: 2 }

            """);
        string first = await shop.Runs("orders"), second = await shop.Runs("orders", first);
        Assert.NotEqual(first, second);
        JsonElement[] actions = [.. (await shop.Client.Get("/api/v1/actions?policy=heap")).GetProperty("actions").EnumerateArray().Where(static one => Text(one, "action") is "dump" or "restart").Reverse().Take(2)];
        Assert.Equal(["dump", "restart"], actions.Select(static one => Text(one, "action")));
        Assert.True(Text(actions[0], "outcome") == "succeeded", actions[0].ToString());
        Assert.Equal(("heap-1", first), (Text(actions[0], "run"), Text(actions[0], "target")));
        JsonElement dump = (await shop.Client.Get("/api/v1/dumps")).GetProperty("dumps")[0];
        Assert.Equal(("gcdump", first), (Text(dump, "type"), Text(dump, "identity")));
        Assert.Contains("process-arsenal dump get", (await shop.Run("actions", "--target", first, "--long")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_heap_that_can_not_be_had_keeps_nothing_from_being_restarted()
    {
        await using Supervised shop = await Supervised.Start(Shop("leak", "enforce", "limits: { cooldown: 1s, min_uptime: 0s }", "gcdump: { max_freeze: 5s }", "restart: {}", "verify: { until: memory < 20MiB, within: 1m }"));
        string first = await shop.Runs("orders");
        await shop.Runs("orders", first);
        JsonElement policy = default;
        await Eventually.True("it is verified", async () => (policy = await shop.Client.Get("/api/v1/policies/leak")).GetProperty("cured").GetInt32() == 1, () => $"{policy}\n{shop.Exporter.Log}", Patience);
        Assert.Equal(1, policy.GetProperty("actions_within_hour").GetInt32());
        JsonElement[] actions = [.. (await shop.Client.Get("/api/v1/actions?policy=leak")).GetProperty("actions").EnumerateArray().Reverse()];
        Assert.Equal(["dump refused", "restart succeeded", "verify succeeded"], actions.Select(static one => $"{Text(one, "action")} {Text(one, "outcome")}"));
        Assert.Equal("dump", Text(actions[0].GetProperty("result"), "guard"));
    }

    /// <summary>Its shell keeps a text of 64 MiB, the first time, and does not mind a window that changes.</summary>
    private string Shop(string policy, string mode, string limits, params string[] steps)
    {
        string program = Path.Join(_directory, "orders"), mark = Path.Join(_directory, "mark");
        using (var copy = System.Diagnostics.Process.Start("/bin/cp", ["/bin/sh", program])) copy.WaitForExit();
        string script = $"test -e {mark} || {{ : > {mark}; x=0123456789abcdef; i=0; while test $i -lt 22; do x=$x$x; i=$((i+1)); done; }}; while :; do sleep 1; done";
        return $$"""
            supervisors:
              - { name: shop, children: [ { name: orders, command: [{{program}}, -c, '{{script}}'] } ] }
            policies:
              - name: {{policy}}
                mode: {{mode}}
                when: memory > 40MiB for 2s
                target: exe = "{{program}}"
                steps: [ {{string.Join(", ", steps.Select(static step => $"{{ {step} }}"))}} ]
                {{(limits.Length > 0 ? limits : "limits: { cooldown: 5m }")}}

            """;
    }

    /// <summary>A policy that would restart what an alert of ours names.</summary>
    private string Echo(string mode) => $$"""
          - name: echo
            mode: {{mode}}
            alert: { alertname: QueueBacklog }
            target: exe = "{{Path.Join(_directory, "orders")}}"
            steps: [ { restart: {} } ]

        """;

    private static string Urls(AlertmanagerPair pair) => $"alertmanager: {{ urls: [ {string.Join(", ", pair.Urls.Select(static url => $"\"{url.GetLeftPart(UriPartial.Authority)}\""))} ] }}\n";

    private static string? Text(JsonElement element, string name) => Supervised.Text(element, name);
}
