namespace ProcessArsenal.Telemetry.EventPipe.NetTrace;

/// <summary>What a kind of event is. Names are chosen by the target.</summary>
/// <param name="Provider">Who writes it (the name of an EventSource, or of the runtime's provider).</param>
/// <param name="EventId">Its number with that provider.</param>
/// <param name="Name">Empty for the runtime's own events: those go by number.</param>
/// <param name="Keywords">Groups that it belongs to, a bit each.</param>
/// <param name="Version">Of its fields.</param>
/// <param name="Level">1 critical to 5 verbose.</param>
/// <param name="Fields">What its payload holds, in order; empty if that is not told.</param>
internal sealed record EventMetadata(string Provider, int EventId, string Name, long Keywords, int Version, int Level, EventField[] Fields)
{
    private const int MostFields = 1024, MostLevels = 8;
    private const int ParametersTag = 2;

    /// <summary>Parses the payload of a blob of a block of metadata.</summary>
    /// <param name="id">What events refer to it by.</param>
    /// <returns>Null if it does not have the shape; then its events can't be told apart from others.</returns>
    public static EventMetadata? Parse(ReadOnlySpan<byte> payload, out int id)
    {
        var cursor = new BinaryCursor(payload);
        id = cursor.ReadInt32();
        string provider = cursor.ReadText().ToString();
        int eventId = cursor.ReadInt32();
        string name = cursor.ReadText().ToString();
        long keywords = cursor.ReadInt64();
        int version = cursor.ReadInt32(), level = cursor.ReadInt32();
        if (cursor.HasFailed) return null;
        EventField[] fields = ReadFields(ref cursor, 0) ?? [];
        if (fields.Length == 0) fields = ReadTags(ref cursor);
        return new EventMetadata(provider, eventId, name, keywords, version, level, cursor.HasFailed ? [] : fields);
    }

    private static EventField[]? ReadFields(ref BinaryCursor cursor, int depth)
    {
        int count = cursor.ReadInt32();
        if (depth > MostLevels || count is < 0 or > MostFields) return null;
        var fields = new List<EventField>();
        for (int i = 0; i < count && !cursor.HasFailed; i++)
        {
            var type = (FieldType)cursor.ReadInt32();
            EventField[] members = [];
            if (type == FieldType.Object && ReadFields(ref cursor, depth + 1) is var inner)
            {
                if (inner is null) return null;
                members = inner;
            }
            fields.Add(new EventField(cursor.ReadText().ToString(), type, members));
        }
        return cursor.HasFailed ? null : [.. fields];
    }

    /// <summary>Version 5 tells the fields of events that have arrays in a tag of their own.</summary>
    private static EventField[] ReadTags(ref BinaryCursor cursor)
    {
        while (cursor.Left > sizeof(int))
        {
            int size = cursor.ReadInt32();
            byte kind = cursor.ReadByte();
            var tag = new BinaryCursor(cursor.ReadBytes(size));
            if (kind == ParametersTag) return ReadSizedFields(ref tag, 0) ?? [];
        }
        return [];
    }

    private static EventField[]? ReadSizedFields(ref BinaryCursor cursor, int depth)
    {
        int count = cursor.ReadInt32();
        if (depth > MostLevels || count is < 0 or > MostFields) return null;
        var fields = new List<EventField>();
        for (int i = 0; i < count; i++)
        {
            int size = cursor.ReadInt32();
            if (size < sizeof(int)) return null;
            var field = new BinaryCursor(cursor.ReadBytes(size - sizeof(int)));
            string name = field.ReadText().ToString();
            var type = (FieldType)field.ReadInt32();
            var element = type == FieldType.Array ? (FieldType)field.ReadInt32() : type;
            EventField[] members = [];
            if (element == FieldType.Object && ReadSizedFields(ref field, depth + 1) is var inner)
            {
                if (inner is null) return null;
                members = inner;
            }
            if (field.HasFailed) return null;
            fields.Add(new EventField(name, type, members) { Element = element });
        }
        return [.. fields];
    }
}

/// <summary>A part of a payload.</summary>
/// <param name="Name">Chosen by the target.</param>
/// <param name="Type">How it is written.</param>
/// <param name="Members">Of an object, or of an array of them.</param>
internal sealed record EventField(string Name, FieldType Type, EventField[] Members)
{
    /// <summary>Of an array; else the type itself.</summary>
    public FieldType Element { get; init; } = Type;
}

/// <summary>How a field is written: System.TypeCode, and what EventPipe adds to it.</summary>
internal enum FieldType
{
    Object = 1,
    Boolean = 3,
    Char = 4,
    SByte = 5,
    Byte = 6,
    Int16 = 7,
    UInt16 = 8,
    Int32 = 9,
    UInt32 = 10,
    Int64 = 11,
    UInt64 = 12,
    Single = 13,
    Double = 14,
    Decimal = 15,
    DateTime = 16,
    Guid = 17,
    String = 18,
    Array = 19,
}
