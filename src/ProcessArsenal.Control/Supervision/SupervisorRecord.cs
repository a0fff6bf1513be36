using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProcessArsenal.Control.Supervision;

/// <summary>What a supervisor must know again after a crash of ours: a file of its own in the state directory.</summary>
/// <param name="Boot">Of <see cref="Procfs.ProcessIdentity.Boot"/>: after another boot all children have ended, and the latch is off.</param>
internal sealed record SupervisorRecord(int Version, uint Boot, DateTimeOffset Written, IReadOnlyList<RecordedChild> Children, IReadOnlyList<RecordedFailure> Failures)
{
    public const int CurrentVersion = 1;

    public DateTimeOffset? LatchedSince { get; init; }

    public string? LatchedWhy { get; init; }
}

/// <summary>A failure that still counts.</summary>
internal sealed record RecordedFailure(DateTimeOffset At, string Child);

/// <summary>A child as it was when the record was written.</summary>
/// <param name="Identity">As its text; null if it did not run.</param>
internal sealed record RecordedChild(string Name, ChildWish Wish, string? Identity = null)
{
    public DateTimeOffset? Started { get; init; }

    /// <summary>When it was last seen alive, clock ticks since boot.</summary>
    public ulong AliveTicks { get; init; }

    /// <summary>The file that it writes to.</summary>
    public string? Log { get; init; }

    public int Restarts { get; init; }

    public int Failures { get; init; }

    public ChildEnd? LastEnd { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SupervisorRecord), TypeInfoPropertyName = "Record")]
internal sealed partial class RecordJson : JsonSerializerContext
{
    /// <summary>Null if it is not what we wrote.</summary>
    public static SupervisorRecord? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Default.Record) is { Version: SupervisorRecord.CurrentVersion } record ? record : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
