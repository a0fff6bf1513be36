using ProcessArsenal.Procfs;

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

    /// <summary>Which process of a target it is about, of those for which the condition of the policy holds: never another of the same owner, nor one that came after it.</summary>
    /// <returns>Its identity; null: none.</returns>
    public string? Find(TargetLook look)
    {
        if (!IsOrIsNotAsked("unit", look.Unit) || !IsOrIsNotAsked("container", look.Container)) return null;
        foreach (TargetMember one in look.Holders)
            if (IsOrIsNotAsked("identity", one.Identity) && IsOrIsNotAsked("group", one.Group)) return one.Identity;
        return null;
    }

    /// <summary>Whether it could be about a process that is told to be so; what of that is proven <see cref="Find"/> goes by.</summary>
    public bool MayMean(ProcessIdentity identity, string? group, string? unit, string? container) =>
        IsOrIsNotAsked("unit", unit) && IsOrIsNotAsked("container", container) && IsOrIsNotAsked("group", group)
        && (!Labels.TryGetValue("identity", out string? asked) || (ProcessIdentity.TryParse(asked, out ProcessIdentity meant) && meant == identity));

    private bool IsOrIsNotAsked(string label, string? value) => !Labels.TryGetValue(label, out string? asked) || (asked.Length > 0 && asked == value);
}
