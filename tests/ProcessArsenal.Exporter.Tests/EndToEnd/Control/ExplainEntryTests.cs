using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Control;

/// <summary>An entry of the ledger is asked of each guard once more, and nothing is done.</summary>
public sealed class ExplainEntryTests
{
    [Fact]
    public async Task What_an_operator_did_is_replayed_by_todays_rules()
    {
        await using Supervised shop = await Supervised.Start("supervisors: [ { name: shop, children: [ { name: orders, command: [/bin/sleep, '600'] } ] } ]\n");
        string orders = await shop.Runs("orders");
        string id = (await shop.Post($"/api/v1/processes/{orders}/suspend", """{"reason":"to look at it"}""")).GetProperty("id").GetInt64().ToString(CultureInfo.InvariantCulture);
        await shop.Post($"/api/v1/processes/{orders}/resume");
        int before = await Count(shop);

        Command allowed = await shop.Run("explain", "--action", id);
        Assert.True(allowed.ExitCode == 0, allowed.Error);
        foreach (string part in (string[])["because     to look at it", "By today's rules:", $"suspend of {orders}: it would be done", "nothing against it: identity, pause, "]) Assert.Contains(part, allowed.Output, StringComparison.Ordinal);

        await shop.Post("/api/v1/pause", """{"reason":"night"}""");
        JsonElement refused = await shop.Post("/api/v1/explain", $$"""{"action":{{id}}}""");
        Assert.Contains("refused by pause", Supervised.Text(refused.GetProperty("replay"), "said"), StringComparison.Ordinal);
        JsonElement[] verdicts = [.. refused.GetProperty("replay").GetProperty("verdicts").EnumerateArray()];
        JsonElement against = Assert.Single(verdicts, static verdict => Supervised.Text(verdict, "objection") is not null);
        Assert.Equal("pause", Supervised.Text(against, "guard"));
        Assert.Contains(verdicts, static verdict => Supervised.Text(verdict, "guard") == "budget");
        Assert.Empty(refused.GetProperty("alerts").EnumerateArray());
        Assert.Equal(404, (await shop.Ask("/api/v1/explain", """{"action":4711}""")).Status);
        Assert.Equal(before, await Count(shop));
        Assert.True(Supervised.Lives(orders));
    }

    private static async Task<int> Count(Supervised shop) => (await shop.Client.Get("/api/v1/actions")).GetProperty("actions").GetArrayLength();
}
