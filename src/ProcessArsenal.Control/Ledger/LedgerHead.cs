using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;

namespace ProcessArsenal.Control.Ledger;

/// <summary>The last row of the chain. Kept off the host it proves later that no row up to it was changed or taken away. Written <c>sequence:hash</c>.</summary>
/// <param name="Sequence">Number of the row; 0 if it is not known.</param>
/// <param name="Hash">Its hash, 64 hexadecimal digits in lower case.</param>
public sealed record LedgerHead(long Sequence, string Hash)
{
    private const int HashDigits = SHA256.HashSizeInBytes * 2;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdefABCDEF");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Sequence}:{Hash}");

    /// <summary>Reads what <see cref="ToString"/> wrote, or a hash alone.</summary>
    /// <returns>Null if it is neither.</returns>
    public static LedgerHead? Parse(ReadOnlySpan<char> text)
    {
        int colon = text.IndexOf(':');
        ReadOnlySpan<char> hash = text[(colon + 1)..];
        long sequence = 0;
        if (colon >= 0 && (!long.TryParse(text[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out sequence) || sequence == 0)) return null;
        return hash.Length == HashDigits && hash.IndexOfAnyExcept(Digits) < 0 ? new LedgerHead(sequence, hash.ToString().ToLowerInvariant()) : null;
    }
}
