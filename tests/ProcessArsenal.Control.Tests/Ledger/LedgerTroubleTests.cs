using System.Diagnostics;
using CsCheck;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Ledger;

/// <summary>What goes wrong with disks and files is said as what it is, in time.</summary>
public sealed class LedgerTroubleTests : IDisposable
{
    private readonly LedgerPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Rows_that_a_wrong_byte_in_the_log_takes_away_are_missed()
    {
        using var place = new LedgerPlace();
        using (ActionLedger ledger = place.Open())
        {
            for (int i = 0; i < 3; i++) await ledger.Record(LedgerPlace.One());
            using LedgerPlace crashed = LedgerPlace.Copy(place);
            File.Copy(Path.Join(place.State, "ledger", "head"), Path.Join(crashed.State, "ledger", "head"));
            using (FileStream log = File.OpenWrite(crashed.Database + "-wal"))
            {
                log.Seek(200, SeekOrigin.Begin);
                log.WriteByte(0xff);
            }
            Assert.Equal(LedgerFault.Damaged, crashed.FaultOfOpening());
        }
        Assert.Equal(0, new FileInfo(place.Database + "-wal") is { Exists: true } log2 ? log2.Length : 0); // An orderly end leaves nothing in the log.
        place.Open().Dispose();
    }

    [Fact]
    public async Task A_full_disk_refuses_and_once_there_is_room_all_goes_on()
    {
        string mount = Mount("size=600k");
        try
        {
            using var place = LedgerPlace.At(mount);
            var recorded = new List<long>();
            using (ActionLedger ledger = place.Open())
            {
                LedgerException full = await Assert.ThrowsAsync<LedgerException>(async () =>
                {
                    while (recorded.Count < 10_000) recorded.Add((await ledger.Record(LedgerPlace.One(key: $"k{recorded.Count}"))).Actions[0].Id);
                });
                Assert.Equal(LedgerFault.DiskFull, full.Fault);
                Assert.InRange(recorded.Count, 1, 9_999);
                LedgerHead head = ledger.Head;
                for (int i = 0; i < 10; i++) Assert.Equal(LedgerFault.DiskFull, (await Assert.ThrowsAsync<LedgerException>(() => ledger.Record(LedgerPlace.One()))).Fault);
                Assert.Equal(head, ledger.Head);
                Assert.Equal(recorded, ledger.Reader.Open().Select(action => action.Id)); // Seeing goes on.
                Assert.True(Run("mount", "-o", "remount,size=8m", mount));
                recorded.Add((await ledger.Record(LedgerPlace.One())).Actions[0].Id);
                Assert.True(ledger.Verify(head, TestContext.Current.CancellationToken).IsWhole);
            }
            using ActionLedger again = place.Open();
            Assert.Equal(recorded, again.LeftOpen.Select(action => action.Id));
        }
        finally
        {
            Run("umount", "-l", mount);
        }
    }

    [Theory]
    [InlineData("nr_inodes=1", LedgerFault.DiskFull)]
    [InlineData("nr_inodes=3", LedgerFault.DiskFull)]
    [InlineData("size=4k", LedgerFault.DiskFull)]
    [InlineData("ro", LedgerFault.ReadOnly)]
    public void A_disk_without_room_or_that_is_read_only_has_no_ledger(string option, LedgerFault fault)
    {
        string mount = Mount(option);
        try
        {
            using var place = LedgerPlace.At(mount);
            Assert.Equal(fault, place.FaultOfOpening());
        }
        finally
        {
            Run("umount", "-l", mount);
        }
    }

    [Fact]
    public async Task On_a_disk_that_became_read_only_it_is_not_opened_but_can_be_read_and_checked()
    {
        string mount = Mount("size=4m");
        try
        {
            using var place = LedgerPlace.At(mount);
            using (ActionLedger ledger = place.Open()) await ledger.Record(LedgerPlace.One());
            Assert.True(Run("mount", "-o", "remount,ro", mount));
            Assert.Equal(LedgerFault.ReadOnly, place.FaultOfOpening());
            Assert.True(place.Verify().IsWhole);
            using LedgerReader reader = LedgerReader.Open(mount);
            Assert.Single(reader.List(null, 10).Actions);
        }
        finally
        {
            Run("umount", "-l", mount);
        }
    }

