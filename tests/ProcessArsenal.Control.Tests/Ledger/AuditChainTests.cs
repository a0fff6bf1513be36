using System.Globalization;
using System.Text.Json;
using CsCheck;
using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Tests.Ledger;

/// <summary>Whatever is done to a row is found. Each tampering is made to a copy of a ledger that has rows of every kind.</summary>
public sealed class AuditChainTests : IAsyncLifetime
{
    private const string Dump = "SELECT group_concat(quote(sequence) || quote(recorded) || quote(kind) || quote(action) || quote(subject) || hex(content) || quote(hash), char(10)) FROM (SELECT * FROM audit ORDER BY sequence)";

    private readonly LedgerPlace _place = new();
    private LedgerHead _head = null!;
    private List<long> _rows = null!;

    public async ValueTask InitializeAsync()
    {
        // Few rows are kept, so that there is a checkpoint too.
        using (ActionLedger ledger = _place.Open(new LedgerOptions { MaxRows = 12 }))
        {
            for (int i = 0; i < 6; i++)
            {
                IntentBatch batch = LedgerPlace.One(LedgerPlace.Intent(policy: i % 2 == 0 ? "p" : null) with { Details = JsonElement.Parse("""{"x":"\u0000é"}""") }, key: $"k{i}");
                long id = (await ledger.Record(batch with { Changes = [new StateChange("budget", $"{i}")] })).Actions[0].Id;
                if (i % 3 > 0) await ledger.Close(id, LedgerPlace.Done());
                else await ledger.Close(id, new Outcome(OutcomeKind.Failed, LedgerPlace.Now));
            }
            await ledger.Record(LedgerPlace.One());
        }
        using (ActionLedger ledger = _place.Open())
        {
            await ledger.Record(LedgerPlace.One());
            _head = ledger.Head;
        }
        _rows = _place.Sql<long>("SELECT sequence FROM audit ORDER BY sequence");
        Assert.Equal(["checkpoint", "intent", "outcome", "state"], _place.Sql<string>("SELECT DISTINCT kind FROM audit ORDER BY kind"));
    }

    public ValueTask DisposeAsync()
    {
        _place.Dispose();
        return default;
    }

    [Fact]
    public void What_nobody_touched_is_whole()
    {
        Assert.Equal(AuditFinding.Whole, _place.Verify().Finding);
        AuditVerdict verdict = _place.Verify(_head);
        Assert.Equal((AuditFinding.Whole, _head, _rows.Count), (verdict.Finding, verdict.Head, verdict.Rows));
        Assert.True(_place.Verify(_head with { Sequence = 0 }).IsWhole);
        Assert.Equal(_rows[0] - 1, verdict.Removed);
    }

    [Theory]
    [InlineData("sequence = sequence + 1000000")]
    [InlineData("sequence = -sequence")]
    [InlineData("sequence = 0")]
    [InlineData("recorded = recorded + 1")]
    [InlineData("recorded = -recorded")]
    [InlineData("kind = kind || 's'")]
    [InlineData("kind = 'checkpoint_'")]
    [InlineData("kind = kind || char(0)")]
    [InlineData("kind = ''")]
    [InlineData("action = coalesce(action, 0) + 1000000")]
    [InlineData("action = CASE WHEN action IS NULL THEN 0 ELSE NULL END")]
    [InlineData("subject = coalesce(subject, '') || 'x'")]
    [InlineData("subject = CASE WHEN subject IS NULL THEN '' ELSE NULL END")]
    [InlineData("subject = coalesce(subject, '') || char(0)")]
    [InlineData("content = content || ' '")]
    [InlineData("content = content || char(0) || 'x'")]
    [InlineData("content = ''")]
    [InlineData("content = '{}'")]
    [InlineData("content = replace(content, '}', ',\"x\":1}')")]
    [InlineData("hash = zeroblob(32)")]
    [InlineData("hash = x''")]
    [InlineData("hash = CAST(hash || x'00' AS BLOB)")]
    [InlineData("hash = substr(hash, 2)")]
    public void A_changed_column_is_found_in_every_row(string change)
    {
        foreach (long row in _rows)
        {
            AuditVerdict verdict = Tampered(string.Create(CultureInfo.InvariantCulture, $"UPDATE audit SET {change} WHERE sequence = {row}"));
            Assert.False(verdict.IsWhole, $"row {row}: {verdict.Message}");
        }
    }

