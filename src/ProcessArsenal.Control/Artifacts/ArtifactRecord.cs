using System.Text.Json.Serialization;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Evidence;
using ProcessArsenal.Control.Tracing;

namespace ProcessArsenal.Control.Artifacts;

/// <summary>What is known of a file that an action has left: its manifest, kept beside it. A kind of its own is a record and two lines here.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(TraceRecord), TraceRecord.KindName)]
[JsonDerivedType(typeof(DumpRecord), DumpRecord.KindName)]
[JsonDerivedType(typeof(EvidenceRecord), EvidenceRecord.KindName)]
public abstract record ArtifactRecord
{
    /// <summary>As it is asked for: the number of the action in the ledger.</summary>
    public required string Id { get; init; }

    /// <summary>Number of the action in the ledger.</summary>
    public required long Action { get; init; }

    /// <summary>Of the process that it is of.</summary>
    public required string Identity { get; init; }

    public required int Pid { get; init; }

    /// <summary>Of the process; it chose that itself.</summary>
    public required string Name { get; init; }

    public required DateTimeOffset Began { get; init; }

    /// <summary>How long it took, seconds; null: it goes on, or that is not known.</summary>
    public double? Duration { get; init; }

    /// <summary>Of the file, so far.</summary>
    public long Bytes { get; init; }

    /// <summary>What is wrong with the file, in words; null if it is whole.</summary>
    public string? Wrong { get; init; }

    /// <summary>Of the file, in hexadecimal digits; null as long as it is written.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Which kind of file it is; stays.</summary>
    [JsonIgnore]
    public abstract string Kind { get; }

    /// <summary>What the file is called in its directory.</summary>
    [JsonIgnore]
    public abstract string FileName { get; }

    /// <summary>Nothing is written to it any more.</summary>
    [JsonIgnore]
    public abstract bool IsDone { get; }

    /// <summary>What whoever takes the file must hold.</summary>
    [JsonIgnore]
    public virtual Role Role => Role.Diagnose;

    /// <summary>The same, of one that was written when we ended.</summary>
    /// <param name="bytes">That its file has.</param>
    internal abstract ArtifactRecord Interrupted(long bytes);
}

/// <summary>How manifests are written: snake_case, nothing for what is not known.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ArtifactRecord))]
[JsonSerializable(typeof(Dictionary<int, double>))]
internal sealed partial class ArtifactJson : JsonSerializerContext;
