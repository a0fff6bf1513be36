using System.Text.Json;
using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Tests.Ledger;

public sealed class RetentionTests : IDisposable
{
    private readonly LedgerPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task The_oldest_rows_go_and_what_is_left_can_be_checked()
    {
        LedgerHead early, late;
        using (ActionLedger ledger = _place.Open(new LedgerOptions { MaxRows = 200 }))
        {
            early = ledger.Head;
            await ledger.Change([new("kept", "1"), new("gone", "1"), new("brief", "1", LedgerPlace.Now.AddMinutes(1))]);
            await ledger.Change([new("gone", null)]);
            _place.Time.Advance(TimeSpan.FromMinutes(2));
            for (int i = 0; i < 400; i++) await Act(ledger, $"k{i}");
            late = ledger.Head;
            Assert.InRange(_place.Sql<long>("SELECT count(*) FROM audit")[0], 190, 220);
            Assert.Equal(RecordingKind.Repeated, (await ledger.Record(LedgerPlace.One(key: "k399"))).Kind);
            Assert.Equal(RecordingKind.Recorded, (await ledger.Record(LedgerPlace.One(key: "k0"))).Kind); // Forgotten with its row.
        }
        Assert.True(_place.Verify(late).IsWhole);
        Assert.Equal(AuditFinding.HeadTooOld, _place.Verify(early).Finding);
        Assert.Equal(AuditFinding.HeadNotFound, _place.Verify(early with { Sequence = 0 }).Finding);
        long removed = _place.Verify().Removed;
        string hash = _place.Sql<string>("SELECT content ->> '$.hash' FROM audit WHERE kind = 'checkpoint' ORDER BY sequence DESC LIMIT 1")[0];
        Assert.True(_place.Verify(new LedgerHead(removed, hash)).IsWhole);
        using ActionLedger again = _place.Open();
        Assert.Equal(("1", LedgerPlace.Now), (again.State("kept")!.Value, again.State("kept")!.Changed));
        Assert.Single(again.States(""));
    }

    [Fact]
    public async Task An_open_action_stays_and_so_does_all_that_follows()
    {
        long open;
        using (ActionLedger ledger = _place.Open(new LedgerOptions { MaxRows = 50 }))
        {
            open = (await ledger.Record(LedgerPlace.One())).Actions[0].Id;
            for (int i = 0; i < 100; i++) await Act(ledger, null);
            Assert.NotNull(ledger.Reader.Find(open));
            Assert.InRange(_place.Sql<long>("SELECT count(*) FROM audit")[0], 200, 210);
            await ledger.Close(open, LedgerPlace.Done());
            await ledger.Change([new("a", "1")]);
            Assert.Null(ledger.Reader.Find(open));
        }
        Assert.True(_place.Verify().IsWhole);
    }

    [Fact]
    public async Task However_large_the_batches_are_no_more_than_one_of_them_is_kept_beyond_the_bound()
    {
        using ActionLedger ledger = _place.Open(new LedgerOptions { MaxRows = 2000 });
        for (int i = 0; i < 6; i++)
        {
            await ledger.Record(new IntentBatch([.. Enumerable.Repeat(new IntentEntry(LedgerPlace.Intent(), LedgerPlace.Done()), ActionLedger.MostInBatch)])
            {
                Changes = [.. Enumerable.Range(0, ActionLedger.MostInBatch).Select(k => new StateChange($"{i}/{k}", "x", LedgerPlace.Now))],
            });
        }
        await ledger.Change([new("last", "1")]); // Now the rows of the last batch have gone.
        await ledger.Change([new("last", "2")]);
        Assert.InRange(_place.Sql<long>("SELECT count(*) FROM audit")[0], 1900, 2200);
        Assert.True(ledger.Verify(null, TestContext.Current.CancellationToken).IsWhole);
    }

    [Fact]
    public async Task Old_rows_go_however_few_they_are()
    {
        using ActionLedger ledger = _place.Open(new LedgerOptions { MaxAge = TimeSpan.FromDays(30) });
        await Act(ledger, "old");
        _place.Time.Advance(TimeSpan.FromDays(29));
        await Act(ledger, "young");
        _place.Time.Advance(TimeSpan.FromDays(2));
        await Act(ledger, "new");
        await ledger.Change([new("a", "1")]);
        Assert.Equal(["new", "young"], ledger.Reader.List(null, 10).Actions.Select(action => action.IdempotencyKey));
        Assert.True(ledger.Verify(null, TestContext.Current.CancellationToken).IsWhole);
    }

    [Fact]
    public async Task A_clock_that_jumps_takes_away_what_is_too_old_by_it_and_the_chain_stays_whole()
    {
        using ActionLedger ledger = _place.Open(new LedgerOptions { MaxAge = TimeSpan.FromDays(30) });
        await Act(ledger, "a");
        _place.Time.AdjustTime(LedgerPlace.Now.AddYears(30));
        await Act(ledger, "b");
        _place.Time.AdjustTime(LedgerPlace.Now);
        await Act(ledger, "c");
        Assert.Equal(["c", "b"], ledger.Reader.List(null, 10).Actions.Select(action => action.IdempotencyKey));
        Assert.True(ledger.Verify(null, TestContext.Current.CancellationToken).IsWhole);
    }

    [Fact]
    public async Task Large_rows_go_before_there_are_too_many_and_the_file_has_an_end()
    {
        JsonElement large = JsonSerializer.SerializeToElement(new string('x', 60_000));
        var options = new LedgerOptions { MaxBytes = 8 * 1024 * 1024 };
        long open = 0;
        using (ActionLedger ledger = _place.Open(options))
        {
            for (int i = 0; i < 600; i++) await ledger.Record(new IntentBatch([new(LedgerPlace.Intent() with { Details = large }, LedgerPlace.Done())]));
            await ledger.Change([new("a", "1")]);
            open = (await ledger.Record(LedgerPlace.One())).Actions[0].Id;
            // As long as one is open nothing can go, so that at last nothing can be recorded: that is the end of it, not of the disk.
            LedgerException full = await Assert.ThrowsAsync<LedgerException>(async () =>
            {
                for (int i = 0; i < 600; i++) await ledger.Record(new IntentBatch([new(LedgerPlace.Intent() with { Details = large }, LedgerPlace.Done())]));
            });
            Assert.Equal(LedgerFault.DiskFull, full.Fault);
        }
        Assert.InRange(new FileInfo(_place.Database).Length, options.MaxBytes, 2 * options.MaxBytes);
        Assert.True(_place.Verify().IsWhole);
        using ActionLedger again = _place.Open(new LedgerOptions { MaxBytes = 16 * 1024 * 1024, MaxRows = 150 });
        Assert.True(await again.Close(open, LedgerPlace.Done()));
        for (int i = 0; i < 20; i++) await Act(again, null);
        Assert.InRange(_place.Sql<long>("SELECT count(*) FROM audit")[0], 100, 220);
    }

    private static async Task Act(ActionLedger ledger, string? key)
    {
        long id = (await ledger.Record(LedgerPlace.One(key: key))).Actions[0].Id;
        Assert.True(await ledger.Close(id, LedgerPlace.Done()));
    }
}
