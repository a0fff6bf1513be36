using System.Globalization;
using System.Text;

namespace ProcessArsenal.Control.Alerting;

/// <summary>What Alertmanager calls an alert: 64-bit FNV-1a of its labels, sorted by name, as in LabelSet.Fingerprint of
/// https://github.com/prometheus/common/blob/main/model/labelset.go, written as 16 hexadecimal digits.</summary>
internal static class AlertFingerprint
{
    private const ulong Offset = 14695981039346656037, Prime = 1099511628211;
    private const byte Separator = 0xFF;
    private const int Digits = 16;

    public static ulong Of(IReadOnlyDictionary<string, string> labels)
    {
        ulong hash = Offset;
        // By bytes, as Go compares texts: UTF-16 has another order.
        foreach ((byte[] name, byte[] value) in labels
            .Select(static label => (Encoding.UTF8.GetBytes(label.Key), Encoding.UTF8.GetBytes(label.Value)))
            .OrderBy(static label => label.Item1, Comparer<byte[]>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b))))
        {
            Add(name);
            Add(value);
        }
        return hash;

        void Add(byte[] text)
        {
            foreach (byte one in text) hash = unchecked((hash ^ one) * Prime);
            hash = unchecked((hash ^ Separator) * Prime);
        }
    }

    /// <returns>Null if it is none.</returns>
    public static ulong? Parse(string? text) =>
        text is { Length: Digits } && text.All(char.IsAsciiHexDigitLower) ? ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : null;

    public static string Text(ulong fingerprint) => fingerprint.ToString("x16", CultureInfo.InvariantCulture);
}
