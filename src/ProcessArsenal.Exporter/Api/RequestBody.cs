using System.Text.Json;
using System.Text.Unicode;

namespace ProcessArsenal.Exporter.Api;

/// <summary>Reads the body of a request: one JSON object, small and in time.</summary>
internal static class RequestBody
{
    /// <summary>Bytes.</summary>
    public const int Most = 64 * 1024;

    public const string HalfPair = "A text of the body has half of a surrogate pair, which is no character.";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>Reads it.</summary>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="ProblemException">It is no JSON object, too large, or does not come.</exception>
    public static async Task<JsonDocument?> ReadAsync(HttpContext http)
    {
        ReadOnlyMemory<byte> content = await BytesAsync(http, Most);
        if (content.Length == 0) return null;
        if (!Utf8.IsValid(content.Span)) throw new ProblemException(Problem.InvalidBody("The body is no UTF-8."));
        JsonDocument body;
        try
        {
            body = JsonDocument.Parse(content, Options);
        }
        catch (JsonException e)
        {
            string where = e.LineNumber is { } line ? FormattableString.Invariant($"line {line + 1}, byte {e.BytePositionInLine + 1}") : "a name is given twice";
            throw new ProblemException(Problem.InvalidBody($"The body is no JSON that can be read: {where}."));
        }
        catch (InvalidOperationException)
        {
            throw new ProblemException(Problem.InvalidBody(HalfPair)); // Of a name, which is compared with the others.
        }
        if (body.RootElement.ValueKind == JsonValueKind.Object) return body;
        body.Dispose();
        throw new ProblemException(Problem.InvalidBody("The body must be a JSON object."));
    }

    /// <summary>Reads it as it is.</summary>
    /// <exception cref="ProblemException">It is too large, or does not come.</exception>
    public static async Task<ReadOnlyMemory<byte>> BytesAsync(HttpContext http, int most)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        late.CancelAfter(Patience);
        try
        {
            var content = new MemoryStream((int)Math.Min(http.Request.ContentLength ?? 0, most));
            await http.Request.Body.CopyToAsync(content, late.Token);
            return content.GetBuffer().AsMemory(0, (int)content.Length);
        }
        catch (BadHttpRequestException e)
        {
            http.Response.Headers.Connection = "close"; // The rest of it is not read.
            throw new ProblemException(e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? Problem.BodyTooLarge(FormattableString.Invariant($"{http.Request.Method} {http.Request.Path} takes no more than {most} bytes.")) : Problem.InvalidBody("The body ends too early, or comes too slowly."));
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            http.Response.Headers.Connection = "close";
            throw new ProblemException(Problem.InvalidBody(FormattableString.Invariant($"The body did not come within {Patience.TotalSeconds} s.")));
        }
    }
}
