namespace ProcessArsenal.Telemetry.Publishing.Otlp;

/// <summary>Encodes once what is the same in every request.</summary>
internal static class OtlpText
{
    /// <summary>Attributes with texts as values, as fields of the message that has them. One without a name is none.</summary>
    /// <param name="field">Their number there.</param>
    public static byte[] Attributes(int field, params IEnumerable<KeyValuePair<string, string>> attributes)
    {
        var writer = new ProtobufWriter();
        foreach ((string name, string value) in attributes)
        {
            if (name.Length == 0) continue;
            OpenMessage attribute = writer.BeginMessage(field);
            writer.WriteString(1, name);
            OpenMessage any = writer.BeginMessage(2);
            writer.WriteString(1, value);
            writer.EndMessage(any);
            writer.EndMessage(attribute);
        }
        return writer.Written.ToArray();
    }

    /// <summary>The same, and one with a number.</summary>
    public static byte[] Attributes(int field, IEnumerable<KeyValuePair<string, string>> attributes, KeyValuePair<string, long> number)
    {
        var writer = new ProtobufWriter();
        OpenMessage attribute = writer.BeginMessage(field);
        writer.WriteString(1, number.Key);
        OpenMessage any = writer.BeginMessage(2);
        writer.WriteVarint(3, (ulong)number.Value);
        writer.EndMessage(any);
        writer.EndMessage(attribute);
        return [.. Attributes(field, attributes), .. writer.Written];
    }

    /// <summary>The body of an InstrumentationScope.</summary>
    public static byte[] Scope(string name, string version)
    {
        var writer = new ProtobufWriter();
        if (name.Length > 0) writer.WriteString(1, name);
        if (version.Length > 0) writer.WriteString(2, version);
        return writer.Written.ToArray();
    }
}
