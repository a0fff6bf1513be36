namespace ProcessArsenal.Control.Alerting;

public enum AlertEventKind { Firing, Repeat, Resolved }

/// <summary>One thing that happened to an incident, after it is durable.</summary>
public sealed record AlertEvent(AlertEventKind Kind, string IncidentId, string Fingerprint, IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Annotations, DateTimeOffset StartsAt, DateTimeOffset ReceivedAt, string DeliveryId, int InstancesNamed)
{
    /// <summary>Rises with each, and is never given twice: who has seen one has seen all before. 0: nobody has written it down.</summary>
    public long Number { get; init; }
}
