using System.Text;
using ProcessArsenal.Telemetry.Publishing.Otlp;
using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Sending;

/// <summary>Requests whose items have names, and the names in a request.</summary>
internal static class TestRequests
{
    /// <summary>One request of spans: resources of scopes of names.</summary>
    public static byte[] Traces(string[][][] resources)
    {
        var writer = new ProtobufWriter();
        foreach (string[][] scopes in resources)
        {
            OpenMessage resource = writer.BeginMessage(1);
            writer.WriteBytes(1, "resource"u8);
            foreach (string[] names in scopes)
            {
                OpenMessage scope = writer.BeginMessage(2);
                writer.WriteBytes(1, "scope"u8);
                foreach (string name in names)
                {
                    OpenMessage span = writer.BeginMessage(2);
                    writer.WriteString(5, name);
                    writer.EndMessage(span);
                }
                writer.WriteString(3, "schema");
                writer.EndMessage(scope);
            }
            writer.WriteString(3, "schema");
            writer.EndMessage(resource);
        }
        return writer.Written.ToArray();
    }

    public static byte[] Traces(params string[] names) => Traces([[names]]);

    /// <summary>One request of metrics, a gauge of so many points for each name.</summary>
    public static byte[] Metrics(int points, params string[] names)
    {
        var writer = new ProtobufWriter();
        OpenMessage resource = writer.BeginMessage(1), scope = writer.BeginMessage(2);
        foreach (string name in names)
        {
            OpenMessage metric = writer.BeginMessage(2);
            writer.WriteString(1, name);
            OpenMessage gauge = writer.BeginMessage(5);
            for (int i = 0; i < points; i++)
            {
                OpenMessage point = writer.BeginMessage(1);
                writer.WriteDouble(4, i);
                writer.EndMessage(point);
            }
            writer.EndMessage(gauge);
            writer.EndMessage(metric);
        }
        writer.EndMessage(scope);
        writer.EndMessage(resource);
        return writer.Written.ToArray();
    }

    /// <summary>Names of the items, in order; throws for what is no request.</summary>
    public static List<string> Names(ReadOnlySpan<byte> request, int nameField = 5)
    {
        var names = new List<string>();
        foreach (byte[] resource in Children(request, 1))
            foreach (byte[] scope in Children(resource, 2))
                foreach (byte[] item in Children(scope, 2))
                    names.Add(Encoding.UTF8.GetString(Children(item, nameField).Single()));
        return names;
    }

    private static List<byte[]> Children(ReadOnlySpan<byte> message, int field)
    {
        var children = new List<byte[]>();
        var reader = new ProtobufReader(message);
        while (reader.Next())
            if (reader.Field == field && reader.IsBytes) children.Add(reader.Bytes.ToArray());
        return reader.IsMalformed ? throw new InvalidDataException() : children;
    }
}
