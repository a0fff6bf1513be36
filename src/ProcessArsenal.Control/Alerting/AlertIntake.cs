using System.Threading.Channels;
using ProcessArsenal.Control.Ledger;

namespace ProcessArsenal.Control.Alerting;

/// <summary>The way in for deliveries: each is answered once it is on the disk, and nothing is done before. Those that come while one is written are written together.</summary>
public sealed class AlertIntake : IAsyncDisposable
{
    /// <summary>Deliveries, and alerts of them, that are written together.</summary>
    private const int MostTogether = 64, MostAlertsTogether = 2000;

    private readonly ActionLedger _ledger;
    private readonly Func<AlertOptions> _options;
    private readonly Func<IReadOnlyDictionary<string, string>, bool> _isMatched;
    private readonly AlertRecorder _recorder;
    private readonly AlertOffers _offers;
    private readonly Channel<PendingDelivery> _waiting;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writing, _offering;
    private int _alertsWaiting, _deliveriesWaiting;

    /// <param name="offer">Takes what happened to incidents; false: it can't now, and is offered it again. Called by one thread at a time, and must not wait. What it calls back, once, when all that
    /// follows is on the disk: what it has not called back for is offered again by the next run.</param>
    /// <param name="isMatched">Whether a policy is about an alert with such labels.</param>
    public AlertIntake(ActionLedger ledger, Func<AlertOptions> options, Func<AlertEvent, Action, bool> offer, Func<IReadOnlyDictionary<string, string>, bool> isMatched, TimeProvider time)
    {
        (_ledger, _options, _isMatched) = (ledger, options, isMatched);
        _recorder = new AlertRecorder(options, events => _offers!.Add(events));
        _offers = new AlertOffers(ledger, _recorder, offer, time);
        _waiting = Channel.CreateUnbounded<PendingDelivery>(new UnboundedChannelOptions { SingleReader = true }); // Bounded by what is counted.
        _writing = Task.Run(WriteAsync);
        _offering = Task.Run(() => _offers.RunAsync(_stop.Token));
    }

    /// <summary>Incidents that are open: what policies were told of, and others.</summary>
    public (int Told, int Untold) Open => _recorder.Open;

    /// <summary>Events that policies have not taken yet.</summary>
    public long EventsWaiting => _recorder.Events;

    /// <summary>Deliveries that wait to be recorded.</summary>
    public int DeliveriesWaiting => Volatile.Read(ref _deliveriesWaiting);

    /// <summary>Records a delivery. When the task is done, it is on the disk.</summary>
    /// <param name="isLocal">It comes from a program of this host.</param>
    /// <exception cref="LedgerException">It is not recorded, or that is not known: it is to be sent again.</exception>
    public Task<DeliveryReceipt> ReceiveAsync(AlertmanagerMessage message, bool isLocal = false)
    {
        AlertOptions options = _options();
        int count = message.Alerts.Count;
        bool hasRoom = Interlocked.Increment(ref _deliveriesWaiting) <= options.MostWaiting;
        int alerts = Interlocked.Add(ref _alertsWaiting, count);
        if (!hasRoom || (alerts > options.MostAlertsWaiting && alerts > count))
        {
            Leave(count);
            throw new LedgerException(LedgerFault.Overloaded, "too many deliveries wait to be recorded: try again later.");
        }
        try
        {
            var delivery = new PendingDelivery(message, [.. message.Alerts.Select(alert => options.Host.WhyNot(alert.Labels, isLocal))], [.. message.Alerts.Select(alert => _isMatched(alert.Labels))]);
            if (_waiting.Writer.TryWrite(delivery)) return delivery.Answer;
        }
        catch
        {
            Leave(count);
            throw;
        }
        Leave(count);
        throw new LedgerException(LedgerFault.Closed, "the exporter ends.");
    }

    private async Task WriteAsync()
    {
        var together = new List<PendingDelivery>();
        while (await _waiting.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            together.Clear();
            int alerts = 0;
            while (together.Count < MostTogether && _waiting.Reader.TryPeek(out PendingDelivery? next) && (together.Count == 0 || alerts + next.Message.Alerts.Count <= MostAlertsTogether))
            {
                _waiting.Reader.TryRead(out _);
                together.Add(next);
                alerts += next.Message.Alerts.Count;
            }
            Exception? fault = await WriteAsync([.. together]).ConfigureAwait(false);
            foreach (PendingDelivery delivery in together)
            {
                Leave(delivery.Message.Alerts.Count);
                delivery.Complete(fault);
            }
        }
    }

    private async Task<Exception?> WriteAsync(PendingDelivery[] deliveries)
    {
        try
        {
            await _ledger.Write(log =>
            {
                _recorder.Record(log, deliveries);
                return true;
            }).ConfigureAwait(false);
            return null;
        }
        catch (LedgerException e)
        {
            return e;
        }
    }

    private void Leave(int alerts)
    {
        Interlocked.Decrement(ref _deliveriesWaiting);
        Interlocked.Add(ref _alertsWaiting, -alerts);
    }

    /// <summary>Records what still waits, and takes no more. The ledger has to outlive it.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _offering.ConfigureAwait(false);
        _offers.Dispose();
        _stop.Dispose();
    }
}
