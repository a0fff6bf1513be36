using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ProcessArsenal.Exporter.Api;

/// <summary>Answers in JSON.</summary>
internal static class JsonAnswer
{
    public const string MediaType = "application/json";

    /// <summary>Writes piece by piece, as fast as it is read; who reads too slowly is hung up on by the server.</summary>
    public static async Task WriteAsync<T>(HttpContext http, T value, JsonTypeInfo<T> type, string mediaType = MediaType)
    {
        http.Response.ContentType = mediaType;
        if (HttpMethods.IsHead(http.Request.Method)) return;
        await JsonSerializer.SerializeAsync(http.Response.BodyWriter, value, type, http.RequestAborted);
    }
}
