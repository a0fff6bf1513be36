using System.Buffers.Binary;
using System.Globalization;
using CsCheck;
using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Tests.Ledger;

/// <summary>Whatever was acknowledged is there after a crash, of us or of the machine.</summary>
public sealed class LedgerCrashTests : IDisposable
{
    private readonly LedgerPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Killed_at_any_moment_no_acknowledged_row_is_lost_and_each_intent_gets_one_outcome()
    {
        var random = new Random(1);
        var all = new List<string>();
        LedgerHead? before = null;
        for (int round = 0; round < 10; round++)
        {
            using var program = new JournalProgram(_place.State, 100_000);
            program.Read(1);
            program.Read(random.Next(0, 800)); // Past where the log is carried over into the database, too.
            program.EndAtOnce();

            using ActionLedger ledger = _place.Open();
            Assert.True(ledger.Verify(before, TestContext.Current.CancellationToken).IsWhole);
            HashSet<long> open = [.. ledger.LeftOpen.Select(action => action.Id)];
            // The last may have been closed without a word of it.
            Assert.Subset(open, program.Recorded.SkipLast(1).Select(action => action.Id).Where(id => !program.Closed.Contains(id)).ToHashSet());
            // At most one that was not acknowledged any more, or whose end was not.
            Assert.InRange(open.Count, 0, program.Recorded.Count - program.Closed.Count + 1);
            foreach ((long id, string key, _) in program.Recorded)
            {
                ActionRecord? action = ledger.Reader.Find(id);
                Assert.Equal(key, action?.IdempotencyKey);
                if (program.Closed.Contains(id)) Assert.Equal(OutcomeKind.Succeeded, action!.Outcome!.Kind);
                all.Add(key);
            }
            if (program.Recorded.Count > 0) Assert.InRange(int.Parse(ledger.State("count")!.Value, CultureInfo.InvariantCulture), program.Recorded.Count - 1, program.Recorded.Count);
            foreach (ActionRecord action in ledger.LeftOpen) Assert.True(await ledger.Close(action.Id, new Outcome(OutcomeKind.Interrupted, LedgerPlace.Now)));
            foreach (string key in all)
            {
                IntentBatch again = LedgerPlace.One() with { Key = new IdempotencyKey("admin", key, "kill 4711-1234-89abcdef") };
                if (random.Next(20) == 0) Assert.Equal(RecordingKind.Repeated, (await ledger.Record(again)).Kind);
            }
            before = ledger.Head;
        }
        Assert.NotEmpty(all);
        using LedgerReader reader = LedgerReader.Open(_place.State);
        Assert.Empty(reader.Open());
        TestContext.Current.TestOutputHelper!.WriteLine($"{all.Count} acknowledged intents over 10 kills, none lost");
    }

    [Fact]
    public void Killed_while_old_rows_are_taken_away_the_chain_is_whole_and_the_newest_are_there()
    {
        var random = new Random(2);
        LedgerHead? before = null;
        for (int round = 0; round < 6; round++)
        {
            using var program = new JournalProgram(_place.State, 100_000, maxRows: 60);
            program.Read(1);
            program.Read(random.Next(100, 400));
            program.EndAtOnce();
            using ActionLedger ledger = _place.Open();
            Assert.InRange(ledger.LeftOpen.Count, 0, 1 + round); // Nobody closes them here.
            foreach ((long id, string key, _) in program.Recorded.TakeLast(10)) Assert.Equal(key, ledger.Reader.Find(id)?.IdempotencyKey);
            AuditVerdict verdict = ledger.Verify(before, TestContext.Current.CancellationToken);
            Assert.True(verdict.Finding is AuditFinding.Whole or AuditFinding.HeadTooOld, verdict.Message);
            Assert.True(ledger.Verify(null, TestContext.Current.CancellationToken).IsWhole);
            if (round == 0) Assert.InRange(verdict.Removed, 1, long.MaxValue);
            before = ledger.Head;
        }
    }

