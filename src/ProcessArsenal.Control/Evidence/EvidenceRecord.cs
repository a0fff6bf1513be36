using System.Text.Json.Serialization;
using ProcessArsenal.Control.Artifacts;

namespace ProcessArsenal.Control.Evidence;

/// <summary>What is known of a bundle. Who may look into processes may have it: secrets are hidden in it as they are there.</summary>
public sealed record EvidenceRecord : ArtifactRecord
{
    public const string KindName = "evidence";

    public required EvidenceState State { get; init; }

    /// <summary>Before which action it was taken; snapshot: for its own sake.</summary>
    public required string Before { get; init; }

    /// <summary>What is not in it, and why; null: all is.</summary>
    public IReadOnlyDictionary<string, string>? Missing { get; init; }

    [JsonIgnore]
    public override string Kind => KindName;

    [JsonIgnore]
    public override string FileName => "evidence.tar.gz";

    [JsonIgnore]
    public override bool IsDone => State == EvidenceState.Done;

    internal override ArtifactRecord Interrupted(long bytes) => this with { State = EvidenceState.Done, Wrong = "the exporter ended meanwhile", Bytes = bytes };
}

/// <summary>How a bundle stands.</summary>
public enum EvidenceState
{
    [JsonStringEnumMemberName("taking")]
    Taking,

    [JsonStringEnumMemberName("done")]
    Done,
}
