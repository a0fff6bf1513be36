namespace ProcessArsenal.Control.Alerting;

/// <summary>What verdicts and events are called where they are written: in the ledger, so they stay.</summary>
public static class AlertNames
{
    public static string Of(AlertVerdict verdict) => verdict switch
    {
        AlertVerdict.Accepted => "accepted",
        AlertVerdict.Duplicate => "duplicate",
        AlertVerdict.Repeat => "repeat",
        AlertVerdict.Stale => "stale",
        AlertVerdict.NotForUs => "not_for_us",
        _ => "no_policy",
    };

    public static string Of(bool isFiring) => isFiring ? "firing" : "resolved";

    internal static string Of(AlertEventKind kind) => kind switch
    {
        AlertEventKind.Firing => "firing",
        AlertEventKind.Repeat => "repeat",
        _ => "resolved",
    };

    /// <returns>Null if it is none.</returns>
    internal static AlertVerdict? Verdict(string name) => name switch
    {
        "accepted" => AlertVerdict.Accepted,
        "stale" => AlertVerdict.Stale,
        "no_policy" => AlertVerdict.NoPolicy,
        _ => null,
    };

    internal static AlertEventKind? Event(string name) => name switch
    {
        "firing" => AlertEventKind.Firing,
        "repeat" => AlertEventKind.Repeat,
        "resolved" => AlertEventKind.Resolved,
        _ => null,
    };
}
