namespace ProcessArsenal.Control.Policies.Machine;

/// <summary>An alert that fires, as one policy sees it.</summary>
/// <param name="Id">Of the incident.</param>
/// <param name="TraceId">What belongs to it in ledger and traces.</param>
/// <param name="Seen">When it was told of last.</param>
internal sealed record Incident(string Id, string TraceId, DateTimeOffset Seen)
{
    /// <summary>Labels that narrow whom it is about. A pid, or an address, is none of them.</summary>
    private static readonly string[] Narrowing = ["identity", "group", "unit", "container"];

    private const int LongestLabel = 512;

    /// <summary>Of them, those that it has; one that is too long is here without its value, which nobody has.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The span that told of it first, of which what follows is a part; null: nobody listened.</summary>
    public string? SpanId { get; init; }

    /// <summary>It was acted upon: what comes now is escalation.</summary>
    public bool IsHandled { get; init; }

    /// <summary>It came again after that.</summary>
    public bool IsUrged { get; init; }

    /// <summary>That told of it last: the same delivery again, as after an end of ours, is nothing new.</summary>
    public string Delivery { get; init; } = "";

    /// <summary>How many escalations it had.</summary>
    public int Escalated { get; init; }

    public static IReadOnlyDictionary<string, string> LabelsOf(IReadOnlyDictionary<string, string> labels) => Narrowing.Where(labels.ContainsKey)
        .ToDictionary(static name => name, name => labels[name].Length <= LongestLabel ? labels[name] : "", StringComparer.Ordinal);

    /// <summary>Whether a target is one of those that it is about.</summary>
    public bool Admits(TargetLook look)
    {
        foreach ((string name, string value) in Labels)
        {
            bool isOne = value.Length > 0 && name switch
            {
                "identity" => look.Identities.Contains(value, StringComparer.Ordinal),
                "group" => look.Group == value,
                "unit" => look.Unit == value,
                _ => look.Container == value,
            };
            if (!isOne) return false;
        }
        return true;
    }
}
