namespace ProcessArsenal.Control.Alerting;

/// <summary>An incident as the ledger has it.</summary>
/// <param name="Name"><see cref="AlertEvent.IncidentId"/>.</param>
/// <param name="Verdict">What became of it: accepted, stale or no_policy.</param>
/// <param name="Opened">When its first delivery came.</param>
/// <param name="Seen">When the last came that spoke of it.</param>
/// <param name="Told">When policies were last told that it fires; null: never.</param>
/// <param name="Repeats">How often they were told that it goes on.</param>
/// <param name="Ended">When we learned that it was over; null: it is open.</param>
public sealed record IncidentRecord(
    long Id, string Name, string Fingerprint, AlertVerdict Verdict, DateTimeOffset StartsAt, DateTimeOffset Opened, DateTimeOffset Seen, DateTimeOffset? Told, int Repeats, DateTimeOffset? Ended,
    IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations);

/// <summary>Some of them, the latest first.</summary>
/// <param name="Next">Where those that follow begin; null: there are none.</param>
public sealed record IncidentPage(IReadOnlyList<IncidentRecord> Incidents, long? Next);

/// <summary>A delivery as the ledger has it.</summary>
/// <param name="Alerts">How many it had.</param>
/// <param name="Verdicts">How many of them have which.</param>
/// <param name="Incidents">That the first of them belong to, as far as these are kept still.</param>
public sealed record DeliveryRecord(long Id, DateTimeOffset Received, int Alerts, IReadOnlyDictionary<string, int> Verdicts, IReadOnlyList<IncidentRecord> Incidents);
