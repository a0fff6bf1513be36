using System.Text.Json.Nodes;
using ProcessArsenal.Control.Alerting;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Tests.Ledger;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Alerting;

/// <summary>An intake over a ledger, which can be ended and begun again.</summary>
internal sealed class IntakePlace : IAsyncDisposable
{
    private readonly LedgerPlace _place;
    private readonly LedgerOptions _ledgerOptions;
    private readonly TimeProvider _time;
    private ActionLedger _ledger;

    /// <param name="time">Null: a clock that stands still until it is told to go on.</param>
    public IntakePlace(LedgerOptions? ledgerOptions = null, TimeProvider? time = null)
    {
        (_place, _ledgerOptions) = (new LedgerPlace(), ledgerOptions ?? new LedgerOptions());
        _time = time ?? _place.Time;
        _ledger = ActionLedger.Open(_place.State, _ledgerOptions, _time);
        Intake = Open();
    }

    public AlertOptions Options { get; set; } = new() { Host = HostLabels.Of([new("instance", "web-1:9464")]) };

    public Func<IReadOnlyDictionary<string, string>, bool> IsMatched { get; set; } = _ => true;

    public RecordingSink Sink { get; } = new();

    public AlertIntake Intake { get; private set; }

    public LedgerPlace Place => _place;

    public ActionLedger Ledger => _ledger;

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Ends it in order and begins anew.</summary>
    public async Task RestartAsync()
    {
        await Intake.DisposeAsync();
        _ledger.Dispose();
        _ledger = ActionLedger.Open(_place.State, _ledgerOptions, _time);
        Intake = Open();
    }

    public async Task<string[]> ReceiveAsync(params JsonObject[] alerts) => [.. (await Intake.ReceiveAsync(AlertPayload.Message(alerts))).Alerts.Select(alert => AlertNames.Of(alert.Verdict))];

    public JsonObject Alert(string name = "A", bool isFiring = true, DateTimeOffset? starts = null, DateTimeOffset? ends = null, string instance = "web-1:9464") =>
        AlertPayload.Alert(name, starts ?? Now, isFiring, ends, instance);

    /// <summary>Waits until as many events were taken, and lets the clock go on for what waits for it.</summary>
    public async Task<IReadOnlyList<AlertEvent>> TakenAsync(int count)
    {
        await Eventually.True($"{count} events are taken", () =>
        {
            _place.Time.Advance(TimeSpan.FromMilliseconds(100));
            return Sink.Events.Count >= count;
        }, () => $"{Sink.Events.Count} are");
        return Sink.Events;
    }

    public async ValueTask DisposeAsync()
    {
        await Intake.DisposeAsync();
        _ledger.Dispose();
        _place.Dispose();
    }

    private AlertIntake Open() => new(_ledger, () => Options, Sink.Offer, labels => IsMatched(labels), _time);
}
