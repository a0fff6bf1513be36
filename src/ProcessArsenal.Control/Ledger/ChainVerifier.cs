using Microsoft.Data.Sqlite;

namespace ProcessArsenal.Control.Ledger;

/// <summary>Goes through the whole chain.</summary>
internal static class ChainVerifier
{
    /// <param name="head">A head that was kept elsewhere; null: none.</param>
    /// <exception cref="LedgerException">It can't be read now; what can never be read is a finding.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static AuditVerdict Verify(SqliteConnection connection, string path, LedgerHead? head, CancellationToken cancellation)
    {
        var walk = new Walk(head);
        try
        {
            using SqliteTransaction one = connection.BeginTransaction(deferred: true); // all of it as it is at one moment
            if (LedgerDatabase.Text(connection, "PRAGMA integrity_check(1)") is { } broken and not "ok")
                return new AuditVerdict(AuditFinding.Unreadable, null, 0, 0, null, $"the file is broken: {broken}");
            (walk.Last, walk.LastHash) = AuditChain.Base(connection, path);
            walk.Base = walk.Last;
            walk.Meet();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = $"SELECT {AuditChain.Columns} FROM audit ORDER BY sequence";
            using SqliteDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                cancellation.ThrowIfCancellationRequested();
                if (walk.Step(AuditChain.Row(reader, out byte[] hash), hash) is { } wrong) return wrong;
            }
            AuditVerdict end = walk.End();
            return end.IsWhole && DeliveryVerifier.Verify(connection, cancellation) is var (finding, text) ? walk.Say(finding, null, text) : end;
        }
        catch (SqliteException e) when (LedgerException.Of(e, path) is { Fault: not LedgerFault.Damaged } passing)
        {
            throw passing;
        }
        catch (Exception e) when (e is SqliteException or LedgerException { Fault: LedgerFault.Damaged } or InvalidCastException or FormatException)
        {
            return walk.Say(AuditFinding.Unreadable, walk.Last + 1, $"can't be read: {e.Message}");
        }
    }

    private sealed class Walk(LedgerHead? head)
    {
        private bool _met;

        public long Base { get; set; }
        public long Last { get; set; }
        public byte[] LastHash { get; set; } = AuditRow.NoHash;

        private string LastText => Convert.ToHexStringLower(LastHash);

        /// <summary>Whether the head is where we are: by its hash, which no two rows share.</summary>
        public void Meet() => _met |= head is not null && Last > 0 && head.Hash == LastText && (head.Sequence == 0 || head.Sequence == Last);

        public AuditVerdict? Step(in AuditRow row, byte[] hash)
        {
            if (row.Sequence <= Last) return Say(AuditFinding.Missing, row.Sequence, "is there, but was removed long ago: it was put in.");
            if (row.Sequence != Last + 1) return Say(AuditFinding.Missing, Last + 1, row.Sequence == Last + 2 ? "is missing." : $"and those up to {row.Sequence - 1} are missing.");
            if (!row.Hash(LastHash).AsSpan().SequenceEqual(hash)) return Say(AuditFinding.Changed, row.Sequence, "is not what was written, or the one before it is not.");
            (Last, LastHash) = (row.Sequence, hash);
            Meet();
            return null;
        }

        public AuditVerdict End()
        {
            if (Last == Base) return Say(AuditFinding.Missing, Base + 1, "is missing, and so is all that followed.");
            if (head is null || _met) return Say(AuditFinding.Whole, null, $"{Last - Base} rows, none changed or missing.");
            return head.Sequence > 0 && head.Sequence < Base
                ? Say(AuditFinding.HeadTooOld, null, $"nothing is changed or missing after row {Base}, but the head is of row {head.Sequence}, which is not kept any more: ask with a later one.")
                : Say(AuditFinding.HeadNotFound, null, "the head is of none of these rows: the end was cut off, or they were written anew"
                    + (head.Sequence == 0 && Base > 0 ? $"; or it is of a row up to {Base}, which are not kept any more." : "."));
        }

        public AuditVerdict Say(AuditFinding finding, long? row, string text) => new(
            finding, row, Last - Base, Base, Last == 0 ? null : new LedgerHead(Last, LastText), row is null ? text : $"row {row} {text}");
    }
}
