using System.Text.Json;
using CsCheck;
using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Tests.Ledger;

public sealed class ActionLedgerTests : IDisposable
{
    private readonly LedgerPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task An_action_is_told_as_it_was_recorded()
    {
        using ActionLedger ledger = _place.Open();
        Intent intent = new("restart", "unit:orders.service", "policy", LedgerPlace.Now, LedgerPlace.Now.AddMilliseconds(7))
        {
            Policy = "memory_leak_recovery",
            Caller = "responder",
            Reason = "memory > 200MiB für 5m \0 \ud800",
            TraceId = "0af7651916cd43dd8448eb211c80319c",
            Details = JsonElement.Parse("""{"guards":[{"name":"cooldown","verdict":"ok"}]}"""),
        };
        ActionRecord open = Assert.Single((await ledger.Record(LedgerPlace.One(intent, "k-1"))).Actions);
        Assert.Equal(open.Id, Assert.Single(ledger.Reader.Open()).Id);
        _place.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(await ledger.Close(open.Id, new Outcome(OutcomeKind.Failed, LedgerPlace.Now.AddSeconds(2)) { Reason = "no new identity", Details = JsonElement.Parse("""{"old":"1-2-3"}""") }));

        ActionRecord told = ledger.Reader.Find(open.Id)!;
        Assert.Equal((LedgerPlace.Now, LedgerPlace.Now.AddSeconds(2), "k-1"), (told.Recorded, told.Closed!.Value, told.IdempotencyKey));
        Assert.Equal(intent with { Details = null, Reason = "memory > 200MiB für 5m \0 \ufffd" }, told.Intent with { Details = null });
        Assert.Equal(intent.Details!.Value.GetRawText(), told.Intent.Details!.Value.GetRawText());
        Assert.Equal((OutcomeKind.Failed, "no new identity", """{"old":"1-2-3"}"""), (told.Outcome!.Kind, told.Outcome.Reason, told.Outcome.Details!.Value.GetRawText()));
        Assert.Empty(ledger.Reader.Open());
        Assert.True(ledger.Verify(null, TestContext.Current.CancellationToken).IsWhole);
        Assert.Null(ledger.Reader.Find(open.Id + 100));
    }