    [Fact]
    public void A_missing_row_is_found_and_a_cut_end_by_a_head_kept_elsewhere()
    {
        foreach (long row in _rows)
        {
            AuditVerdict verdict = Tampered($"DELETE FROM audit WHERE sequence = {row}");
            Assert.Equal(row == _rows[^1] ? AuditFinding.HeadNotFound : AuditFinding.Missing, verdict.Finding);
            if (row != _rows[^1]) Assert.InRange(verdict.Row!.Value, 1, row);
            Assert.False(Tampered($"DELETE FROM audit WHERE sequence >= {row}").IsWhole);
            if (row != _rows[^1]) Assert.False(Tampered($"DELETE FROM audit WHERE sequence <= {row}").IsWhole);
        }
        Assert.False(Tampered("DELETE FROM audit").IsWhole);
        using LedgerPlace copy = LedgerPlace.Copy(_place);
        copy.Sql($"DELETE FROM audit WHERE sequence = {_rows[^1]}");
        Assert.True(copy.Verify().IsWhole); // Nobody can tell without a head.
        Assert.Equal(AuditFinding.HeadNotFound, copy.Verify(_head with { Sequence = 0 }).Finding);
    }

    [Fact]
    public void Exchanged_rows_are_found()
    {
        foreach (long row in _rows.SkipLast(1))
        {
            // With their hashes, or each with the hash that was at its new place.
            foreach (string hash in (string[])["hash", $"(SELECT hash FROM two o WHERE o.sequence = 2 * {row} + 1 - two.sequence)"])
            {
                AuditVerdict verdict = Tampered($"""
                    CREATE TEMP TABLE two AS SELECT * FROM audit WHERE sequence IN ({row}, {row} + 1);
                    DELETE FROM audit WHERE sequence IN ({row}, {row} + 1);
                    INSERT INTO audit SELECT 2 * {row} + 1 - sequence, recorded, kind, action, subject, content, {hash} FROM two;
                    """);
                Assert.False(verdict.IsWhole, $"row {row}: {verdict.Message}");
            }
        }
    }

    [Fact]
    public void A_row_put_in_is_found_wherever()
    {
        const string Copy = "recorded, 'state', NULL, 'budget', content, hash FROM audit WHERE sequence =";
        foreach (long place in (long[])[-1, 0, 1, _rows[0] - 1, _rows[^1] + 1, _rows[^1] + 2])
            Assert.Equal(place > _rows[^1] + 1 || place < _rows[0] ? AuditFinding.Missing : AuditFinding.Changed, Tampered($"INSERT INTO audit SELECT {place}, {Copy} {_rows[3]}").Finding);
        // All that follow make room.
        foreach (long row in _rows)
        {
            Assert.False(Tampered($"""
                UPDATE audit SET sequence = -sequence WHERE sequence >= {row};
                UPDATE audit SET sequence = 1 - sequence WHERE sequence < 0;
                INSERT INTO audit SELECT {row}, {Copy} {_rows[^1]} + 1;
                """).IsWhole);
        }
    }

