namespace ProcessArsenal.Control.Alerting;

/// <summary>How alerts are judged, from the configuration.</summary>
public sealed record AlertOptions
{
    /// <summary>Who we are.</summary>
    public HostLabels Host { get; init; } = HostLabels.Of([]);

    /// <summary>An alert that began longer ago is not accepted any more.</summary>
    public TimeSpan StaleAfter { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>What comes again sooner after it was accepted, or repeated, is the same delivery by another replica, or once more.</summary>
    public TimeSpan RepeatAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A delivery that names more instances is about the whole fleet.</summary>
    public int MaxInstances { get; init; } = 5;

    /// <summary>From then on even an alert of a group that changes at each delivery is taken for repeated: Alertmanager's own repeat_interval, where none is set.</summary>
    internal TimeSpan RepeatAnyway { get; init; } = TimeSpan.FromHours(4);

    /// <summary>Without a word for so long an incident is over. Alertmanager itself remembers whom it has told for 120 h (--data.retention), and repeats itself within.</summary>
    internal TimeSpan Forgotten { get; init; } = TimeSpan.FromHours(120);

    /// <summary>Open incidents that policies were told of; beyond, deliveries with new ones are refused. And as many of others; beyond, they are counted only.</summary>
    internal int MostOpen { get; init; } = 10_000;

    /// <summary>Bytes of what is kept of incidents.</summary>
    internal long MostBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>Incidents that are over and still kept, and for how long.</summary>
    internal int MostEnded { get; init; } = 10_000;

    internal TimeSpan KeptEnded { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Bytes of what is kept of deliveries, for as long.</summary>
    internal long MostDeliveryBytes { get; init; } = 8L * 1024 * 1024;

    /// <summary>Events that nobody has taken yet; beyond, deliveries that would add some are refused.</summary>
    internal int MostEvents { get; init; } = 10_000;

    /// <summary>Deliveries, and alerts in them, that may wait to be recorded.</summary>
    internal int MostWaiting { get; init; } = 256;

    internal int MostAlertsWaiting { get; init; } = 20_000;
}
