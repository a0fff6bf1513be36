using System.Globalization;

namespace ProcessArsenal.Procfs;

/// <summary>What a process is: never a pid alone, since pids are used again. Written <c>pid-token-boot</c>, opaque to others.</summary>
/// <param name="Pid">Process id in the pid namespace of the /proc that was read.</param>
/// <param name="Token">The inode of its pidfd (Linux >= 6.9, unique since boot), else its start time in clock ticks since boot.</param>
/// <param name="Boot">The first eight hexadecimal digits of /proc/sys/kernel/random/boot_id, so that cloned hosts do not collide.</param>
public readonly record struct ProcessIdentity(int Pid, ulong Token, uint Boot) : IUtf8SpanFormattable
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Pid}-{Token}-{Boot:x8}");

    /// <summary>Reads what <see cref="ToString"/> wrote, and nothing else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ProcessIdentity identity)
    {
        identity = default;
        int first = text.IndexOf('-');
        int last = text.LastIndexOf('-');
        if (first <= 0 || last <= first || text.Length - last != 9) return false;
        if (!int.TryParse(text[..first], NumberStyles.None, CultureInfo.InvariantCulture, out int pid) || pid <= 0) return false;
        if (!ulong.TryParse(text[(first + 1)..last], NumberStyles.None, CultureInfo.InvariantCulture, out ulong token)) return false;
        if (!uint.TryParse(text[(last + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint boot)) return false;

        // One way to write each: no leading zeros, no capitals. Two spellings of one identity would pass a comparison of texts.
        if (text[0] == '0' || (text[first + 1] == '0' && last - first > 2)) return false;
        if (text[(last + 1)..].ContainsAnyInRange('A', 'F')) return false;
        identity = new ProcessIdentity(pid, token, boot);
        return true;
    }

    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        System.Text.Unicode.Utf8.TryWrite(utf8Destination, CultureInfo.InvariantCulture, $"{Pid}-{Token}-{Boot:x8}", out bytesWritten);
}
