using System.Globalization;
using System.IO.Hashing;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>The name of a file in a spool says all there is to know of it: <c>0000000000000000042.01-1280-0123456789abcdef.otlp.gz</c>. Names in ordinal
/// order are requests in the order in which they came.</summary>
/// <param name="Sequence">The later, the greater.</param>
/// <param name="Part">Of a request that was halved, which half of which: digits 0 and 1; else empty. A half comes after the whole and before what came
/// next.</param>
/// <param name="Items">In the request.</param>
/// <param name="Hash">Of the content and of <paramref name="Items"/>, <see cref="HashOf"/>: nothing is forced to the disk, so that after a power failure a file may be there whose content is not.</param>
/// <param name="Gzip">The content is compressed.</param>
internal readonly record struct SpoolFileName(long Sequence, string Part, int Items, ulong Hash, bool Gzip)
{
    public const string Temporary = ".tmp";

    /// <summary>Greater ones are not ours: at a thousand requests a second, ours get there in thirty million years. Those after them would overflow.</summary>
    private const long MostSequence = 1_000_000_000_000_000_000;

    private const string Plain = ".otlp", Compressed = ".otlp.gz";
    private const int MostParts = 40, SequenceDigits = 19, HashDigits = 16, MostLength = 128;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Sequence:D19}{(Part.Length > 0 ? "." : "")}{Part}-{Items}-{Hash:x16}{(Gzip ? Compressed : Plain)}");

    /// <summary>XxHash3 of a content, with the number of its items for a seed: a name that tells another number than we wrote is wrong too.</summary>
    public static ulong HashOf(ReadOnlySpan<byte> content, int items) => XxHash3.HashToUInt64(content, items);

    /// <returns>False for whatever we did not write.</returns>
    public static bool TryParse(string name, out SpoolFileName parsed)
    {
        parsed = default;
        if (name.Length > MostLength) return false;
        bool gzip = name.EndsWith(Compressed, StringComparison.Ordinal);
        if (!gzip && !name.EndsWith(Plain, StringComparison.Ordinal)) return false;
        ReadOnlySpan<char> rest = name.AsSpan(0, name.Length - (gzip ? Compressed : Plain).Length);
        Span<Range> ranges = stackalloc Range[4];
        if (rest.Split(ranges, '-') != 3) return false;
        ReadOnlySpan<char> place = rest[ranges[0]], items = rest[ranges[1]], hash = rest[ranges[2]];
        if (place.Length < SequenceDigits || hash.Length != HashDigits) return false;
        ReadOnlySpan<char> part = place[SequenceDigits..];
        if (part.Length > 0 && (part[0] != '.' || part.Length is < 2 or > MostParts + 1 || part[1..].ContainsAnyExcept('0', '1'))) return false;
        if (!long.TryParse(place[..SequenceDigits], NumberStyles.None, CultureInfo.InvariantCulture, out long sequence) || sequence > MostSequence) return false;
        if (!int.TryParse(items, NumberStyles.None, CultureInfo.InvariantCulture, out int count)) return false;
        if (!ulong.TryParse(hash, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value)) return false;
        parsed = new SpoolFileName(sequence, part.Length > 0 ? part[1..].ToString() : "", count, value, gzip);
        return parsed.ToString() == name;
    }

    /// <summary>How deep a request may be halved.</summary>
    public bool CanHalve => Part.Length < MostParts;
}
