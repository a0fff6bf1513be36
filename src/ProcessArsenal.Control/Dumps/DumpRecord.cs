using System.Text.Json.Serialization;
using ProcessArsenal.Control.Artifacts;
using ProcessArsenal.Control.Authorization;

namespace ProcessArsenal.Control.Dumps;

/// <summary>What is known of a dump.</summary>
public sealed record DumpRecord : ArtifactRecord
{
    internal const string KindName = "dump";

    /// <summary>Which type of dump: a name of <see cref="DumpOrder.Types"/>.</summary>
    public required string Type { get; init; }

    public required DumpState State { get; init; }

    /// <summary>Bytes that were expected.</summary>
    public required long Expected { get; init; }

    /// <summary>How long the process stood still for it, seconds; null: that is not known.</summary>
    public double? Freeze { get; init; }

    /// <summary>How long it may have, seconds.</summary>
    public required double MaxFreeze { get; init; }

    /// <summary>The file's own name.</summary>
    public required string File { get; init; }

    /// <summary>Where its runtime writes it first, until it is taken; null: nowhere.</summary>
    public DumpLocation? At { get; init; }

    [JsonIgnore]
    public override string Kind => KindName;

    [JsonIgnore]
    public override string FileName => Path.GetFileName(File) is { Length: > 0 } name ? name : "dump"; // It was read from a file.

    [JsonIgnore]
    public override bool IsDone => State == DumpState.Done;

    /// <summary>Whatever the process had in its memory is in it.</summary>
    [JsonIgnore]
    public override Role Role => Role.Operate;

    internal override ArtifactRecord Interrupted(long bytes) => this with { State = DumpState.Done, Wrong = "the exporter ended meanwhile", Bytes = bytes };
}

/// <summary>A directory of ours in the file system of a target.</summary>
/// <param name="Folder">In which it is, as the target calls that.</param>
/// <param name="Name">Of the directory; nobody can have known it before.</param>
/// <param name="File">Of what is written into it; nobody can know it who has not written it.</param>
/// <param name="MountNamespace">Of the target (namespaces(7)).</param>
public sealed record DumpLocation(string Folder, string Name, string File, ulong MountNamespace);

/// <summary>How a dump stands.</summary>
public enum DumpState
{
    /// <summary>It is written; the process may stand still.</summary>
    [JsonStringEnumMemberName("dumping")]
    Dumping,

    /// <summary>The process goes on, and what was written is taken over.</summary>
    [JsonStringEnumMemberName("copying")]
    Copying,

    [JsonStringEnumMemberName("done")]
    Done,
}