    [Fact]
    public void A_chain_written_anew_by_one_who_knows_how_is_found_by_a_head_kept_elsewhere()
    {
        using LedgerPlace copy = LedgerPlace.Copy(_place);
        long from = _rows[2];
        List<byte[]> hashes = copy.Sql<byte[]>($"SELECT hash FROM audit WHERE sequence = {from} - 1");
        copy.Sql($"UPDATE audit SET recorded = recorded + 1 WHERE sequence = {from}");
        foreach (long row in _rows.Where(row => row >= from))
        {
            using Microsoft.Data.Sqlite.SqliteConnection connection = copy.Connect();
            using Microsoft.Data.Sqlite.SqliteCommand command = connection.CreateCommand();
            command.CommandText = $"SELECT {AuditChain.Columns} FROM audit WHERE sequence = {row}";
            using (Microsoft.Data.Sqlite.SqliteDataReader reader = command.ExecuteReader())
            {
                Assert.True(reader.Read());
                hashes.Add(AuditChain.Row(reader, out _).Hash(hashes[^1]));
            }
            command.CommandText = $"UPDATE audit SET hash = x'{Convert.ToHexString(hashes[^1])}' WHERE sequence = {row}";
            command.ExecuteNonQuery();
        }
        Assert.True(copy.Verify().IsWhole);
        Assert.Equal(AuditFinding.HeadNotFound, copy.Verify(_head).Finding);
        Assert.Equal(AuditFinding.HeadNotFound, copy.Verify(_head with { Sequence = 0 }).Finding);
    }

    [Fact]
    public void Any_few_changes_of_any_rows_are_found()
    {
        string[] columns = ["recorded", "kind", "action", "subject", "content", "hash"];
        Gen<string> change = Gen.OneOf(
            Gen.Select(AnyRow, Gen.Int[0, columns.Length - 1].Select(i => columns[i]), AnyRow).Where(t => t.Item1 != t.Item3)
                .Select((row, column, other) => $"UPDATE OR IGNORE audit SET {column} = (SELECT {column} FROM audit WHERE sequence = {other}) WHERE sequence = {row};"),
            Gen.Select(AnyRow, Gen.Long[1, 1_000_000]).Select((row, by) => $"UPDATE audit SET recorded = recorded + {by} WHERE sequence = {row};"),
            Gen.Select(AnyRow, Gen.Byte).Select((row, at) => $"UPDATE audit SET content = substr(content, 1, {at}) || char({at % 95 + 32}) || substr(content, {at} + 2) WHERE sequence = {row};"),
            AnyRow.Select(row => $"DELETE FROM audit WHERE sequence = {row};"));
        string original = _place.Sql<string>(Dump)[0];
        change.Array[1, 3].Sample(
            changes =>
            {
                using LedgerPlace copy = LedgerPlace.Copy(_place);
                copy.Sql(string.Concat(changes));
                return copy.Verify(_head).IsWhole == (copy.Sql<string>(Dump) is [var now] && now == original);
            },
            iter: 200, threads: 1);
    }

    [Fact]
    public void Any_bytes_of_the_file_overwritten_are_found_or_make_no_difference()
    {
        byte[] file = File.ReadAllBytes(_place.Database);
        string original = _place.Sql<string>(Dump)[0];
        Gen.Select(Gen.Int[0, file.Length - 1], Gen.Byte.Array[1, 64]).Array[1, 4].Sample(
            scribbles =>
            {
                using LedgerPlace copy = LedgerPlace.Copy(_place);
                byte[] bytes = [.. file];
                foreach ((int at, byte[] scribble) in scribbles) scribble.AsSpan(0, Math.Min(scribble.Length, bytes.Length - at)).CopyTo(bytes.AsSpan(at));
                File.WriteAllBytes(copy.Database, bytes);
                try
                {
                    return !copy.Verify(_head).IsWhole || copy.Sql<string>(Dump)[0] == original;
                }
                catch (LedgerException e)
                {
                    return e.Fault is LedgerFault.Damaged or LedgerFault.Newer or LedgerFault.Missing or LedgerFault.Unavailable;
                }
            },
            iter: 300, threads: 1);
    }

    private Gen<long> AnyRow => Gen.Int[0, _rows.Count - 1].Select(i => _rows[i]);

    private AuditVerdict Tampered(string sql)
    {
        using LedgerPlace copy = LedgerPlace.Copy(_place);
        copy.Sql(sql);
        return copy.Verify(_head);
    }
}
