namespace ProcessArsenal.Procfs;

/// <summary>A forward reader over the bytes of a /proc file: numbers, words and lines, without allocating.
/// Every method answers <see langword="false"/> rather than throwing, whatever the bytes are.</summary>
public ref struct Utf8Scanner(ReadOnlySpan<byte> text)
{
    /// <summary>Numbers of so many digits can't overflow.</summary>
    private const int SafeDigits = 19;

    private ReadOnlySpan<byte> _rest = text;

    /// <summary>What has not been read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Skips spaces and tabs.</summary>
    public void SkipBlanks()
    {
        int i = 0;
        while (i < _rest.Length && _rest[i] is (byte)' ' or (byte)'\t') i++;
        _rest = _rest[i..];
    }

    /// <summary>Whether the text ends with a newline, as every complete text file of the kernel does. Without it the last number may
    /// have been cut, and a cut number is a wrong one: 12 of 1234.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> text) => text.Length > 0 && text[^1] == '\n';

    /// <summary>Reads an unsigned decimal number after any blanks; false, and nothing but blanks consumed, if there is none, if it
    /// overflows, or if anything but a blank, a newline or the end follows it.</summary>
    public bool TryReadUInt64(out ulong value)
    {
        SkipBlanks();
        value = 0;
        int i = 0;
        for (; i < _rest.Length; i++)
        {
            uint digit = (uint)(_rest[i] - '0');
            if (digit > 9) break;
            if (i >= SafeDigits && value > (ulong.MaxValue - digit) / 10)
            {
                value = 0;
                return false;
            }
            value = value * 10 + digit;
        }
        if (i == 0 || (i < _rest.Length && _rest[i] is not ((byte)' ' or (byte)'\t' or (byte)'\n')))
        {
            value = 0;
            return false;
        }
        _rest = _rest[i..];
        return true;
    }

    /// <summary>As <see cref="TryReadUInt64"/>, with an optional minus sign.</summary>
    public bool TryReadInt64(out long value)
    {
        SkipBlanks();
        value = 0;
        bool negative = _rest.Length > 0 && _rest[0] == '-';
        ReadOnlySpan<byte> before = _rest;
        if (negative) _rest = _rest[1..];
        ulong limit = negative ? 1UL << 63 : long.MaxValue;
        if (_rest.Length == 0 || _rest[0] is < (byte)'0' or > (byte)'9' || !TryReadUInt64(out ulong magnitude) || magnitude > limit)
        {
            _rest = before;
            return false;
        }
        value = unchecked(negative ? -(long)magnitude : (long)magnitude);
        return true;
    }

    /// <summary>As <see cref="TryReadInt64"/>, within the range of an <see cref="int"/>.</summary>
    public bool TryReadInt32(out int value)
    {
        SkipBlanks();
        ReadOnlySpan<byte> before = _rest;
        bool ok = TryReadInt64(out long wide) && wide is >= int.MinValue and <= int.MaxValue;
        if (!ok) _rest = before;
        value = ok ? (int)wide : 0;
        return ok;
    }

    /// <summary>Reads up to the next blank, newline or the end; empty at a newline, which is not consumed, and at the end.</summary>
    public ReadOnlySpan<byte> ReadWord()
    {
        SkipBlanks();
        int end = _rest.IndexOfAny((byte)' ', (byte)'\t', (byte)'\n');
        ReadOnlySpan<byte> word = end < 0 ? _rest : _rest[..end];
        _rest = _rest[word.Length..];
        return word;
    }

    /// <summary>Skips <paramref name="count"/> words; false if there are fewer.</summary>
    public bool TrySkipWords(int count)
    {
        // By hand: a word is a few bytes long, and a vectorized search costs more to begin than it saves.
        ReadOnlySpan<byte> rest = _rest;
        int at = 0;
        for (; count > 0; count--)
        {
            while (at < rest.Length && rest[at] is (byte)' ' or (byte)'\t') at++;
            int start = at;
            while (at < rest.Length && rest[at] is not ((byte)' ' or (byte)'\t' or (byte)'\n')) at++;
            if (at == start) break;
        }
        _rest = rest[at..];
        return count <= 0;
    }

    /// <summary>Reads up to the next newline, which is consumed and not part of the line; false at the end.</summary>
    public bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        if (_rest.IsEmpty)
        {
            line = default;
            return false;
        }
        int end = _rest.IndexOf((byte)'\n');
        line = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? default : _rest[(end + 1)..];
        return true;
    }
}
