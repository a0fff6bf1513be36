namespace ProcessArsenal.Control.Alerting;

public enum AlertEventKind { Firing, Repeat, Resolved }

/// <summary>One thing that happened to an incident, after it is durable.</summary>
public sealed record AlertEvent(AlertEventKind Kind, string IncidentId, string Fingerprint, IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Annotations, DateTimeOffset StartsAt, DateTimeOffset ReceivedAt, string DeliveryId, int InstancesNamed);
