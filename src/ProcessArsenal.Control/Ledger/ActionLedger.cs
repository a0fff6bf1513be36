using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace ProcessArsenal.Control.Ledger;

/// <summary>The durable record of what was to be done and what came of it. What was answered is on the disk; what can't be recorded is refused with a
/// <see cref="LedgerException"/>, and whoever meets one must not act.</summary>
public sealed class ActionLedger : IDisposable
{
    /// <summary>How many actions, and how many changes of state, are recorded at once.</summary>
    public const int MostInBatch = 1000;

    private readonly FileStream _held;
    private readonly LedgerOptions _options;
    private readonly PolicyState _states;
    private readonly LedgerWriter _writer;
    private readonly Retention _retention;
    private readonly ConcurrentDictionary<long, byte> _open;

    private ActionLedger(FileStream held, AuditLog log, LedgerReader reader, string path, LedgerOptions options, TimeProvider time)
    {
        (_held, _options, Reader) = (held, options, reader);
        LeftOpen = ActionQueries.Open(log.Connection);
        _open = new ConcurrentDictionary<long, byte>(LeftOpen.Select(action => KeyValuePair.Create(action.Id, (byte)0)));
        _states = new PolicyState(time);
        foreach (StateEntry entry in ActionQueries.States(log.Connection)) _states.Set(entry);
        _retention = new Retention(options, path);
        _writer = new LedgerWriter(log, path, options, time, Tidy);
    }

    /// <summary>Opens the ledger of a state directory, makes it if there is none, and brings an older one up to date. No other exporter may have it.</summary>
    /// <exception cref="LedgerException">It can't be used; the message says why and what to do.</exception>
    public static ActionLedger Open(string stateDirectory, LedgerOptions options, TimeProvider time)
    {
        string path = LedgerDirectory.Database(stateDirectory);
        FileStream held = LedgerDirectory.Prepare(stateDirectory);
        SqliteConnection? connection = null;
        LedgerReader? reader = null;
        try
        {
            connection = LedgerDatabase.OpenToWrite(path, options.MaxBytes);
            AuditLog log = Begin(connection, path, time);
            if (HeadFile.Read(path) is { } noted && noted.Sequence > log.Head.Sequence)
                throw LedgerException.Broken(path, $"row {noted.Sequence} was recorded, and the last that is there is {log.Head.Sequence}: what came after it is lost, whether actions are paused too");
            reader = LedgerReader.Open(stateDirectory);
            return new ActionLedger(held, log, reader, path, options, time);
        }
        catch (Exception e)
        {
            reader?.Dispose();
            connection?.Dispose();
            held.Dispose();
            if (e is SqliteException wrong) throw LedgerException.Of(wrong, path);
            throw;
        }
    }

    /// <summary>What was open when the ledger was opened: we ended in between. Each is to be closed as <see cref="OutcomeKind.Interrupted"/>, after a look at what became of its target.</summary>
    public IReadOnlyList<ActionRecord> LeftOpen { get; }

    /// <summary>The last row: to be published off the host.</summary>
    public LedgerHead Head => _writer.Head;

    /// <summary>How many writes wait for the one before them.</summary>
    public int Waiting => _writer.Waiting;

    /// <summary>Lists, finds and checks.</summary>
    public LedgerReader Reader { get; }

    /// <summary>Something is about to be recorded.</summary>
    public void Expect() => _writer.Expect();

