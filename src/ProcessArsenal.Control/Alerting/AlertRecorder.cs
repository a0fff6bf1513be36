using Microsoft.Data.Sqlite;
using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Alerting;

/// <summary>Judges deliveries and writes down what follows, within a transaction of the ledger. Used by the thread that writes alone.</summary>
/// <param name="told">What is to be offered to policies, once it is on the disk.</param>
internal sealed class AlertRecorder(Func<AlertOptions> options, Action<IReadOnlyList<WaitingEvent>> told)
{
    private static readonly TimeSpan TidyInterval = TimeSpan.FromMinutes(1), VouchInterval = TimeSpan.FromMinutes(1);

    private const int PagesOfAlert = 2, PagesOfDelivery = 6, BytesOfRow = 300;

    private readonly IncidentBook _book = new();
    private volatile Counts _counts = new();
    private bool _isLoaded;
    private DateTimeOffset? _tidied, _vouched;

    private sealed record Counts
    {
        public long LastDelivery { get; init; }
        public byte[] LastHash { get; init; } = AuditRow.NoHash;
        public long Deliveries { get; init; }
        public long DeliveryBytes { get; init; }
        public long Incidents { get; init; }
        public long IncidentBytes { get; init; }
        public long Events { get; init; }

        /// <summary>Deliveries that no row of the audit chain vouches for yet.</summary>
        public long NotVouched { get; init; }
    }

    /// <summary>Incidents that are open: what policies were told of, and others. For metrics.</summary>
    public (int Told, int Untold) Open { get; private set; }

    /// <summary>Events that nobody has taken yet.</summary>
    public long Events => _counts.Events;

    /// <summary>Writes some deliveries. Each has its receipt afterwards, or why there is no room for it.</summary>
    public void Record(AuditLog log, IReadOnlyList<PendingDelivery> deliveries)
    {
        Load(log);
        var draft = new Draft(log, _book, _counts, options());
        using (draft)
        {
            if (Due(_tidied, TidyInterval, log.Now)) draft.Forget();
            foreach (PendingDelivery delivery in deliveries) draft.Write(delivery);
            draft.Tidy(Due(_tidied, TidyInterval, log.Now));
            bool vouches = draft.Counts.NotVouched > 0 && Due(_vouched, VouchInterval, log.Now);
            if (vouches) draft.Vouch();
            Commit(log, draft, vouches);
        }
    }

    /// <summary>Learns what there is, if it does not know yet.</summary>
    public void Load(AuditLog log)
    {
        if (_isLoaded) return;
        SqliteConnection connection = log.Connection;
        (long last, byte[] hash) = DeliveryRows.Last(connection);
        var counts = new Counts
        {
            LastDelivery = last,
            LastHash = hash,
            Deliveries = LedgerDatabase.Number(connection, "SELECT count(*) FROM delivery"),
            DeliveryBytes = LedgerDatabase.Number(connection, "SELECT coalesce(sum(length(content)), 0) FROM delivery"),
            Incidents = LedgerDatabase.Number(connection, "SELECT count(*) FROM incident"),
            IncidentBytes = LedgerDatabase.Number(connection, "SELECT coalesce(sum(length(content)), 0) FROM incident"),
            Events = LedgerDatabase.Number(connection, "SELECT count(*) FROM alert_event"),
        };
        foreach (Incident incident in IncidentRows.Load(connection, log.Now - options().RepeatAfter)) _book.Set(incident);
        Open = (_book.Told, _book.Untold);
        log.BytesBeside = BytesOf(counts);
        (_counts, _isLoaded) = (counts, true);
    }

    /// <summary>Events have been taken.</summary>
    public void Taken(AuditLog log, IReadOnlyList<long> ids)
    {
        Load(log);
        int removed = EventRows.Remove(log.Connection, ids);
        log.Note(PagesOfDelivery);
        log.WhenCommitted(() => _counts = _counts with { Events = _counts.Events - removed });
    }

    private void Commit(AuditLog log, Draft draft, bool vouches)
    {
        DateTimeOffset now = log.Now;
        log.WhenCommitted(() =>
        {
            _counts = draft.Counts;
            log.BytesBeside = BytesOf(_counts);
            foreach (Incident incident in draft.Changed) _book.Set(incident);
            if (vouches) _vouched = now;
            if (draft.HasTidied)
            {
                _tidied = now;
                _book.ForgetEnded(now - options().RepeatAfter);
            }
            Open = (_book.Told, _book.Untold);
            if (draft.Events.Count > 0) told(draft.Events);
        });
    }

