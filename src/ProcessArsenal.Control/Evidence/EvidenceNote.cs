namespace ProcessArsenal.Control.Evidence;

/// <summary>What came of taking evidence: kept with the outcome of its action, so that the hash of the bundle is in the chain.</summary>
public sealed record EvidenceNote
{
    /// <summary>The artifact; null: there is none.</summary>
    public string? Artifact { get; init; }

    /// <summary>Why there is none.</summary>
    public string? NotTaken { get; init; }

    public long? Bytes { get; init; }

    /// <summary>Of the whole file, in hexadecimal digits.</summary>
    public string? Sha256 { get; init; }

    /// <summary>How long it took.</summary>
    public double Seconds { get; init; }

    /// <summary>What is not in it, and why; null: all is.</summary>
    public IReadOnlyDictionary<string, string>? Missing { get; init; }

    public override string ToString() => NotTaken is { } why ? $"not taken: {why}" : $"kept (process-arsenal snapshot get {Artifact} evidence-{Artifact}.tar.gz)";
}

/// <summary>That evidence be taken.</summary>
/// <param name="Action">Number of the action in the ledger.</param>
/// <param name="About">Of which process; it may have ended.</param>
/// <param name="Name">What that calls itself; empty if nobody knows.</param>
/// <param name="Before">Which action.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Budget">How long it may take.</param>
internal sealed record EvidenceOrder(long Action, Procfs.ProcessIdentity About, string Name, string Before, string Reason, TimeSpan Budget);
