using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Tests.Ledger;

public sealed class PolicyStateTests : IDisposable
{
    private readonly LedgerPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task State_outlives_us_until_it_expires_or_is_removed()
    {
        using (ActionLedger ledger = _place.Open())
        {
            Assert.True(await ledger.Change([new("cooldown/a", "1", LedgerPlace.Now.AddMinutes(1)), new("cooldown/b", "2", LedgerPlace.Now.AddMinutes(2)), new("budget", "9"), new("gone", "x")]));
            Assert.True(await ledger.Change([new("gone", null), new("budget", "8")]));
        }
        _place.Time.Advance(TimeSpan.FromMinutes(1));
        using ActionLedger again = _place.Open();
        Assert.Equal(["2"], again.States("cooldown/").Select(entry => entry.Value));
        Assert.Equal(("8", LedgerPlace.Now), (again.State("budget")!.Value, again.State("budget")!.Changed));
        Assert.Null(again.State("gone"));
        Assert.Null(again.State("cooldown/a"));
        Assert.True(again.Verify(null, TestContext.Current.CancellationToken).IsWhole);
    }

    [Fact]
    public async Task Of_those_that_decide_at_once_one_alone_takes_the_last_of_a_budget()
    {
        using ActionLedger ledger = _place.Open();
        await ledger.Change([new("budget", "1")]);
        long seen = ledger.State("budget")!.Version;
        Recording[] all = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => ledger.Record(LedgerPlace.One() with
        {
            Changes = [new("budget", "0") { Expected = seen }, new($"cooldown/{i}", "x")],
        })));
        Assert.Single(all, recording => recording.Kind == RecordingKind.Recorded);
        Assert.Equal(19, all.Count(recording => recording.Kind == RecordingKind.StateMoved && recording.Actions.Count == 0));
        Assert.Single(ledger.States("cooldown/"));
        Assert.Single(ledger.Reader.Open());
        Assert.False(await ledger.Change([new("new", "1") { Expected = 7 }]));
        Assert.True(await ledger.Change([new("new", "1") { Expected = 0 }]));
        Assert.False(await ledger.Change([new("new", "2") { Expected = 0 }]));
    }

    [Fact]
    public async Task Expired_states_make_room_for_others()
    {
        using ActionLedger ledger = _place.Open(new LedgerOptions { MostStates = 3 });
        await ledger.Change([new("a", "1", LedgerPlace.Now.AddMinutes(1)), new("b", "1", LedgerPlace.Now.AddMinutes(1)), new("c", "1")]);
        await Assert.ThrowsAsync<LedgerException>(() => ledger.Change([new("d", "1")]));
        _place.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await ledger.Change([new("d", "1"), new("e", "1")]));
    }
}