    /// <summary>Records what is about to be done, on the disk when the task is done. Only then, and only if it says <see cref="RecordingKind.Recorded"/>, may anybody act.</summary>
    /// <exception cref="LedgerException">It is not recorded.</exception>
    public Task<Recording> Record(IntentBatch batch)
    {
        if (batch.Entries.Count is 0 or > MostInBatch || batch.Changes.Count > MostInBatch) throw new LedgerException(LedgerFault.TooLarge, $"a batch has 1 to {MostInBatch} actions, and up to {MostInBatch} changes of state.");
        if (batch.Key is { } key && !IdempotencyKey.IsKey(key.Key)) throw new LedgerException(LedgerFault.TooLarge, $"an idempotency key has 1 to {IdempotencyKey.MaxLength} printable characters of ASCII.");
        StateRows.Check(batch.Changes);
        string? request = batch.Key is null ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(batch.Key.Request)));
        string[] contents = [.. batch.Entries.Select(entry => LedgerJson.Write(new IntentContent(entry.Intent, batch.Key?.Key, request), LedgerJson.Default.IntentContent))];
        string?[] outcomes = [.. batch.Entries.Select(entry => entry.Outcome is null ? null : LedgerJson.Write(entry.Outcome, LedgerJson.Default.Outcome))];
        string? subject = batch.Key is null ? null : $"{batch.Key.Caller}/{batch.Key.Key}";
        List<StateChange> before = [];
        return _writer.Run(Write, Undo, isUrgent: true);

        Recording Write(AuditLog log)
        {
            if (subject is not null && ActionQueries.RequestOf(log.Connection, subject) is { } earlier)
                return earlier == request ? new Recording(RecordingKind.Repeated, ActionQueries.ByKey(log.Connection, subject)) : new Recording(RecordingKind.Conflict, []);
            if (!StateRows.AreExpected(batch.Changes, _states)) return new Recording(RecordingKind.StateMoved, []);
            if (_open.Count + outcomes.Count(outcome => outcome is null) > _options.MostOpen) throw new LedgerException(LedgerFault.Overloaded, $"{_open.Count} actions are open already: nothing new is begun.");
            before = StateRows.Write(log, _states, batch.Changes, _options.MostStates);
            DateTimeOffset now = log.Now;
            var recorded = new List<ActionRecord>(contents.Length);
            for (int i = 0; i < contents.Length; i++)
            {
                IntentEntry entry = batch.Entries[i];
                long id = log.Append(AuditKind.Intent, null, subject, contents[i], now);
                if (outcomes[i] is { } outcome) log.Append(AuditKind.Outcome, id, null, outcome, now);
                else log.WhenCommitted(() => _open.TryAdd(id, 0));
                recorded.Add(new ActionRecord(id, now, entry.Intent, batch.Key?.Key, entry.Outcome, entry.Outcome is null ? null : now));
            }
            return new Recording(RecordingKind.Recorded, recorded);
        }

        void Undo(AuditLog log, Recording recording)
        {
            if (recording.Kind != RecordingKind.Recorded) return;
            var tooLate = new Outcome(OutcomeKind.Interrupted, log.Now) { Reason = "was recorded too late: nothing was done" };
            foreach (ActionRecord action in recording.Actions.Where(action => action.Outcome is null)) Close(log, action.Id, LedgerJson.Write(tooLate, LedgerJson.Default.Outcome));
            StateRows.Write(log, _states, [.. before.Where(change => StateRows.AreExpected([change], _states))], int.MaxValue);
        }
    }

    /// <summary>Records how an action ended, on the disk when the task is done.</summary>
    /// <param name="changes">What else changes with it: reservations given back.</param>
    /// <returns>False if it is not open: it has its outcome, and keeps it; then the changes are not made either.</returns>
    /// <exception cref="LedgerException">It is not recorded.</exception>
    public Task<bool> Close(long id, Outcome outcome, IReadOnlyList<StateChange>? changes = null)
    {
        string content = LedgerJson.Write(outcome, LedgerJson.Default.Outcome);
        StateRows.Check(changes ?? []);
        return _writer.Run(log =>
        {
            if (!Close(log, id, content)) return false;
            StateRows.Write(log, _states, changes ?? [], _options.MostStates);
            return true;
        });
    }

    /// <summary>Changes policy state, on the disk when the task is done; all of it or nothing.</summary>
    /// <returns>False if a state was not what its change expected: nothing was changed.</returns>
    /// <exception cref="LedgerException">It is not changed.</exception>
    public Task<bool> Change(IReadOnlyList<StateChange> changes)
    {
        if (changes.Count is 0 or > MostInBatch) throw new LedgerException(LedgerFault.TooLarge, $"1 to {MostInBatch} states are changed at once.");
        StateRows.Check(changes);
        List<StateChange> before = [];
        return _writer.Run(
            log =>
            {
                if (!StateRows.AreExpected(changes, _states)) return false;
                before = StateRows.Write(log, _states, changes, _options.MostStates);
                return true;
            },
            (log, _) => StateRows.Write(log, _states, [.. before.Where(change => StateRows.AreExpected([change], _states))], int.MaxValue));
    }

    /// <returns>Null if there is none, or it has expired.</returns>
    public StateEntry? State(string key) => _states.Get(key);

    /// <summary>All states in force whose keys begin in a given way.</summary>
    public IReadOnlyList<StateEntry> States(string prefix) => [.. _states.All.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))];

    /// <summary>Has something else written in a transaction, by the thread that writes. Whoever gives up waiting does not learn whether it was.</summary>
    /// <exception cref="LedgerException">It is not written, or not in time.</exception>
    internal Task<T> Write<T>(Func<AuditLog, T> work) => _writer.Run(work);

    /// <summary>Checks every row, and that the last that we wrote is among them.</summary>
    /// <param name="head">A head that was kept elsewhere; null: our own.</param>
    /// <exception cref="LedgerException">It can't be read now.</exception>
    /// <exception cref="OperationCanceledException"/>
    public AuditVerdict Verify(LedgerHead? head = null, CancellationToken cancellation = default) => Reader.Verify(head ?? Head, cancellation);

    /// <summary>Writes what still waits, and lets go of the ledger.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        Reader.Dispose();
        // If a disk that hangs may still write what it was given, nobody else gets the ledger as long as we live.
        if (_writer.HasEnded) _held.Dispose();
    }

    /// <summary>As often as the largest batch may have made necessary.</summary>
    private void Tidy(AuditLog log)
    {
        long? oldestOpen = _open.IsEmpty ? null : _open.Keys.Min();
        const int Rounds = (3 * MostInBatch / Retention.MostAtOnce) + 1;
        for (int round = 0; round < Rounds && _retention.Tidy(log, _states, oldestOpen); round++)
        {
        }
    }

    private bool Close(AuditLog log, long id, string content)
    {
        if (!_open.ContainsKey(id)) return false;
        log.Append(AuditKind.Outcome, id, null, content, log.Now);
        log.WhenCommitted(() => _open.TryRemove(id, out _));
        return true;
    }

    private static AuditLog Begin(SqliteConnection connection, string path, TimeProvider time)
    {
        var log = new AuditLog(connection, time);
        bool isNew = false;
        log.Transact(log =>
        {
            isNew = LedgerSchema.Migrate(connection, path, LedgerSchema.Steps) == 0;
            log.Load(path);
            if (!isNew) return;
            var content = new CreatedContent(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), LedgerSchema.Steps.Length);
            log.Append(AuditKind.Created, null, null, LedgerJson.Write(content, LedgerJson.Default.CreatedContent), log.Now);
        });
        if (!isNew) LedgerDatabase.CarryOver(connection); // Or the log would grow over runs that are killed.
        LedgerDatabase.Reserve(path);
        return log.Head.Sequence > 0 ? log : throw LedgerException.Broken(path, "all its rows were taken away");
    }
}