    [Fact]
    public void The_log_does_not_grow_over_runs_that_are_killed()
    {
        for (int round = 0; round < 4; round++)
        {
            using var program = new JournalProgram(_place.State, 100);
            program.Read(int.MaxValue);
            program.EndAtOnce();
        }
        // 100 actions are some 3 MB: what a run finds it carries over, and then begins the log anew.
        Assert.InRange(new FileInfo(_place.Database + "-wal").Length, 1, LedgerDatabase.LogBytes);
    }

    [Fact]
    public void After_a_power_cut_what_was_acknowledged_is_there_whatever_became_of_the_bytes_behind_it()
    {
        using var program = new JournalProgram(_place.State, 80);
        program.Read(int.MaxValue);
        program.EndAtOnce();
        byte[] log = File.ReadAllBytes(_place.Database + "-wal");
        // The first commit made the tables; each that follows was synced before it was acknowledged (the test below). None was carried over yet.
        int[] commits = [.. Commits(log)];
        (long Id, string Key, int Rows)[] told = [.. program.Recorded];
        Assert.Equal((80, 1 + 80 + 54), (told.Length, commits.Length));
        Gen.Select(Gen.Int[0, told.Length - 1], Gen.Int[0, 40_000], Gen.Byte.Array[0, 9000]).Sample(
            (at, more, garbage) =>
            {
                using LedgerPlace after = LedgerPlace.Copy(_place);
                int whole = Math.Min(commits[told[at].Rows] + more, log.Length);
                File.WriteAllBytes(after.Database + "-wal", [.. log[..whole], .. garbage]);
                using ActionLedger ledger = after.Open();
                Assert.True(ledger.Verify(null, TestContext.Current.CancellationToken).IsWhole);
                foreach ((long id, string key, _) in told[..(at + 1)]) Assert.Equal(key, ledger.Reader.Find(id)?.IdempotencyKey);
            },
            iter: 60, threads: 1);
    }

    /// <summary>Where each commit ends in a write-ahead log: https://www.sqlite.org/fileformat2.html#walformat.</summary>
    private static IEnumerable<int> Commits(byte[] log)
    {
        const int Header = 32, FrameHeader = 24, Page = 4096, CommitSize = 4, Salt = 8, HeaderSalt = 16;
        for (int at = Header; at + FrameHeader + Page <= log.Length && log.AsSpan(at + Salt, 8).SequenceEqual(log.AsSpan(HeaderSalt, 8)); at += FrameHeader + Page)
            if (BinaryPrimitives.ReadInt32BigEndian(log.AsSpan(at + CommitSize)) != 0) yield return at + FrameHeader + Page;
    }

    [Fact]
    public void Nothing_is_acknowledged_before_it_is_synced()
    {
        string trace = Path.Join(_place.State, "trace");
        const string Strace = "/usr/bin/strace";
        Assert.SkipUnless(File.Exists(Strace), $"{Strace} is missing.");
        using (var program = new JournalProgram(_place.State, 400, before: [Strace, "-f", "-y", "-qq", "-e", "trace=write,pwrite64,fsync,fdatasync", "-o", trace]))
        {
            int code = program.WaitForEnd();
            Assert.SkipWhen(code != 0 && program.Recorded.Count == 0, "Nobody may be traced here.");
            Assert.Equal((0, 400), (code, program.Recorded.Count));
        }
        bool isDirty = false;
        int acknowledged = 0, synced = 0;
        foreach (string line in File.ReadLines(trace))
        {
            if (line.Contains("ledger.db-wal>", StringComparison.Ordinal))
            {
                isDirty = line.Contains("write", StringComparison.Ordinal);
                if (!isDirty) synced++;
            }
            else if (line.Contains("\"intent ", StringComparison.Ordinal) || line.Contains("\"closed ", StringComparison.Ordinal))
            {
                Assert.False(isDirty, line);
                acknowledged++;
            }
        }
        Assert.Equal(400 + 267, acknowledged);
        Assert.InRange(synced, acknowledged, int.MaxValue);
    }
}
