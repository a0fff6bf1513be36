namespace ProcessArsenal.Control.Evidence;

/// <summary>What a bundle has.</summary>
/// <param name="Host">Where it was taken.</param>
/// <param name="Action">Number of the action in the ledger of that host.</param>
/// <param name="Identity">Whose process it is about.</param>
/// <param name="Name">What that calls itself; empty if nobody knows.</param>
/// <param name="Reason">Why it was taken.</param>
/// <param name="Took">Seconds, without packing.</param>
/// <param name="Missing">What is not there, and why.</param>
public sealed record EvidenceManifest(
    string Host, long Action, string Identity, string Name, string Reason, DateTimeOffset Began, double Took, IReadOnlyList<EvidenceFile> Files, IReadOnlyDictionary<string, string> Missing)
{
    public const string FileName = "manifest.json";
}

/// <summary>One file of a bundle.</summary>
/// <param name="Sha256">Of its bytes, hexadecimal.</param>
public sealed record EvidenceFile(string Name, long Bytes, string Sha256);
