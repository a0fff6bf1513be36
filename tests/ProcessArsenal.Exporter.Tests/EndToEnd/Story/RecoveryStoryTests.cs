using System.Collections.Immutable;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Story;

/// <summary>The whole story: a .NET service leaks, Prometheus judges a rule, two Alertmanagers deliver, and it is recorded, restarted by its owner, and seen to be well.</summary>
public sealed class RecoveryStoryTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    /// <summary>Of a recovery without trouble these have nothing to tell.</summary>
    private static readonly string[] Silent = ["process_controller_guard_refusals_total", "process_controller_not_recorded_total"];

    [Fact]
    public async Task A_leak_is_recorded_restarted_once_and_verified_and_everybody_can_see_it()
    {
        await using OtlpReceiver receiver = await OtlpReceiver.StartAsync();
        long began = TimeProvider.System.GetTimestamp();
        await using StoryScene scene = await StoryScene.Start(new StorySettings { Otlp = receiver.GrpcEndpoint, MinHealthy = 1 });
        output.WriteLine($"the scene stands after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
        await scene.Leak();
        await Eventually.True("the alert fires", async () => await Fires(scene), () => scene.Exporter.Log);
        string[] whileItFires = [.. QueriesOfRecovery().Where(static query => query.Contains("ALERTS", StringComparison.Ordinal))];
        Assert.NotEmpty(whileItFires);
        foreach (string query in whileItFires) Assert.NotEmpty(await scene.Prometheus.Query(query));
        JsonElement[] actions = await scene.IsHealedOnce(0, 1);

        Assert.All(actions, static one => Assert.Equal(("alert", "policy:" + StoryScene.Policy, "succeeded"), (StoryScene.Text(one, "trigger"), StoryScene.Text(one, "caller"), StoryScene.Text(one, "outcome"))));
        JsonElement restart = actions[1];
        Assert.Equal(("shop/orders-1", scene.First, await scene.Identity()), (StoryScene.Text(restart, "target"), StoryScene.Text(restart.GetProperty("result"), "old"), StoryScene.Text(restart.GetProperty("result"), "new")));
        await HasRecording(scene, actions[0]);
        await IsSeenInPrometheus(scene);
        await IsOneTrace(receiver, StoryScene.Text(restart, "trace_id")!, actions);
        output.WriteLine($"all is over after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
    }

    private static async Task<bool> Fires(StoryScene scene) => await scene.Prometheus.Value($$"""ALERTS{alertname="{{StoryScene.Alert}}",alertstate="firing"}""") == 1;

    private static async Task HasRecording(StoryScene scene, JsonElement trace)
    {
        string id = trace.GetProperty("id").ToString();
        JsonElement artifact = Assert.Single((await scene.Client.Get("/api/v1/artifacts")).GetProperty("artifacts").EnumerateArray(), one => StoryScene.Text(one, "id") == id);
        Assert.Equal((scene.First, true, 64), (StoryScene.Text(artifact, "identity"), artifact.GetProperty("is_whole").GetBoolean(), StoryScene.Text(artifact, "sha256")?.Length));
        Assert.Contains("Nettrace", (await scene.Client.Ask(HttpMethod.Get, $"/api/v1/artifacts/{id}/download", scene.Client.Admin)).Body, StringComparison.Ordinal);
    }

    private static async Task IsSeenInPrometheus(StoryScene scene)
    {
        string[] all = [.. QueriesOfRecovery().Where(static query => !query.Contains("ALERTS", StringComparison.Ordinal) && !Silent.Any(name => query.Contains(name, StringComparison.Ordinal)))];
        Assert.True(all.Length > 15);
        List<string> empty = [.. all];
        await Eventually.True("the panels about recovery have data", async () =>
        {
            List<string> still = [];
            foreach (string query in empty) if ((await scene.Prometheus.Query(query)).Count == 0) still.Add(query);
            return (empty = still).Count == 0;
        }, () => string.Join('\n', empty), Patience);
        Assert.Equal(1, await scene.Prometheus.Value("sum(process_controller_processes_restarted_total)"));
        await Eventually.True("it is counted as cured", async () => await scene.Prometheus.Value($$"""sum(process_controller_policy_runs_total{policy="{{StoryScene.Policy}}",result="cured"})""") == 1); // By the next scrape.
    }

    /// <summary>From dashboards/recovery.json, as Grafana asks them.</summary>
    private static IEnumerable<string> QueriesOfRecovery()
    {
        using JsonDocument board = JsonDocument.Parse(File.ReadAllText(Path.Join(Repository.Root, "dashboards/recovery.json")));
        return [.. board.RootElement.GetProperty("panels").EnumerateArray().Where(static panel => panel.TryGetProperty("targets", out _)).SelectMany(static panel => panel.GetProperty("targets").EnumerateArray())
            .Select(static target => target.GetProperty("expr").GetString()!.Replace("$__rate_interval", "1m", StringComparison.Ordinal).Replace("$__range", "5m", StringComparison.Ordinal).Replace("$instance", ".*", StringComparison.Ordinal))];
    }

    /// <summary>From the alert on, all is in one trace; the service's own requests are there too.</summary>
    private static async Task IsOneTrace(OtlpReceiver receiver, string id, JsonElement[] actions)
    {
        Assert.All(actions, one => Assert.Equal(id, StoryScene.Text(one, "trace_id")));
        string[] wanted = ["alert firing", "alert resolved", "policy trace", "control trace", "policy restart", "control restart", "hold", "guards", "record", "act", "policy verify"];
        ImmutableArray<OtlpSpan> all = [], spans = [];
        await Eventually.True("all spans of it", async () => wanted.All((spans = [.. (all = await receiver.SpansAsync()).Where(span => span.TraceId == id)]).Select(static span => span.Name).Contains), () => string.Join('\n', spans.Select(static span => span.Name)), Patience);
        OtlpSpan root = Assert.Single(spans, static span => span.Name == "alert firing");
        Assert.Equal(("consumer", "", StoryScene.Alert), (root.Kind, root.ParentSpanId, root.Attributes.Get("process_controller.alert")));
        string Parent(string name) => Assert.Single(spans, span => span.Name == name).ParentSpanId;
        string Id(string name) => Assert.Single(spans, span => span.Name == name).SpanId;
        Assert.Equal([root.SpanId, root.SpanId, root.SpanId], ((string[])["policy trace", "policy restart", "policy verify"]).Select(Parent));
        Assert.Equal([Id("policy trace"), Id("policy restart")], ((string[])["control trace", "control restart"]).Select(Parent));
        string[] parts = [.. spans.Where(span => span.ParentSpanId == Id("control restart")).OrderBy(static span => span.StartTimeUnixNano).Select(static span => span.Name)];
        Assert.Equal(["hold", "guards", "record", "act"], parts.Where(static part => part is "hold" or "guards" or "record" or "act"));
        OtlpSpan act = Assert.Single(spans, span => span.Name == "act" && span.ParentSpanId == Id("control restart"));
        Assert.Equal("shop/orders-1", act.Attributes.Get("process_controller.target"));
        Assert.Equal(64, act.Attributes.Get("process_controller.audit_head")?.Length);
        // The delivery that it came with.
        Assert.Contains(all, span => span.Kind == "server" && span.Attributes.Get("process_controller.delivery") == root.Attributes.Get("process_controller.delivery"));
        Assert.Contains(all, static span => span.Name == "GET /orders/{id}" && span.Resource.Get("service.name") == "Orders");
        Assert.Empty((await receiver.CountsAsync()).Problems);
    }
}
