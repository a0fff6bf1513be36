using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ProcessArsenal.Control.Ledger;

/// <summary>One row of the audit table, byte for byte as it is stored: a text is compared as what it is, not as what a decoder makes of it.</summary>
/// <param name="Sequence">1, 2, 3, ... without a gap.</param>
/// <param name="Recorded">Microseconds since 1970, UTC. The clock may be set back: the order is that of <paramref name="Sequence"/>.</param>
/// <param name="Kind">One of <see cref="AuditKind"/>.</param>
/// <param name="Action">Of an intent and its outcome: the intent's sequence.</param>
/// <param name="Subject">Of an intent: its idempotency key as <c>caller/key</c>. Of a state: its key.</param>
/// <param name="Content">JSON.</param>
internal readonly record struct AuditRow(long Sequence, long Recorded, byte[] Kind, long? Action, byte[]? Subject, byte[] Content)
{
    private static readonly byte[] Version = "process-arsenal audit 1\n"u8.ToArray();

    /// <summary>What the first row follows.</summary>
    public static readonly byte[] NoHash = new byte[SHA256.HashSizeInBytes];

    /// <summary>SHA-256 of the hash before and of every column. Each has its length or a mark of absence before it, so that no two rows are written alike.</summary>
    public byte[] Hash(ReadOnlySpan<byte> before)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Version);
        hash.AppendData(before);
        Append(hash, Sequence);
        Append(hash, Recorded);
        Append(hash, Kind);
        Append(hash, Action is null ? 0 : 1);
        Append(hash, Action ?? 0);
        Append(hash, Subject);
        Append(hash, Content);
        return hash.GetHashAndReset();
    }

    public static AuditRow Of(long sequence, DateTimeOffset recorded, string kind, long? action, string? subject, string content) => new(
        sequence, Micros(recorded), Encoding.UTF8.GetBytes(kind), action, subject is null ? null : Encoding.UTF8.GetBytes(subject), Encoding.UTF8.GetBytes(content));

    public static long Micros(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>A time that can't be one, as only somebody else writes it, becomes the nearest that can.</summary>
    public static DateTimeOffset Time(long micros) => DateTimeOffset.UnixEpoch.AddTicks(
        Math.Clamp(micros, Micros(DateTimeOffset.MinValue), Micros(DateTimeOffset.MaxValue)) * TimeSpan.TicksPerMicrosecond);

    private static void Append(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }

    private static void Append(IncrementalHash hash, byte[]? text)
    {
        Append(hash, text?.Length ?? -1L);
        if (text is not null) hash.AppendData(text);
    }
}

/// <summary>What a row is. Written in the ledger: they stay.</summary>
internal static class AuditKind
{
    public const string Created = "created", Intent = "intent", Outcome = "outcome", State = "state", Checkpoint = "checkpoint", Deliveries = "deliveries";
}
