using System.Globalization;
using ProcessArsenal.Control.Alerting;

namespace ProcessArsenal.Exporter.Views;

/// <summary>What a delivery is answered with.</summary>
/// <param name="Delivery">Its id.</param>
/// <param name="InstancesNamed">How many instances fire in it.</param>
/// <param name="FleetWide">They are so many that no policy acts on it unless it says that it does.</param>
internal sealed record DeliveryView(string Delivery, int InstancesNamed, bool FleetWide, IReadOnlyList<AlertVerdictView> Alerts)
{
    public static DeliveryView Of(DeliveryReceipt receipt) =>
        new(IdOf(receipt), receipt.InstancesNamed, receipt.IsFleetWide, [.. receipt.Alerts.Select(AlertVerdictView.Of)]);

    public static string IdOf(DeliveryReceipt receipt) => receipt.DeliveryId.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What becomes of one alert.</summary>
internal sealed record AlertVerdictView(string Fingerprint, string Status, string Verdict)
{
    /// <summary>Which incident it belongs to; null: none is kept.</summary>
    public string? Incident { get; init; }
    public string? Reason { get; init; }

    public static AlertVerdictView Of(AlertReceipt alert) => new(alert.FingerprintText, AlertNames.Of(alert.IsFiring), AlertNames.Of(alert.Verdict)) { Incident = alert.Incident, Reason = alert.Reason };
}

/// <summary>An alert from its first delivery to its end.</summary>
/// <param name="State">open or ended.</param>
/// <param name="Verdict">accepted, stale or no_policy.</param>
internal sealed record IncidentView(string Id, string Fingerprint, string State, string Verdict, DateTimeOffset StartsAt, DateTimeOffset FirstReceived, DateTimeOffset LastReceived)
{
    /// <summary>When policies were last told of it.</summary>
    public DateTimeOffset? LastTold { get; init; }

    /// <summary>How often they were told that it goes on.</summary>
    public int Repeats { get; init; }
    public DateTimeOffset? Ended { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required IReadOnlyDictionary<string, string> Annotations { get; init; }

    public static IncidentView Of(IncidentRecord incident) => new(
        incident.Name, incident.Fingerprint, incident.Ended is null ? "open" : "ended", AlertNames.Of(incident.Verdict), incident.StartsAt, incident.Opened, incident.Seen)
    {
        LastTold = incident.Told,
        Repeats = incident.Repeats,
        Ended = incident.Ended,
        Labels = incident.Labels,
        Annotations = incident.Annotations,
    };
}

/// <summary>Some incidents, the latest first.</summary>
internal sealed record IncidentListView(IReadOnlyList<IncidentView> Incidents)
{
    /// <summary>Cursor of those that follow; null if there are none.</summary>
    public string? Next { get; init; }
}
