namespace ProcessArsenal.Control.Alerting.Raising;

/// <summary>An alert that we raise in Alertmanager.</summary>
/// <param name="Labels">By which it is known, alertname among them. Those of the host are added where they are not given.</param>
/// <param name="Until">When it ends by itself, if nobody resolves it before.</param>
public sealed record RaisedAlert(IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations, DateTimeOffset Until)
{
    /// <summary>Since when it is so; null: since it is raised. Only where it is not raised already.</summary>
    public DateTimeOffset? Began { get; init; }
}

/// <summary>What a replica said when an alert was sent to it.</summary>
/// <param name="Fault">Why it did not take it; null: it did.</param>
public sealed record ReplicaAnswer(Uri Replica, string? Fault);

/// <summary>What came of raising or resolving an alert.</summary>
/// <param name="Fingerprint">As Alertmanager calls it.</param>
public sealed record RaiseResult(string Fingerprint, IReadOnlyList<ReplicaAnswer> Replicas)
{
    /// <summary>One replica is enough: it tells the others. Those that did not take it are asked again.</summary>
    public bool IsTaken => Replicas.Any(static replica => replica.Fault is null);
}