    private static bool Due(DateTimeOffset? last, TimeSpan interval, DateTimeOffset now) => last is not { } time || now - time >= interval || now < time;

    private static long BytesOf(Counts counts) => counts.DeliveryBytes + counts.IncidentBytes + (BytesOfRow * (counts.Deliveries + counts.Incidents + counts.Events));

    /// <summary>What is about to be committed.</summary>
    private sealed class Draft(AuditLog log, IncidentBook book, Counts counts, AlertOptions options) : IDisposable
    {
        private readonly Dictionary<ulong, Incident> _changed = [];
        private readonly IncidentRows _incidents = new(log.Connection);
        private readonly SqliteCommand _deliveries = DeliveryRows.Insertion(log.Connection), _events = EventRows.Insertion(log.Connection);
        private int _told = book.Told, _untold = book.Untold;
        private long _bytes = book.Bytes;

        public Counts Counts { get; private set; } = counts;

        public IEnumerable<Incident> Changed => _changed.Values;

        public List<WaitingEvent> Events { get; } = [];

        public bool HasTidied { get; private set; }

        public void Write(PendingDelivery delivery)
        {
            AlertmanagerMessage message = delivery.Message;
            DateTimeOffset now = log.Now;
            Judgement[] judgements = Judge(delivery, now, out string?[] contents);
            delivery.Refused = WhyNoRoom(judgements, contents);
            if (delivery.Refused is not null) return;
            long id = Counts.LastDelivery + 1;
            var receipts = new AlertReceipt[judgements.Length];
            for (int i = 0; i < judgements.Length; i++)
            {
                ReceivedAlert alert = message.Alerts[i];
                string? name = Apply(judgements[i], alert, contents[i], id, now, message.InstancesNamed);
                receipts[i] = new AlertReceipt(alert.Fingerprint, alert.IsFiring, judgements[i].Verdict, name, judgements[i].Reason);
            }
            string content = LedgerJson.Write(DeliveryContent.Of(message, receipts), LedgerJson.Default.DeliveryContent);
            byte[] hash = DeliveryRows.Insert(_deliveries, id, now, content, Counts.LastHash);
            Counts = Counts with { LastDelivery = id, LastHash = hash, Deliveries = Counts.Deliveries + 1, DeliveryBytes = Counts.DeliveryBytes + content.Length, NotVouched = Counts.NotVouched + 1 };
            log.Note(PagesOfDelivery);
            delivery.Receipt = new DeliveryReceipt(id, message.InstancesNamed, message.InstancesNamed > options.MaxInstances, receipts);
        }

        /// <summary>Incidents of which nothing was heard for too long are over, so that their alerts may begin anew.</summary>
        public void Forget()
        {
            foreach (Incident incident in book.NotSeenSince(log.Now - options.Forgotten)) Set(_incidents.Update(incident with { Ended = log.Now, EndsAt = incident.Seen }, null));
        }

        public void Tidy(bool isDue)
        {
            bool tooMany = Counts.Incidents - _told - _untold > options.MostEnded, tooLarge = Counts.IncidentBytes > options.MostBytes;
            if (isDue || tooMany || tooLarge)
            {
                (int rows, long bytes) = IncidentRows.Prune(log.Connection, tooLarge ? 100 : Math.Max(0, Counts.Incidents - _told - _untold - options.MostEnded), log.Now - options.KeptEnded);
                Counts = Counts with { Incidents = Counts.Incidents - rows, IncidentBytes = Counts.IncidentBytes - bytes };
                log.Note(rows);
            }
            bool tooMuch = Counts.DeliveryBytes + (BytesOfRow * Counts.Deliveries) > options.MostDeliveryBytes;
            if (isDue || tooMuch)
            {
                (int rows, long bytes) = DeliveryRows.Prune(log.Connection, tooMuch, log.Now - options.KeptEnded);
                Counts = Counts with { Deliveries = Counts.Deliveries - rows, DeliveryBytes = Counts.DeliveryBytes - bytes };
                log.Note(rows);
            }
            HasTidied = isDue;
        }

        public void Vouch()
        {
            var content = new DeliveriesContent(Counts.LastDelivery, Convert.ToHexStringLower(Counts.LastHash), Counts.NotVouched);
            log.Append(AuditKind.Deliveries, null, null, LedgerJson.Write(content, LedgerJson.Default.DeliveriesContent), log.Now);
            Counts = Counts with { NotVouched = 0 };
        }

