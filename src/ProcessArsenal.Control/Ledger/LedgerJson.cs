using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ProcessArsenal.Control.Ledger;

/// <summary>What is in the column <c>content</c> of an intent.</summary>
/// <param name="Request">SHA-256 of the request that had the idempotency key.</param>
internal sealed record IntentContent(Intent Intent, string? IdempotencyKey = null, string? Request = null);

/// <summary>What is in the column <c>content</c> of a state; no value: removed.</summary>
internal sealed record StateContent(DateTimeOffset Changed, string? Value = null, DateTimeOffset? Expires = null);

/// <summary>What is in the column <c>content</c> where older rows were taken away: the last of them, from which the chain goes on.</summary>
internal sealed record CheckpointContent(long Through, string Hash);

/// <summary>What is in the column <c>content</c> of the first row: so no two ledgers have a hash in common.</summary>
internal sealed record CreatedContent(string Ledger, int Schema);

/// <summary>What is in the column <c>content</c> of a row that vouches for deliveries: up to which, and the hash of that one, which covers all before.</summary>
/// <param name="Count">How many came since the row before.</param>
internal sealed record DeliveriesContent(long Through, string Hash, long Count);

/// <summary>The JSON of the ledger: ASCII, as everything else is escaped, so that no NUL and no half of a character gets into the database.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(IntentContent))]
[JsonSerializable(typeof(Outcome))]
[JsonSerializable(typeof(StateContent))]
[JsonSerializable(typeof(CheckpointContent))]
[JsonSerializable(typeof(CreatedContent))]
[JsonSerializable(typeof(DeliveriesContent))]
[JsonSerializable(typeof(Alerting.IncidentContent))]
[JsonSerializable(typeof(Alerting.DeliveryContent))]
internal sealed partial class LedgerJson : JsonSerializerContext
{
    /// <summary>Bytes that one row may have.</summary>
    public const int MostBytes = 64 * 1024;

    /// <exception cref="LedgerException">It is too large.</exception>
    public static string Write<T>(T content, JsonTypeInfo<T> type)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(content, type);
        if (json.Length > MostBytes) throw new LedgerException(LedgerFault.TooLarge, $"{json.Length} bytes are too many for one row of the ledger ({MostBytes}): keep large results as artifacts.");
        return Encoding.UTF8.GetString(json);
    }

    /// <exception cref="LedgerException">It is not what we wrote.</exception>
    public static T Read<T>(string content, JsonTypeInfo<T> type, long sequence)
    {
        try
        {
            return JsonSerializer.Deserialize(content, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw LedgerException.Broken("the ledger", $"row {sequence} can't be read", e);
        }
    }
}
