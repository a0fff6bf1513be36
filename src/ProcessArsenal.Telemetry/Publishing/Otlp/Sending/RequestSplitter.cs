namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>Halves requests that a receiver finds too large. Those of traces and of metrics have the same shape: request { 1 repeated resource_x {
/// 1 resource, 2 repeated scope_x { 1 scope, 2 repeated item, 3 schema_url }, 3 schema_url } }. The first level that has more than one child is halved,
/// and what stands above or beside it is in both halves.</summary>
internal static class RequestSplitter
{
    private const int Resources = 1, Scopes = 2, Items = 2;

    /// <returns>Null if it holds one item or none, or is no request.</returns>
    public static (byte[] First, byte[] Second)? Split(ReadOnlySpan<byte> request)
    {
        if (Halve(request, Resources) is { } byResource) return byResource;
        if (!Only(request, Resources, out ReadOnlySpan<byte> resource)) return null;
        (byte[], byte[])? halves = Halve(resource, Scopes);
        if (halves is null && Only(resource, Scopes, out ReadOnlySpan<byte> scope))
            halves = Halve(scope, Items) is { } byItem ? (Wrap(resource, Scopes, byItem.First), Wrap(resource, Scopes, byItem.Second)) : null;
        return halves is { } found ? (Wrap(request, Resources, found.Item1), Wrap(request, Resources, found.Item2)) : null;
    }

    /// <summary>Items of a request: spans, or data points; 0 for what is none.</summary>
    public static int Count(OtlpSignal signal, ReadOnlySpan<byte> request)
    {
        int count = 0;
        var resources = new ProtobufReader(request);
        while (resources.Next())
        {
            if (resources.Field != Resources || !resources.IsBytes) continue;
            var scopes = new ProtobufReader(resources.Bytes);
            while (scopes.Next())
                if (scopes.Field == Scopes && scopes.IsBytes) count += signal == OtlpSignal.Traces ? Children(scopes.Bytes, Items) : Points(scopes.Bytes);
        }
        return count;
    }

    /// <summary>Metric { 5 gauge, 7 sum, 9 histogram, 10 exponential_histogram, 11 summary }, each { 1 repeated data point }.</summary>
    private static int Points(ReadOnlySpan<byte> scope)
    {
        int count = 0;
        var metrics = new ProtobufReader(scope);
        while (metrics.Next())
        {
            if (metrics.Field != Items || !metrics.IsBytes) continue;
            var metric = new ProtobufReader(metrics.Bytes);
            while (metric.Next())
                if (metric.IsBytes && metric.Field is (5 or 7 or 9 or 10 or 11)) count += Children(metric.Bytes, field: 1);
        }
        return count;
    }

    /// <returns>Null if there are no two children, or the message is malformed.</returns>
    private static (byte[] First, byte[] Second)? Halve(ReadOnlySpan<byte> message, int field)
    {
        // By bytes, as it is bytes that are too many: children may be of very different size.
        int children = Children(message, field);
        if (children < 2) return null;
        long total = 0;
        var reader = new ProtobufReader(message);
        while (reader.Next())
            if (reader.IsBytes && reader.Field == field) total += reader.Whole.Length;
        var first = new MemoryStream(message.Length);
        var second = new MemoryStream(message.Length);
        long before = 0;
        int number = 0;
        reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (!reader.IsBytes || reader.Field != field)
            {
                first.Write(reader.Whole);
                second.Write(reader.Whole);
                continue;
            }
            number++;
            bool isFirst = number == 1 || (number < children && before + (reader.Whole.Length / 2) < total / 2);
            (isFirst ? first : second).Write(reader.Whole);
            before += reader.Whole.Length;
        }
        return (first.ToArray(), second.ToArray());
    }

    /// <returns>0 for a malformed message.</returns>
    private static int Children(ReadOnlySpan<byte> message, int field)
    {
        int count = 0;
        var reader = new ProtobufReader(message);
        while (reader.Next())
            if (reader.IsBytes && reader.Field == field) count++;
        return reader.IsMalformed ? 0 : count;
    }

    private static bool Only(ReadOnlySpan<byte> message, int field, out ReadOnlySpan<byte> child)
    {
        child = default;
        if (Children(message, field) != 1) return false;
        var reader = new ProtobufReader(message);
        while (reader.Next())
            if (reader.IsBytes && reader.Field == field) child = reader.Bytes;
        return true;
    }

    /// <summary>The message with another only child.</summary>
    private static byte[] Wrap(ReadOnlySpan<byte> message, int field, ReadOnlySpan<byte> child)
    {
        var writer = new ProtobufWriter();
        var result = new MemoryStream(message.Length);
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.IsBytes && reader.Field == field)
            {
                writer.WriteBytes(field, child);
                result.Write(writer.Written);
                writer.Clear();
            }
            else result.Write(reader.Whole);
        }
        return result.ToArray();
    }
}
