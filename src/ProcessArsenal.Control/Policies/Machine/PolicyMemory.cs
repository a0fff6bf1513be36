using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ProcessArsenal.Control.Policies.Machine;

/// <summary>What is kept of a policy itself.</summary>
/// <param name="Sequence">Number of its last run.</param>
/// <param name="Mode">Set at run time; null: that of the configuration.</param>
/// <param name="Configured">What the configuration said when that, or the latch, was set: when it says something else, that counts.</param>
/// <param name="Uncured">Runs in a row that cured nothing.</param>
/// <param name="Times">See <see cref="PolicyBudget.Times"/>.</param>
internal sealed record PolicyRow(
    string Name, long Sequence, PolicyMode? Mode, PolicyMode Configured, DateTimeOffset? LatchedSince, string? LatchedWhy, int Uncured, PolicyScore Score, IReadOnlyList<long> Times);

/// <summary>How its runs ended, since ever.</summary>
/// <param name="Cured">Of those that acted: verified.</param>
/// <param name="NotCured">Of those that acted: in vain.</param>
/// <param name="Unverified">Of those that acted: nobody knows.</param>
public sealed record PolicyScore(long Cured, long NotCured, long Unverified);

/// <summary>How the state of policies is written in the ledger: a row each for a policy, its runs, its incidents, and the targets that are let be.</summary>
internal static class PolicyMemory
{
    /// <summary>Every key begins so.</summary>
    public const string Prefix = "policy/";

    public const string StormKey = "policy-storm";

    /// <summary>Number of the last thing that happened to an alert of which all that followed is kept.</summary>
    public const string AlertsKey = "policy-alerts";

    public const string Run = "run", Incident = "incident", Target = "target", Self = "self";

    public static string KeyOf(string policy, string kind, string what = "") => what.Length == 0 ? $"{Prefix}{policy}/{kind}" : $"{Prefix}{policy}/{kind}/{Hash(what)}";

    public static string Write<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.Serialize(value, type);

    /// <returns>Null if it is not what we wrote.</returns>
    public static T? Read<T>(string text, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(text, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Taken apart; null if it is none of ours.</summary>
    public static (string Policy, string Kind)? Parse(string key)
    {
        if (!key.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        string[] parts = key.Split('/');
        return parts.Length is 3 or 4 ? (parts[1], parts[2]) : null;
    }

    /// <summary>Names that processes or others choose go in as a hash: a key has a length and no control characters.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, UseStringEnumConverter = true)]
[JsonSerializable(typeof(PolicyRow))]
[JsonSerializable(typeof(PolicyRun))]
[JsonSerializable(typeof(Incident))]
[JsonSerializable(typeof(TargetMemory))]
internal sealed partial class PolicyJson : JsonSerializerContext;