    [Fact]
    public async Task An_action_has_one_outcome()
    {
        using ActionLedger ledger = _place.Open();
        long id = (await ledger.Record(LedgerPlace.One())).Actions[0].Id;
        bool[] closed = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => ledger.Close(id, LedgerPlace.Done($"{i}"), [new StateChange($"by-{i}", "x")])));
        Assert.Single(closed, won => won);
        Assert.Single(ledger.States("by-"));
        Assert.False(await ledger.Close(id + 1000, LedgerPlace.Done()));
    }

    [Fact]
    public async Task The_same_request_under_a_key_is_recorded_once_and_answered_with_what_came_of_it()
    {
        long id;
        using (ActionLedger ledger = _place.Open())
        {
            Recording[] all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ledger.Record(LedgerPlace.One(key: "k"))));
            id = Assert.Single(all, recording => recording.Kind == RecordingKind.Recorded).Actions[0].Id;
            Assert.Equal(19, all.Count(recording => recording.Kind == RecordingKind.Repeated && recording.Actions[0].Id == id));
            await ledger.Close(id, LedgerPlace.Done("signal 9"));
            Assert.Equal("signal 9", (await ledger.Record(LedgerPlace.One(key: "k"))).Actions[0].Outcome!.Reason);
        }
        using ActionLedger again = _place.Open();
        Recording repeated = await again.Record(LedgerPlace.One(key: "k"));
        Assert.Equal((RecordingKind.Repeated, id, "signal 9"), (repeated.Kind, repeated.Actions[0].Id, repeated.Actions[0].Outcome!.Reason));
        Recording conflict = await again.Record(LedgerPlace.One(key: "k", request: "kill 4712"));
        Assert.Equal((RecordingKind.Conflict, 0), (conflict.Kind, conflict.Actions.Count));
        // Another caller has keys of his own.
        IntentBatch other = LedgerPlace.One() with { Key = new IdempotencyKey("operator", "k", "kill 4712") };
        Assert.Equal(RecordingKind.Recorded, (await again.Record(other)).Kind);
    }

    [Fact]
    public async Task A_batch_is_recorded_as_a_whole_with_those_that_a_guard_refused()
    {
        using ActionLedger ledger = _place.Open();
        var refused = new Outcome(OutcomeKind.Refused, LedgerPlace.Now) { Reason = "protected: pid 1" };
        var batch = new IntentBatch([new(LedgerPlace.Intent(target: "a")), new(LedgerPlace.Intent(target: "b"), refused), new(LedgerPlace.Intent(target: "c"))])
        {
            Key = new IdempotencyKey("admin", "batch", "a b c"),
        };
        Recording recorded = await ledger.Record(batch);
        Assert.Equal(["a", "b", "c"], recorded.Actions.Select(action => action.Intent.Target));
        Assert.Equal(["a", "c"], ledger.Reader.Open().Select(action => action.Intent.Target));
        Recording repeated = await ledger.Record(batch);
        Assert.Equal((RecordingKind.Repeated, "protected: pid 1"), (repeated.Kind, repeated.Actions[1].Outcome!.Reason));
        Assert.Equal(recorded.Actions.Select(action => action.Id), repeated.Actions.Select(action => action.Id));
    }

    [Fact]
    public async Task What_was_open_is_listed_at_the_next_start_until_it_is_closed()
    {
        using (ActionLedger ledger = _place.Open())
        {
            Assert.Empty(ledger.LeftOpen);
            await ledger.Close((await ledger.Record(LedgerPlace.One(LedgerPlace.Intent(target: "closed")))).Actions[0].Id, LedgerPlace.Done());
            await ledger.Record(LedgerPlace.One(LedgerPlace.Intent(target: "open")));
        }
        using (ActionLedger ledger = _place.Open())
        {
            ActionRecord left = Assert.Single(ledger.LeftOpen);
            Assert.Equal("open", left.Intent.Target);
            Assert.True(await ledger.Close(left.Id, new Outcome(OutcomeKind.Interrupted, LedgerPlace.Now)));
        }
        using ActionLedger last = _place.Open();
        Assert.Empty(last.LeftOpen);
    }

    [Fact]
    public async Task Pages_hold_every_action_once_newest_first()
    {
        using ActionLedger ledger = _place.Open();
        for (int i = 0; i < 25; i++) await ledger.Record(LedgerPlace.One(LedgerPlace.Intent(target: $"{i}")));
        var seen = new List<string>();
        for (long? after = null; ;)
        {
            ActionPage page = ledger.Reader.List(after, 10);
            seen.AddRange(page.Actions.Select(action => action.Intent.Target));
            if (page.Next is null) break;
            after = page.Next;
            await ledger.Record(LedgerPlace.One(LedgerPlace.Intent(target: "newer")));
        }
        Assert.Equal(Enumerable.Range(0, 25).Reverse().Select(i => $"{i}"), seen);
        Assert.Throws<ArgumentOutOfRangeException>(() => ledger.Reader.List(null, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ledger.Reader.List(null, LedgerReader.MostAtOnce + 1));
    }

    [Fact]
    public async Task A_filter_takes_what_it_says_literally()
    {
        using ActionLedger ledger = _place.Open();
        long first = (await ledger.Record(LedgerPlace.One(LedgerPlace.Intent("kill", "a'; DROP TABLE audit; --", "p1")))).Actions[0].Id;
        _place.Time.Advance(TimeSpan.FromMinutes(1));
        long second = (await ledger.Record(LedgerPlace.One(LedgerPlace.Intent("stop", "b", "p2", "operator")))).Actions[0].Id;
        await ledger.Close(first, LedgerPlace.Done());

        Check(first, new ActionFilter { Target = "a'; DROP TABLE audit; --" });
        Check(first, new ActionFilter { Action = "kill", Policy = "p1", Trigger = "api", Caller = "admin" });
        Check(first, new ActionFilter { Outcome = OutcomeKind.Succeeded });
        Check(second, new ActionFilter { Open = true });
        Check(second, new ActionFilter { Since = LedgerPlace.Now.AddSeconds(1) });
        Check(second, new ActionFilter { Caller = "operator" });
        Check(null, new ActionFilter { Policy = "p" });
        Check(null, new ActionFilter { Outcome = OutcomeKind.NotDone });

        void Check(long? id, ActionFilter filter) => Assert.Equal(id is null ? [] : [id.Value], ledger.Reader.List(null, 10, filter).Actions.Select(action => action.Id));
    }

    [Fact]
    public async Task What_is_too_large_is_refused_and_nothing_of_it_recorded()
    {
        using ActionLedger ledger = _place.Open(new LedgerOptions { MostOpen = 2, MostStates = 2 });
        LedgerHead before = ledger.Head;
        JsonElement large = JsonSerializer.SerializeToElement(new string('x', 70_000));
        await Refused(LedgerFault.TooLarge, () => ledger.Record(LedgerPlace.One(LedgerPlace.Intent() with { Details = large })));
        await Refused(LedgerFault.TooLarge, () => ledger.Record(LedgerPlace.One(key: "line\nbreak")));
        await Refused(LedgerFault.TooLarge, () => ledger.Record(LedgerPlace.One(key: "")));
        await Refused(LedgerFault.TooLarge, () => ledger.Record(new IntentBatch([])));
        await Refused(LedgerFault.TooLarge, () => ledger.Change([new StateChange("a\0b", "1")]));
        await Refused(LedgerFault.TooLarge, () => ledger.Change([new StateChange("a", new string('x', 20_000))]));
        await Refused(LedgerFault.Overloaded, () => ledger.Change([new StateChange("a", "1"), new StateChange("b", "1"), new StateChange("c", "1")]));
        await Refused(LedgerFault.Overloaded, () => ledger.Record(new IntentBatch([.. Enumerable.Repeat(new IntentEntry(LedgerPlace.Intent()), 3)])));
        Assert.Equal(before, ledger.Head);
        Assert.Equal(RecordingKind.Recorded, (await ledger.Record(LedgerPlace.One())).Kind);

        static async Task Refused(LedgerFault fault, Func<Task> act) => Assert.Equal(fault, (await Assert.ThrowsAsync<LedgerException>(act)).Fault);
    }

    [Fact]
    public async Task A_closed_ledger_says_so_and_what_waited_was_written()
    {
        ActionLedger ledger = _place.Open();
        Task<Recording>[] all = [.. Enumerable.Range(0, 50).Select(_ => ledger.Record(LedgerPlace.One()))];
        ledger.Dispose();
        await Task.WhenAll(all);
        Assert.Equal(LedgerFault.Closed, (await Assert.ThrowsAsync<LedgerException>(() => ledger.Record(LedgerPlace.One()))).Fault);
        using ActionLedger again = _place.Open();
        Assert.Equal(50, again.LeftOpen.Count);
    }

    [Fact]
    public async Task All_files_are_for_our_user_alone()
    {
        using ActionLedger ledger = _place.Open();
        await ledger.Record(LedgerPlace.One());
        string[] files = Directory.GetFiles(Path.GetDirectoryName(_place.Database)!);
        Assert.Equal(["head", "ledger.db", "ledger.db-shm", "ledger.db-wal", "lock"], files.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(_place.Database)!));
    }

    [Fact]
    public void A_head_reads_what_it_wrote_and_nothing_else()
    {
        var head = new LedgerHead(17, new string('a', 64));
        Assert.Equal(head, LedgerHead.Parse(head.ToString()));
        Assert.Equal(head with { Sequence = 0 }, LedgerHead.Parse(head.Hash.ToUpperInvariant()));
        foreach (string wrong in (string[])["", ":", "17:", "0:" + head.Hash, "-1:" + head.Hash, "17:" + head.Hash[1..], head.Hash + "a", "x:" + head.Hash, head.Hash[1..] + "g"])
            Assert.Null(LedgerHead.Parse(wrong));
        Gen.String[Gen.Char["0123456789abcdefAF: -+"], 0, 90].Sample(text => LedgerHead.Parse(text) is not { } read || LedgerHead.Parse(read.ToString()) == read || read.Sequence == 0);
    }
}
