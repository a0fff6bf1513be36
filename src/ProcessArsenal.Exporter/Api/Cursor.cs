using System.Buffers.Text;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ProcessArsenal.Telemetry.Analysis;

namespace ProcessArsenal.Exporter.Api;

/// <summary>Where a page ended: the place of its last process, so that the next goes on after it even if the processes before have changed by then.</summary>
/// <param name="Sort">What it is sorted by.</param>
/// <param name="Descending">The greatest first.</param>
/// <param name="Where">Tells one expression from others.</param>
internal sealed record Cursor(string Sort, bool Descending, ulong Where, double? Number, string? Text, int Pid)
{
    private const int MaxLength = 2048;

    [JsonIgnore]
    public ProcessPlace Place => new(Number, Text, Pid);

    public static string Of(string sort, bool descending, string? where, in ProcessPlace place) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new Cursor(sort, descending, Hash(where), place.Number, place.Text, place.Pid), CursorJson.Default.Cursor));

    /// <returns>Null if it is none.</returns>
    public static Cursor? Parse(string text)
    {
        if (text.Length > MaxLength || !Base64Url.IsValid(text)) return null;
        try
        {
            return JsonSerializer.Deserialize(Base64Url.DecodeFromChars(text), CursorJson.Default.Cursor) is { Sort: not null } cursor ? cursor : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public bool Continues(string sort, bool descending, string? where) => Sort == sort && Descending == descending && Where == Hash(where);

    private static ulong Hash(string? where) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(where ?? ""));
}

[JsonSerializable(typeof(Cursor))]
internal sealed partial class CursorJson : JsonSerializerContext;
