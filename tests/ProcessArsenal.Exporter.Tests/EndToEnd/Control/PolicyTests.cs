using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Control;

/// <summary>Policies by the program as it is: a supervised child that leaks in its first life, and is well in its second.</summary>
public sealed class PolicyTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("policy-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_leaking_child_is_restarted_exactly_once_and_it_is_seen_that_this_has_helped()
    {
        await using Supervised shop = await Supervised.Start(Shop("enforce"));
        string first = await shop.Runs("orders"), second = await shop.Runs("orders", first);
        JsonElement policy = default;
        await Eventually.True("it is verified", async () => (policy = await shop.Client.Get("/api/v1/policies/leak")).GetProperty("cured").GetInt32() == 1, () => $"{policy}\n{shop.Exporter.Log}");
        Assert.Equal((0, 0, 1), (policy.GetProperty("not_cured").GetInt32(), policy.GetProperty("runs").GetArrayLength(), policy.GetProperty("actions_within_hour").GetInt32()));

        JsonElement[] actions = [.. (await shop.Client.Get("/api/v1/actions?policy=leak")).GetProperty("actions").EnumerateArray()];
        Assert.Equal(["verify succeeded", "restart succeeded"], actions.Select(static one => $"{Supervised.Text(one, "action")} {Supervised.Text(one, "outcome")}"));
        Assert.Equal(("shop/orders", "policy", "policy:leak"), (Supervised.Text(actions[1], "target"), Supervised.Text(actions[1], "trigger"), Supervised.Text(actions[1], "caller")));
        Assert.Equal(32, Supervised.Text(actions[1], "trace_id")?.Length);
        Assert.Equal(Supervised.Text(actions[1], "trace_id"), Supervised.Text(actions[0], "trace_id"));
        JsonElement result = actions[1].GetProperty("result");
        Assert.Equal((first, second), (Supervised.Text(result, "old"), Supervised.Text(result, "new")));

        MetricsPage page = await shop.Exporter.Page();
        Assert.Equal((1, 1), (page.Value("process_controller_policies", "mode=enforce"), page.Value("process_controller_policy_score", "policy=leak")));
        Assert.Equal(1, page.Value("process_controller_policy_runs_total", "policy=leak", "result=cured"));
        Assert.Equal(second, await shop.Runs("orders"));

        // What it has done is known to the next run too, and nothing is done again.
        await shop.Again();
        await Eventually.True("it is remembered", async () => (await shop.Client.Get("/api/v1/policies")).GetProperty("policies").EnumerateArray().Any(static one => one.GetProperty("cured").GetInt32() == 1 && one.GetProperty("actions_within_hour").GetInt32() == 1), () => shop.Exporter.Log);
        Assert.Equal(second, await shop.Runs("orders"));
    }

    [Fact]
    public async Task One_that_observes_only_says_so_until_it_is_told_to_act()
    {
        await using Supervised shop = await Supervised.Start(Shop("observe"));
        string first = await shop.Runs("orders");
        JsonElement[] actions = [];
        async Task<bool> Said(int count) => (actions = [.. (await shop.Client.Get("/api/v1/actions?policy=leak")).GetProperty("actions").EnumerateArray()]).Length == count;
        await Eventually.True("it says so", () => Said(1), () => shop.Exporter.Log);
        Assert.Equal(("restart", "not_done", first), (Supervised.Text(actions[0], "action"), Supervised.Text(actions[0], "outcome"), Supervised.Text(actions[0], "target")));
        Assert.Contains("observe", Supervised.Text(actions[0], "reason"), StringComparison.Ordinal);

        JsonElement explained = (await shop.Post("/api/v1/explain", "{}")).GetProperty("alerts")[0].GetProperty("policies")[0];
        Assert.Contains("only says so: its mode is observe", Supervised.Text(explained, "verdict"), StringComparison.Ordinal);
        Assert.Equal("child/shop/orders", Supervised.Text(explained.GetProperty("targets")[0], "key"));
        Assert.Contains("restart: it would be done", explained.GetProperty("targets")[0].GetProperty("guards")[0].GetString(), StringComparison.Ordinal);

        // Dry run: the same, with what the guards say.
        Assert.Equal(0, (await shop.Run("policies", "leak", "--mode", "dry_run")).ExitCode);
        await Eventually.True("it says that too", () => Said(3), () => shop.Exporter.Log);
        Assert.Contains("the guards say: it would be done", Supervised.Text(actions[0], "reason"), StringComparison.Ordinal);
        Assert.Equal("mode", Supervised.Text(actions[1], "action"));
        Assert.True(Supervised.Lives(first));

        Command listed = await shop.Run("policies");
        Assert.Contains("dry_run (configured: observe)", listed.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await shop.Run("policies", "leak", "--mode", "enforce")).ExitCode);
        await shop.Runs("orders", first);
        Assert.Equal(1, (await shop.Run("policies", "lek")).ExitCode);
    }

    [Fact]
    public async Task One_that_asks_acts_when_an_operator_has_approved()
    {
        await using Supervised shop = await Supervised.Start(Shop("approve"));
        string first = await shop.Runs("orders");
        string? id = null;
        await Eventually.True("it asks", async () => (await shop.Client.Get("/api/v1/policies/leak")).GetProperty("runs") is var runs && runs.GetArrayLength() == 1 && (id = Supervised.Text(runs[0], "id")) is not null, () => shop.Exporter.Log);
        Assert.Equal("leak-1", id);
        Assert.True(Supervised.Lives(first));
        Assert.Equal(409, (await shop.Ask("/api/v1/approvals/leak-2/approve")).Status);
        Command approved = await shop.Run("approve", "leak-1");
        Assert.True(approved.ExitCode == 0, approved.Error);
        await shop.Runs("orders", first);
        Assert.Equal(409, (await shop.Ask("/api/v1/approvals/leak-1/approve")).Status);
    }

    /// <summary>Its shell keeps a text of 64 MiB, the first time.</summary>
    private string Shop(string mode)
    {
        string program = Path.Join(_directory, "orders"), mark = Path.Join(_directory, "mark");
        using (var copy = System.Diagnostics.Process.Start("/bin/cp", ["/bin/sh", program])) copy.WaitForExit();
        string script = $"test -e {mark} || {{ : > {mark}; x=0123456789abcdef; i=0; while test $i -lt 22; do x=$x$x; i=$((i+1)); done; }}; while :; do sleep 1; done";
        return $$"""
            supervisors:
              - { name: shop, children: [ { name: orders, command: [{{program}}, -c, '{{script}}'] } ] }
            policies:
              - name: leak
                mode: {{mode}}
                when: memory > 40MiB for 2s
                target: exe = "{{program}}"
                steps: [ { restart: {} }, { verify: { until: memory < 20MiB, within: 1m } } ]
                limits: { cooldown: 1s }

            """;
    }
}
