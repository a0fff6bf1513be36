using Microsoft.Data.Sqlite;

namespace ProcessArsenal.Control.Ledger;

/// <summary>The one thread that writes. A disk that hangs holds this thread, and nobody who waits for it beyond his patience.</summary>
internal sealed class LedgerWriter : IDisposable
{
    private readonly object _lock = new();
    private readonly Queue<WriteJob> _waiting = new();
    private readonly string _path;
    private readonly LedgerOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<AuditLog> _tidy;
    private readonly HeadFile _noted;
    private readonly LogCarrier _carrier;
    private readonly Thread _thread;
    private AuditLog? _log;
    private bool _closing, _expects;
    private long _bytesBeside;
    private volatile LedgerHead _head;

    /// <param name="tidy">Called after each job, by the thread that writes.</param>
    public LedgerWriter(AuditLog log, string path, LedgerOptions options, TimeProvider time, Action<AuditLog> tidy)
    {
        (_log, _head, _path, _options, _time, _tidy) = (log, log.Head, path, options, time, tidy);
        _noted = HeadFile.Open(path);
        _noted.Save(_head);
        _carrier = new LogCarrier(path, options.MaxBytes);
        _thread = new Thread(Loop) { IsBackground = true, Name = "ledger" };
        _thread.Start();
    }

    public LedgerHead Head => _head;

    /// <summary>After <see cref="Dispose"/>: whether nothing is written any more.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>How many wait, besides the one that is being written.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock) return _waiting.Count;
        }
    }

    /// <summary>Something is about to come: the thread wakes up meanwhile.</summary>
    public void Expect()
    {
        lock (_lock)
        {
            _expects = true;
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Has something written. The task is done when it is on the disk.</summary>
    /// <param name="isUrgent">Somebody is to act on it: it is waited for a moment without letting go of the caller's thread.</param>
    /// <exception cref="LedgerException">It could not be written, or not in time.</exception>
    public async Task<T> Run<T>(Func<AuditLog, T> work, Action<AuditLog, T>? undo = null, bool isUrgent = false)
    {
        var job = new WriteJob<T>(work, undo);
        lock (_lock)
        {
            if (_closing) throw new LedgerException(LedgerFault.Closed, "the ledger was closed.");
            if (_waiting.Count >= _options.MostWaiting) throw new LedgerException(LedgerFault.Overloaded, $"{_waiting.Count} writes wait for the ledger already: try again later.");
            _waiting.Enqueue(job);
            Monitor.Pulse(_lock);
        }
        if (isUrgent) ShortWait.For(job.Answer, static answer => answer.IsCompleted);
        try
        {
            return await job.Answer.WaitAsync(_options.Patience, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            job.Fail(new LedgerException(LedgerFault.TooSlow, $"{_path} was not written within {_options.Patience.TotalSeconds} s: the disk hangs, or is overloaded."));
            return await job.Answer.ConfigureAwait(false); // It may have been done at the last moment after all.
        }
    }

    private void Loop()
    {
        while (Take() is { } job)
        {
            if (job.IsGivenUp) continue;
            _carrier.Note();
            if (Try(job.Do) is { } fault) job.Fail(fault);
            else if (!job.TryComplete()) Try(job.Undo);
            _carrier.Note();
            Tidy();
            _noted.Save(_head);
        }
        Finish();
        _log?.Dispose();
        _noted.Dispose();
    }

    /// <summary>At an orderly end all of it is in the database itself.</summary>
    private void Finish()
    {
        _carrier.Join(_options.Patience);
        try
        {
            if (_log is not null) LedgerDatabase.Execute(_log.Connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException)
        {
            // The log has it all the same.
        }
    }

    private WriteJob? Take()
    {
        while (true)
        {
            lock (_lock)
            {
                while (_waiting.Count == 0 && !_expects)
                {
                    if (_closing) return null;
                    Monitor.Wait(_lock);
                }
                _expects = false;
                if (_waiting.TryDequeue(out WriteJob? job)) return job;
            }
            ShortWait.For(_waiting, static waiting => waiting.Count > 0); // A glance: what counts is looked at under the lock.
        }
    }

    private LedgerException? Try(Action<AuditLog> work)
    {
        try
        {
            AuditLog log = Log();
            log.Transact(work);
            _head = log.Head;
            return null;
        }
        catch (LedgerException e)
        {
            return e;
        }
        catch (SqliteException e)
        {
            LedgerException fault = LedgerException.Of(e, _path);
            if (fault.Fault != LedgerFault.Locked) GiveUpConnection();
            return fault;
        }
#pragma warning disable CA1031 // Whatever it is: he who waits is told, and those after him are served.
        catch (Exception e)
#pragma warning restore CA1031
        {
            GiveUpConnection();
            return LedgerException.Of(e, _path);
        }
    }

    /// <summary>After an error the connection is made anew: its cache and its log may be in any state, and the trouble may be over.</summary>
    private AuditLog Log()
    {
        if (!File.Exists(_path)) throw LedgerException.Broken(_path, "it was taken away while we ran");
        if (_log is not null) return _log;
        SqliteConnection connection = LedgerDatabase.OpenToWrite(_path, _options.MaxBytes);
        try
        {
            var log = new AuditLog(connection, _time) { BytesBeside = _bytesBeside };
            log.Transact(log => log.Load(_path));
            if (log.Head != _head) throw LedgerException.Broken(_path, $"its last row is {log.Head.Sequence}, which is not the last that we wrote ({_head.Sequence})");
            return _log = log;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void GiveUpConnection()
    {
        _bytesBeside = _log?.BytesBeside ?? _bytesBeside;
        _log?.Dispose();
        _log = null;
    }

    private void Tidy()
    {
        if (_log is not { } log) return;
        try
        {
            _tidy(log);
            _head = log.Head;
            if (_carrier.LeavesTheRest()) LedgerDatabase.CarryOver(log.Connection);
            else if (!_carrier.IsBusy && log.HasGrown()) _carrier.Begin();
        }
#pragma warning disable CA1031
        catch (Exception)
#pragma warning restore CA1031
        {
            GiveUpConnection(); // The next to write meets the trouble himself, if it lasts.
        }
    }

    /// <summary>Writes what still waits. A disk that hangs is not waited for longer than any other time.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _closing = true;
            Monitor.Pulse(_lock);
        }
        HasEnded = _thread.Join(_options.Patience);
    }
}
