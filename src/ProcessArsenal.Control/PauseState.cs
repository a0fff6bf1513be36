using System.Text.Json;
using System.Text.Json.Serialization;

namespace ProcessArsenal.Control;

/// <summary>That all actions are paused; kept in the ledger, so that a restart of ours ends it no sooner.</summary>
/// <param name="By">Whose token pressed it.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">When it ends by itself; null: not.</param>
public sealed record PauseState(string By, string Reason, DateTimeOffset Since, DateTimeOffset? Until)
{
    internal const string Key = "pause";

    internal string ToJson() => JsonSerializer.Serialize(this, PauseJson.Default.PauseState);

    /// <summary>What can't be read counts as pressed: in doubt nothing is done.</summary>
    internal static PauseState Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, PauseJson.Default.PauseState) ?? Unreadable;
        }
        catch (JsonException)
        {
            return Unreadable;
        }
    }

    private static PauseState Unreadable => new("somebody", "the ledger does not say any more", DateTimeOffset.UnixEpoch, null);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PauseState))]
internal sealed partial class PauseJson : JsonSerializerContext;
