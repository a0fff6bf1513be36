namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>A request that waits. Belongs to its <see cref="Spool"/>, under whose lock it changes.</summary>
internal sealed class SpoolEntry
{
    /// <summary>Disks give room by blocks, and so many small files must not count as none.</summary>
    private const long Block = 4096;

    /// <summary>Its file; null while it waits in memory.</summary>
    public SpoolFileName? File { get; set; }

    /// <summary>Null while it waits on disk.</summary>
    public byte[]? Body { get; set; }

    public required int Items { get; init; }

    public required bool Gzip { get; init; }

    /// <summary>Bytes of the body.</summary>
    public required long Length { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>It is being sent, and must not be dropped to make room.</summary>
    public bool IsSending { get; set; }

    /// <summary>Bytes that count against the bound.</summary>
    public long Size => (Length + Block - 1) / Block * Block;
}

/// <summary>What waits.</summary>
/// <param name="Items">Spans, or data points.</param>
/// <param name="Bytes">On disk and in memory, in blocks.</param>
/// <param name="Since">Since when the oldest waits; null if nothing does.</param>
/// <param name="BytesInMemory">Those of them that would not survive our end.</param>
internal readonly record struct SpoolState(int Requests, long Items, long Bytes, DateTimeOffset? Since, long BytesInMemory);
