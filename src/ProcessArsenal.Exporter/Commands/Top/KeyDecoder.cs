using System.Buffers;
using System.Text;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>What a terminal sends for a key (ECMA-48 and xterm's ctlseqs), as keys. Sequences that are no key of ours are passed over whole.</summary>
internal static class KeyDecoder
{
    private const byte Escape = 0x1b;

    /// <summary>No terminal sends a longer one; what begins like one and does not end is no key.</summary>
    private const int LongestSequence = 32;

    /// <summary>Decodes as much as is complete.</summary>
    /// <param name="isAll">Nothing more came for a while: an escape alone is the key, the beginning of a sequence is dropped.</param>
    /// <returns>Bytes consumed; all of them if <paramref name="isAll"/>.</returns>
    public static int Decode(ReadOnlySpan<byte> input, bool isAll, List<Key> keys)
    {
        int at = 0;
        while (at < input.Length)
        {
            ReadOnlySpan<byte> rest = input[at..];
            int used = rest[0] == Escape ? DecodeSequence(rest, isAll, keys) : DecodeCharacter(rest, isAll, keys);
            if (used == 0) return at;
            at += used;
        }
        return at;
    }

    private static int DecodeCharacter(ReadOnlySpan<byte> input, bool isAll, List<Key> keys)
    {
        switch (input[0])
        {
            case (byte)'\r' or (byte)'\n':
                keys.Add(new Key(KeyKind.Enter));
                return 1;
            case 0x7f or 0x08:
                keys.Add(new Key(KeyKind.Backspace));
                return 1;
            case > 0 and < 27:
                keys.Add(new Key(KeyKind.Control, new Rune((char)('a' + input[0] - 1))));
                return 1;
            case < (byte)' ':
                return 1;
        }
        OperationStatus status = Rune.DecodeFromUtf8(input, out Rune rune, out int used);
        if (status == OperationStatus.NeedMoreData && !isAll) return 0;
        if (status == OperationStatus.Done && !Rune.IsControl(rune)) keys.Add(new Key(KeyKind.Character, rune));
        return used;
    }

    /// <summary>ESC [ parameters final, or ESC O final (the keypad's way), or the key by itself.</summary>
    private static int DecodeSequence(ReadOnlySpan<byte> input, bool isAll, List<Key> keys)
    {
        if (input.Length == 1 || input[1] is not ((byte)'[' or (byte)'O'))
        {
            if (input.Length == 1 && !isAll) return 0;
            keys.Add(new Key(KeyKind.Escape));
            return 1;
        }
        int end = 2;
        while (end < input.Length && input[end] is >= 0x20 and < 0x40) end++;
        if (end == input.Length) return isAll || end > LongestSequence ? end : 0;
        ReadOnlySpan<byte> parameters = input[2..end];
        if (parameters.IndexOf((byte)';') is > 0 and var semicolon) parameters = parameters[..semicolon]; // what follows are shift and the like
        if (KindOf(input[end], parameters) is { } kind) keys.Add(new Key(kind));
        return end + 1;
    }

    private static KeyKind? KindOf(byte final, ReadOnlySpan<byte> parameters) => final switch
    {
        (byte)'A' => KeyKind.Up,
        (byte)'B' => KeyKind.Down,
        (byte)'C' => KeyKind.Right,
        (byte)'D' => KeyKind.Left,
        (byte)'H' => KeyKind.Home,
        (byte)'F' => KeyKind.End,
        (byte)'M' => KeyKind.Enter,
        (byte)'~' when parameters.Length == 1 => parameters[0] switch
        {
            (byte)'1' or (byte)'7' => KeyKind.Home,
            (byte)'3' => KeyKind.Delete,
            (byte)'4' or (byte)'8' => KeyKind.End,
            (byte)'5' => KeyKind.PageUp,
            (byte)'6' => KeyKind.PageDown,
            _ => null,
        },
        _ => null,
    };
}