    [Fact]
    public async Task Who_has_it_locked_is_waited_for_but_not_for_ever()
    {
        using ActionLedger ledger = _place.Open();
        using SqliteConnection other = _place.Connect();
        using (SqliteTransaction held = other.BeginTransaction(deferred: false))
        {
            LedgerException locked = await Assert.ThrowsAsync<LedgerException>(() => ledger.Record(LedgerPlace.One()));
            Assert.Equal(LedgerFault.Locked, locked.Fault);
            Assert.Empty(ledger.Reader.Open());
        }
        Assert.Equal(RecordingKind.Recorded, (await ledger.Record(LedgerPlace.One())).Kind);
    }

    [Fact]
    public async Task A_ledger_has_one_exporter_and_any_number_of_readers()
    {
        using (ActionLedger ledger = _place.Open())
        {
            Assert.Equal(LedgerFault.InUse, _place.FaultOfOpening());
            await ledger.Record(LedgerPlace.One());
            Assert.True(_place.Verify(ledger.Head).IsWhole);
            Assert.Equal(LedgerFault.InUse, _place.FaultOfOpening());
            await ledger.Record(LedgerPlace.One());
        }
        using ActionLedger again = _place.Open();
        Assert.Equal(2, again.LeftOpen.Count);
    }

    [Fact]
    public async Task A_database_that_is_taken_away_is_noticed()
    {
        using ActionLedger ledger = _place.Open();
        await ledger.Record(LedgerPlace.One());
        File.Move(_place.Database, _place.Database + ".old");
        Assert.Equal(LedgerFault.Damaged, (await Assert.ThrowsAsync<LedgerException>(() => ledger.Record(LedgerPlace.One()))).Fault);
    }

    [Fact]
    public async Task Rows_of_somebody_else_are_noticed_and_nothing_is_put_after_them()
    {
        using ActionLedger ledger = _place.Open();
        await ledger.Record(LedgerPlace.One());
        _place.Sql("INSERT INTO audit SELECT sequence + 1, recorded, kind, 0, subject, content, hash FROM audit ORDER BY sequence DESC LIMIT 1");
        Assert.Equal(LedgerFault.Damaged, (await Assert.ThrowsAsync<LedgerException>(() => ledger.Record(LedgerPlace.One()))).Fault);
        Assert.Equal(LedgerFault.Damaged, (await Assert.ThrowsAsync<LedgerException>(() => ledger.Record(LedgerPlace.One()))).Fault);
        Assert.Equal(AuditFinding.Changed, ledger.Verify(null, TestContext.Current.CancellationToken).Finding);
    }

    [Fact]
    public async Task An_end_that_was_cut_off_while_we_run_is_found_by_our_own_head()
    {
        using ActionLedger ledger = _place.Open();
        await ledger.Record(LedgerPlace.One());
        _place.Sql("DELETE FROM audit WHERE sequence > 1");
        Assert.Equal(AuditFinding.HeadNotFound, ledger.Verify(null, TestContext.Current.CancellationToken).Finding);
    }

    [Fact]
    public void A_file_that_is_no_ledger_is_left_as_it_is()
    {
        _place.Open().Dispose();
        byte[] good = File.ReadAllBytes(_place.Database);
        Gen.Frequency((1, Gen.Byte.Array[1, 9000]), (1, Gen.Int[1, good.Length - 1].Select(length => good[..length]))).Sample(
            bytes =>
            {
                File.WriteAllBytes(_place.Database, bytes);
                LedgerFault fault = _place.FaultOfOpening();
                return fault is LedgerFault.Damaged && File.ReadAllBytes(_place.Database).AsSpan().SequenceEqual(bytes);
            },
            iter: 60, threads: 1);
    }

    [Theory]
    [InlineData("CREATE TRIGGER t AFTER INSERT ON audit BEGIN DELETE FROM audit; END")]
    [InlineData("CREATE TABLE other (a)")]
    [InlineData("DROP INDEX audit_outcome")]
    [InlineData("ALTER TABLE audit ADD COLUMN more TEXT")]
    [InlineData("PRAGMA application_id = 1")]
    [InlineData("DELETE FROM audit")]
    [InlineData("UPDATE audit SET recorded = recorded + 1")]
    public void A_database_that_somebody_prepared_is_not_opened(string sql)
    {
        _place.Open().Dispose();
        _place.Sql(sql);
        Assert.Equal(LedgerFault.Damaged, _place.FaultOfOpening());
        Assert.ThrowsAny<Exception>(() => Assert.True(_place.Verify().IsWhole));
    }

