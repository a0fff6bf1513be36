using Microsoft.Data.Sqlite;
using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Tests.Ledger;

public sealed class LedgerSchemaTests : IDisposable
{
    private static readonly string[] Later = [.. LedgerSchema.Steps, "CREATE TABLE more (a INTEGER) STRICT", "ALTER TABLE more ADD COLUMN b TEXT"];

    private readonly LedgerPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task An_older_one_is_brought_up_to_date_step_by_step_and_keeps_its_rows()
    {
        using (ActionLedger ledger = _place.Open()) await ledger.Record(LedgerPlace.One());
        using (SqliteConnection connection = _place.Connect())
        {
            int ours = LedgerSchema.Steps.Length;
            Assert.Equal(ours, LedgerSchema.Migrate(connection, _place.Database, Later[..(ours + 1)]));
            Assert.Equal(ours + 1, LedgerSchema.Migrate(connection, _place.Database, Later));
            Assert.Equal(ours + 2, LedgerSchema.Migrate(connection, _place.Database, Later));
            Assert.Equal(ours + 2, LedgerDatabase.Number(connection, "PRAGMA user_version"));
        }
        Assert.Equal(2, _place.Sql<long>("SELECT count(*) FROM audit")[0]);
    }

    [Fact]
    public void A_later_one_is_left_to_the_version_that_wrote_it()
    {
        _place.Open().Dispose();
        using (SqliteConnection connection = _place.Connect()) LedgerSchema.Migrate(connection, _place.Database, Later);
        Assert.Equal(LedgerFault.Newer, _place.FaultOfOpening());
        Assert.Equal(LedgerFault.Newer, Assert.Throws<LedgerException>(() => _place.Verify()).Fault);
    }

    [Fact]
    public void What_was_released_is_never_changed()
    {
        // A ledger of a host that is not brought up to date must still be known: its tables, and how its rows are hashed.
        Assert.Equal("3094a4af", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(LedgerSchema.Steps[0])))[..8]);
        AuditRow row = AuditRow.Of(7, LedgerPlace.Now, AuditKind.Outcome, 6, null, """{"kind":"succeeded"}""");
        Assert.Equal("e3f57f7f6d4c0c66", Convert.ToHexStringLower(row.Hash(AuditRow.NoHash))[..16]);
    }

    [Fact]
    public void No_two_rows_are_written_alike()
    {
        AuditRow row = AuditRow.Of(7, LedgerPlace.Now, "ab", 6, "cd", "ef");
        AuditRow[] others =
        [
            row with { Sequence = 8 }, row with { Recorded = row.Recorded + 1 }, row with { Action = null }, row with { Action = 0 }, row with { Subject = null }, row with { Subject = [] },
            AuditRow.Of(7, LedgerPlace.Now, "a", 6, "bcd", "ef"), AuditRow.Of(7, LedgerPlace.Now, "ab", 6, "cde", "f"), AuditRow.Of(7, LedgerPlace.Now, "abcd", 6, "", "ef"),
        ];
        Assert.Equal(others.Length + 1, others.Append(row).Select(other => Convert.ToHexString(other.Hash(AuditRow.NoHash))).Distinct().Count());
    }
}
