using System.Text.Json;
using CsCheck;
using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Tests.Ledger;

/// <summary>Actions are found by whatever somebody remembers of their target, and of why.</summary>
public sealed class ActionSearchTests : IDisposable
{
    private const string Old = "4711-65123-ab12cd34", New = "4720-65199-ab12cd34", Container = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private readonly LedgerPlace _place = new();
    private readonly ActionLedger _ledger;

    public ActionSearchTests() => _ledger = _place.Open();

    public void Dispose()
    {
        _ledger.Dispose();
        _place.Dispose();
    }

    [Theory]
    [InlineData("shop/orders")]
    [InlineData("orders")]
    [InlineData("dotnet")]
    [InlineData("orders-group")]
    [InlineData("orders.service")]
    [InlineData(Container)]
    [InlineData("0123456789ab")]
    [InlineData(Old)]
    [InlineData(New)]
    [InlineData("4711")]
    [InlineData("4720")]
    [InlineData("4711@web-1")]
    [InlineData("systemd unit orders.service")]
    public async Task By_each_name_that_it_has(string target)
    {
        await RecordAsync("other", "4712-1-ab12cd34", """{"name":"other","group":"others"}""", "{}");
        long id = await RecordAsync("restart", "shop/orders", $$"""{"name":"dotnet","group":"orders-group","unit":"orders.service","container":"{{Container}}","identity":"{{Old}}"}""", $$"""{"owner":"systemd unit orders.service","old":"{{Old}}","new":"{{New}}"}""");
        Assert.Equal([id], Find(new ActionFilter { Target = target }));
    }

    [Theory]
    [InlineData("order")]
    [InlineData("rders")]
    [InlineData("471")]
    [InlineData("4711x")]
    [InlineData("0123456789")]
    [InlineData("%")]
    [InlineData("shop")]
    [InlineData("")]
    public async Task By_no_other(string target)
    {
        await RecordAsync("restart", "shop/orders", $$"""{"name":"dotnet","group":"orders-group","unit":"orders.service","container":"{{Container}}","identity":"{{Old}}"}""", "{}");
        Assert.Empty(Find(new ActionFilter { Target = target }));
    }

    [Fact]
    public async Task A_policy_s_notes_are_found_by_the_owner_of_their_target()
    {
        long id = await RecordAsync("verify", Old, """{"name":"","key":"child/shop/orders","run":"leak-1"}""", null);
        Assert.Equal([id], Find(new ActionFilter { Target = "orders" }));
        Assert.Equal([id], Find(new ActionFilter { Target = "shop/orders" }));
        Assert.Equal([id], Find(new ActionFilter { Target = "child/shop/orders" }));
    }

    [Fact]
    public async Task By_time_incident_and_trace()
    {
        long first = await RecordAsync("trace", Old, """{"name":"a","incident":"00112233445566aa-7"}""", null, reason: "p-1/step 1 (trace), by alert 00112233445566aa-7");
        _place.Time.Advance(TimeSpan.FromMinutes(10));
        long second = await RecordAsync("restart", Old, """{"name":"a"}""", null, reason: "p-1/step 2 (restart), by alert 00112233445566aa-7");
        long third = await RecordAsync("verify", Old, null, null, reason: "alert 00112233445566aa-8", trace: new string('b', 32));
        Assert.Equal([second, first], Find(new ActionFilter { Incidents = ["00112233445566aa-7"] })); // Of older rows in words alone.
        Assert.Equal([third, second, first], Find(new ActionFilter { Incidents = ["00112233445566aa-7", "00112233445566aa-8", "x' OR 1"] }));
        Assert.Empty(Find(new ActionFilter { Incidents = [] }));
        Assert.Equal([first], Find(new ActionFilter { Until = LedgerPlace.Now.AddMinutes(5) }));
        Assert.Equal([third, second], Find(new ActionFilter { Since = LedgerPlace.Now.AddMinutes(5), Until = LedgerPlace.Now.AddMinutes(20) }));
        Assert.Equal([third], Find(new ActionFilter { TraceId = new string('b', 32) }));
    }

    [Fact]
    public async Task A_thousand_incidents_are_asked_for_at_once()
    {
        long id = await RecordAsync("trace", Old, """{"name":"a","incident":"00112233445566aa-999"}""", null);
        Assert.Equal([id], Find(new ActionFilter { Incidents = [.. Enumerable.Range(0, 1000).Select(static i => FormattableString.Invariant($"00112233445566aa-{i}"))] }));
    }

    [Fact]
    public async Task Whatever_is_asked_for_is_a_value_and_nothing_else()
    {
        await RecordAsync("kill", Old, """{"name":"dotnet","group":"g"}""", null);
        Gen.OneOf(Gen.String, Gen.Const("' OR 1=1 --"), Gen.Const("$whom"), Gen.Const("g' ) OR (1"), Gen.Const("4711-65123-ab12cd34' "), Gen.Const("\0")).Sample(text => Assert.True(Find(new ActionFilter { Target = text }).Length == 0 || text is "g" or "dotnet" or Old or "4711"), iter: 300);
    }

    private long[] Find(ActionFilter filter) => [.. _ledger.Reader.List(null, 10, filter).Actions.Select(static action => action.Id)];

    private async Task<long> RecordAsync(string action, string target, string? details, string? result, string? reason = null, string? trace = null)
    {
        DateTimeOffset now = _place.Time.GetUtcNow();
        var intent = new Intent(action, target, "policy", now, now) { Reason = reason, TraceId = trace, Details = details is null ? null : Json(details) };
        var outcome = new Outcome(OutcomeKind.Succeeded, now) { Details = result is null ? null : Json(result) };
        return (await _ledger.Record(new IntentBatch([new IntentEntry(intent, outcome)]))).Actions[0].Id;

        static JsonElement Json(string text)
        {
            using JsonDocument json = JsonDocument.Parse(text);
            return json.RootElement.Clone();
        }
    }
}