    [Fact]
    public async Task Whatever_stands_in_a_row_reading_it_gives_it_or_says_that_it_is_damaged()
    {
        using (ActionLedger ledger = _place.Open())
        {
            await ledger.Record(LedgerPlace.One(key: "k") with { Changes = [new("budget", "1")] });
            await ledger.Close(ledger.Reader.Open()[0].Id, LedgerPlace.Done());
            await ledger.Record(LedgerPlace.One());
        }
        string[] contents = [.. _place.Sql<string>("SELECT content FROM audit ORDER BY sequence")];
        Gen<string> broken = Gen.Select(Gen.Int[0, contents.Length - 1], Gen.Int[0, 300], Gen.Int[0, 30], Gen.String[0, 10])
            .Select((i, at, length, put) => contents[i][..Math.Min(at, contents[i].Length)] + put + contents[i][Math.Min(at + length, contents[i].Length)..]);
        Gen.Select(Gen.Frequency((3, broken), (1, Gen.String)), Gen.Bool.Select(yes => yes ? "subject" : "content"), Gen.Int[1, contents.Length]).Sample(
            (text, column, row) =>
            {
                using LedgerPlace copy = LedgerPlace.Copy(_place);
                using (SqliteConnection connection = copy.Connect())
                using (SqliteCommand command = connection.CreateCommand())
                {
                    command.CommandText = $"UPDATE audit SET {(column == "subject" ? "subject = NULL" : "content = $text")} WHERE sequence = {row}";
                    command.Parameters.AddWithValue("$text", text);
                    command.ExecuteNonQuery();
                }
                Try(() =>
                {
                    using LedgerReader reader = LedgerReader.Open(copy.State);
                    reader.List(null, 10, new ActionFilter { Policy = "p" });
                    reader.List(null, 10);
                });
                Try(() => copy.Open().Dispose());
                Assert.False(copy.Verify().IsWhole && contents[row - 1] != text && column != "subject");

                static void Try(Action read)
                {
                    try
                    {
                        read();
                    }
                    catch (LedgerException e)
                    {
                        Assert.Equal(LedgerFault.Damaged, e.Fault);
                    }
                }
            },
            iter: 200, threads: 1);
    }

    [Fact]
    public void A_link_or_a_file_that_others_may_write_to_is_not_trusted()
    {
        _place.Open().Dispose();
        string elsewhere = Path.Join(_place.State, "elsewhere");
        File.SetUnixFileMode(_place.Database, File.GetUnixFileMode(_place.Database) | UnixFileMode.OtherWrite);
        Assert.Equal(LedgerFault.Unavailable, _place.FaultOfOpening());
        File.Move(_place.Database, elsewhere);
        File.CreateSymbolicLink(_place.Database, elsewhere);
        Assert.Equal(LedgerFault.Unavailable, _place.FaultOfOpening());
        File.Delete(_place.Database);
        File.CreateSymbolicLink(_place.Database, Path.Join(_place.State, "nowhere"));
        Assert.Equal(LedgerFault.Unavailable, _place.FaultOfOpening());
        string folder = Path.GetDirectoryName(_place.Database)!;
        Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(elsewhere + "-folder");
        Directory.CreateSymbolicLink(folder, elsewhere + "-folder");
        Assert.Equal(LedgerFault.Unavailable, _place.FaultOfOpening());
        Assert.Empty(Directory.GetFileSystemEntries(elsewhere + "-folder"));
    }

