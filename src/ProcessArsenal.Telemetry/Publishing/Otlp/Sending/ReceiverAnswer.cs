using System.Globalization;
using System.Text;
using System.Text.Json;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>Reads what receivers say, which may be anything: what is no sense is nothing.</summary>
internal static class ReceiverAnswer
{
    /// <summary>Bytes of an answer that are looked at.</summary>
    public const int MostBytes = 64 * 1024;

    private const int MostText = 200;
    private const string Unreadable = "an answer that makes no sense, or breaks off: it may have taken only a part";
    private const string RetryInfoType = "/google.rpc.RetryInfo";

    /// <summary>ExportTraceServiceResponse and ExportMetricsServiceResponse: 1 partial_success { 1 rejected, 2 error_message }.</summary>
    public static SendOutcome Accepted(ReadOnlySpan<byte> response)
    {
        long rejected = 0;
        string message = "";
        var fields = new ProtobufReader(response);
        while (fields.Next())
        {
            if (fields.Field != 1 || !fields.IsBytes) continue;
            var partial = new ProtobufReader(fields.Bytes);
            while (partial.Next())
            {
                if (partial.Field == 1 && !partial.IsBytes) rejected = Math.Max(0, (long)partial.Number);
                else if (partial.Field == 2 && partial.IsBytes) message = Text(partial.Bytes);
            }
        }
        if (fields.IsMalformed && rejected == 0) message = Unreadable;
        return new SendOutcome(SendResult.Accepted, message, rejected);
    }

    /// <summary>The same in JSON, in which some answer whatever they were asked in: {"partialSuccess":{"rejectedSpans":"1","errorMessage":""}}.</summary>
    public static SendOutcome AcceptedJson(ReadOnlyMemory<byte> response)
    {
        try
        {
            if (response.Span.StartsWith(Encoding.UTF8.Preamble)) response = response[Encoding.UTF8.Preamble.Length..];
            using var json = JsonDocument.Parse(response);
            if (json.RootElement is not { ValueKind: JsonValueKind.Object } root || !(root.TryGetProperty("partialSuccess", out JsonElement partial) || root.TryGetProperty("partial_success", out partial))
                || partial.ValueKind != JsonValueKind.Object) return new SendOutcome(SendResult.Accepted);
            string message = Value(partial, "errorMessage", "error_message");
            long rejected = Math.Max(Number(partial, "rejectedSpans", "rejected_spans"), Number(partial, "rejectedDataPoints", "rejected_data_points"));
            return new SendOutcome(SendResult.Accepted, Text(Encoding.UTF8.GetBytes(message)), rejected);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return response.IsEmpty ? new SendOutcome(SendResult.Accepted) : new SendOutcome(SendResult.Accepted, Unreadable);
        }
    }

    /// <summary>Numbers of 64 bits are text in the JSON of protocol buffers, and often numbers all the same.</summary>
    private static long Number(JsonElement parent, string name, string inProto) =>
        long.TryParse(Value(parent, name, inProto), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;

    /// <param name="inProto">The field's name in the .proto file, which readers of JSON must take too (<see href="https://protobuf.dev/programming-guides/json"/>).</param>
    private static string Value(JsonElement parent, string name, string inProto) =>
        parent.TryGetProperty(name, out JsonElement value) || parent.TryGetProperty(inProto, out value) ? value.ToString() : "";

    /// <summary>google.rpc.Status { 1 code, 2 message, 3 details: repeated Any { 1 type_url, 2 value } }, where a detail may be
    /// RetryInfo { 1 retry_delay: Duration { 1 seconds, 2 nanos } }.</summary>
    public static (string Message, TimeSpan? RetryAfter) Status(ReadOnlySpan<byte> status)
    {
        string message = "";
        TimeSpan? delay = null;
        var fields = new ProtobufReader(status);
        while (fields.Next())
        {
            if (!fields.IsBytes) continue;
            if (fields.Field == 2) message = Text(fields.Bytes);
            else if (fields.Field == 3) delay ??= RetryDelay(fields.Bytes);
        }
        return (message, delay);
    }

    /// <summary>Foreign bytes as a short text of one line.</summary>
    public static string Text(ReadOnlySpan<byte> text) => Quoting.Cap(Encoding.UTF8.GetString(text[..Math.Min(text.Length, 4 * MostText)]).Trim(), MostText);

    private static TimeSpan? RetryDelay(ReadOnlySpan<byte> any)
    {
        bool isRetryInfo = false;
        ReadOnlySpan<byte> value = default;
        var fields = new ProtobufReader(any);
        while (fields.Next())
        {
            if (!fields.IsBytes) continue;
            if (fields.Field == 1) isRetryInfo = fields.Bytes.EndsWith(Encoding.ASCII.GetBytes(RetryInfoType));
            else if (fields.Field == 2) value = fields.Bytes;
        }
        if (!isRetryInfo) return null;
        TimeSpan delay = TimeSpan.Zero; // RetryInfo without a delay: at once, though we never do
        var info = new ProtobufReader(value);
        while (info.Next())
            if (info.Field == 1 && info.IsBytes) delay = Duration(info.Bytes);
        return delay;
    }

    private static TimeSpan Duration(ReadOnlySpan<byte> duration)
    {
        long seconds = 0, nanoseconds = 0;
        var fields = new ProtobufReader(duration);
        while (fields.Next())
        {
            if (fields.IsBytes) continue;
            if (fields.Field == 1) seconds = (long)fields.Number;
            else if (fields.Field == 2) nanoseconds = (long)fields.Number;
        }
        // A year is no delay but a mistake, and is capped anyway.
        return TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 31_536_000)) + TimeSpan.FromMicroseconds(Math.Clamp(nanoseconds, 0, 999_999_999) / 1000);
    }
}
