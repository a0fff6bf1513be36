namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>What came of reading a request out of a spool.</summary>
internal enum SpoolRead : byte
{
    Whole,

    /// <summary>It is there, and may be readable later.</summary>
    NotNow,

    /// <summary>It is gone, or is not what was written.</summary>
    Lost,
}