    [Fact]
    public void Where_there_is_none_a_reader_says_so()
    {
        Assert.Equal(LedgerFault.Missing, Assert.Throws<LedgerException>(() => LedgerReader.Open(_place.State)).Fault);
        Assert.Equal(LedgerFault.Missing, Assert.Throws<LedgerException>(() => LedgerReader.Open(Path.Join(_place.State, "nowhere"))).Fault);
        Directory.CreateDirectory(Path.GetDirectoryName(_place.Database)!);
        File.WriteAllBytes(_place.Database, []);
        Assert.Equal(LedgerFault.Missing, Assert.Throws<LedgerException>(() => LedgerReader.Open(_place.State)).Fault);
        _place.Open().Dispose(); // We ended before the first row, and make it now.
        Assert.True(_place.Verify().IsWhole);
    }

    [Fact]
    public async Task A_disk_that_hangs_keeps_nobody_waiting_and_what_it_wrote_too_late_is_closed()
    {
        using ActionLedger ledger = _place.Open(new LedgerOptions { Patience = TimeSpan.FromSeconds(3), MostWaiting = 4 });
        await ledger.Change([new("budget", "9"), new("cooldown", "1")]);
        using (SqliteConnection other = _place.Connect())
        {
            Task<Recording> slow, late;
            using (SqliteTransaction held = other.BeginTransaction(deferred: false))
            {
                slow = ledger.Record(LedgerPlace.One() with { Changes = [new("budget", "8"), new("new", "1"), new("cooldown", null)] });
                late = ledger.Record(LedgerPlace.One());
                await Eventually.True("the first is being written", () => ledger.Waiting == 1);
                _place.Time.Advance(TimeSpan.FromSeconds(3));
                Assert.Equal(LedgerFault.TooSlow, (await Assert.ThrowsAsync<LedgerException>(() => slow)).Fault);
                Assert.Equal(LedgerFault.TooSlow, (await Assert.ThrowsAsync<LedgerException>(() => late)).Fault);
            }
        }
        Assert.True(await ledger.Change([new("barrier", "1")]));
        Assert.Empty(ledger.Reader.Open());
        // Whether the one that had begun got through depends on when the lock was let go; the other was never begun.
        foreach (ActionRecord action in ledger.Reader.List(null, 10).Actions)
            Assert.Equal((OutcomeKind.Interrupted, "was recorded too late: nothing was done"), (action.Outcome!.Kind, action.Outcome.Reason));
        Assert.InRange(ledger.Reader.List(null, 10).Actions.Count, 0, 1);
        Assert.Equal(["9", "1", null], ((string[])["budget", "cooldown", "new"]).Select(key => ledger.State(key)?.Value));
        Assert.True(ledger.Verify(null, TestContext.Current.CancellationToken).IsWhole);
    }

    [Fact]
    public async Task Who_gives_up_has_undone_what_is_written_after_all()
    {
        _place.Open().Dispose();
        var time = new FakeTimeProvider();
        using SqliteConnection connection = LedgerDatabase.OpenToWrite(_place.Database, long.MaxValue / 4);
        var log = new AuditLog(connection, time);
        log.Transact(log => log.Load(_place.Database));
        using var isThere = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var undone = new List<int>();
        using (var writer = new LedgerWriter(log, _place.Database, new LedgerOptions { MostWaiting = 1 }, time, _ => { }))
        {
            Task<int> slow = writer.Run(_ => { isThere.Set(); goOn.Wait(); return 1; }, (_, result) => undone.Add(result));
            isThere.Wait(TestContext.Current.CancellationToken);
            Task<int> waits = writer.Run(_ => 2, (_, result) => undone.Add(result));
            Assert.Equal(LedgerFault.Overloaded, (await Assert.ThrowsAsync<LedgerException>(() => writer.Run(_ => 3))).Fault);
            time.Advance(TimeSpan.FromSeconds(5));
            Assert.Equal(LedgerFault.TooSlow, (await Assert.ThrowsAsync<LedgerException>(() => slow)).Fault);
            Assert.Equal(LedgerFault.TooSlow, (await Assert.ThrowsAsync<LedgerException>(() => waits)).Fault);
            goOn.Set();
            await Eventually.True("the queue is empty", () => writer.Waiting == 0);
            Assert.Equal(4, await writer.Run(_ => 4));
        }
        Assert.Equal([1], undone);
    }

    private string Mount(string option)
    {
        string mount = Path.Join(_place.State, "mount");
        Directory.CreateDirectory(mount);
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", option, "tmpfs", mount), "only root may mount");
        return mount;
    }

    private static bool Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
