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
            if (name.Length > 0) AttributeWriter.Write(writer, field, name, value);
        return writer.Written.ToArray();
    }

    /// <summary>The same, and one with a number.</summary>
    public static byte[] Attributes(int field, IEnumerable<KeyValuePair<string, string>> attributes, KeyValuePair<string, long> number)
    {
        var writer = new ProtobufWriter();
        AttributeWriter.Write(writer, field, number.Key, number.Value);
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