        private Judgement[] Judge(PendingDelivery delivery, DateTimeOffset now, out string?[] contents)
        {
            IReadOnlyList<ReceivedAlert> alerts = delivery.Message.Alerts;
            ulong composition = delivery.Message.Composition;
            var judgements = new Judgement[alerts.Count];
            contents = new string?[alerts.Count];
            Dictionary<ulong, Incident>? own = null; // The same alert twice in one delivery: the second is judged after the first.
            for (int i = 0; i < alerts.Count; i++)
            {
                ulong fingerprint = alerts[i].Fingerprint;
                Incident? known = own?.GetValueOrDefault(fingerprint) ?? _changed.GetValueOrDefault(fingerprint) ?? book.Find(fingerprint);
                Judgement judgement = IncidentRules.Judge(known, alerts[i], delivery.WhyNotUs[i], delivery.IsMatched[i], composition, now, options);
                if (judgement.After is { } after)
                {
                    if ((after.Id == 0 && known?.Ended is not null) || known is null || judgement.Event is not null) contents[i] = IncidentContent.Of(alerts[i]);
                    if (alerts.Count > 1) (own ??= [])[fingerprint] = after;
                }
                judgements[i] = judgement;
            }
            return judgements;
        }

        private LedgerException? WhyNoRoom(Judgement[] judgements, string?[] contents)
        {
            int events = judgements.Count(static judgement => judgement.Event is not null), begun = judgements.Count(static judgement => judgement.Event is AlertEventKind.Firing);
            if (events > 0 && Counts.Events + events > options.MostEvents) return Full($"{Counts.Events} events of alerts wait to be taken by policies already");
            if (begun > 0 && _told + begun > options.MostOpen) return Full($"{_told} incidents are open already");
            long bytes = contents.Zip(judgements, static (content, judgement) => judgement.Event is AlertEventKind.Firing ? content?.Length ?? 0 : 0).Sum(static length => (long)length);
            return begun > 0 && _bytes + bytes > options.MostBytes ? Full($"the incidents that are open have {_bytes} bytes already") : null;

            static LedgerException Full(string what) => new(LedgerFault.Overloaded, $"{what}: try again later.");
        }

        /// <returns>The incident's name; null if none is kept.</returns>
        private string? Apply(in Judgement judgement, ReceivedAlert alert, string? content, long delivery, DateTimeOffset now, int instances)
        {
            if (judgement.After is not { } after) return null;
            if (after.Id == 0 && _changed.TryGetValue(after.Fingerprint, out Incident? earlier) && earlier.Ended is null) after = after with { Id = earlier.Id, Bytes = earlier.Bytes };
            if (after.Id == 0)
            {
                // The second time in one delivery of what there was no room for, nothing is kept of it either.
                if (content is null || !(after.IsTold || (_untold < options.MostOpen && _bytes + content.Length <= options.MostBytes))) return null;
                after = _incidents.Insert(after, content);
                Counts = Counts with { Incidents = Counts.Incidents + 1, IncidentBytes = Counts.IncidentBytes + after.Bytes };
            }
            else
            {
                int before = after.Bytes;
                after = _incidents.Update(after, content);
                Counts = Counts with { IncidentBytes = Counts.IncidentBytes + after.Bytes - before };
            }
            log.Note(PagesOfAlert);
            Set(after);
            if (judgement.Event is { } kind)
            {
                long id = EventRows.Insert(_events, after.Id, kind, delivery, now, instances);
                Events.Add(new WaitingEvent(id, EventRows.Of(kind, after.Name, alert.Fingerprint, alert.Labels, alert.Annotations, after.StartsAt, now, delivery, instances) with { Number = id }));
                Counts = Counts with { Events = Counts.Events + 1 };
            }
            return after.Name;
        }

        private void Set(Incident incident)
        {
            Incident? before = _changed.GetValueOrDefault(incident.Fingerprint) ?? book.Find(incident.Fingerprint);
            if (before is { Ended: null }) Count(before, -1);
            if (incident.Ended is null) Count(incident, 1);
            _changed[incident.Fingerprint] = incident;
        }

        private void Count(Incident incident, int sign)
        {
            if (incident.IsTold) _told += sign;
            else _untold += sign;
            _bytes += sign * incident.Bytes;
        }

        public void Dispose()
        {
            _incidents.Dispose();
            _deliveries.Dispose();
            _events.Dispose();
        }
    }
}
