using System.Text;
using CsCheck;
using ProcessArsenal.Exporter.Commands.Top;

namespace ProcessArsenal.Exporter.Tests.Commands.Top;

public sealed class KeyDecoderTests
{
    private static readonly Gen<byte>[] Bytes = [.. "\e[OA;~5"u8.ToArray().Append((byte)0xf0).Select(value => Gen.Const(value))];

    [Theory]
    [InlineData("\e[A\e[B\e[C\e[D", "Up Down Right Left")]
    [InlineData("\eOA\eOB\eOH\eOF", "Up Down Home End")]
    [InlineData("\e[5~\e[6~\e[1~\e[4~\e[3~\e[7~\e[8~", "PageUp PageDown Home End Delete Home End")]
    [InlineData("\e[H\e[F\e[1;5A", "Home End Up")]
    [InlineData("\r\u007f\u0003", "Enter Backspace Control")]
    [InlineData("\e[200~x\e[201~\e[15~", "Character")]
    [InlineData("qé日👍", "Character Character Character Character")]
    public void Keys_as_terminals_send_them(string input, string kinds)
    {
        List<Key> keys = Decode(Encoding.UTF8.GetBytes(input), out int used, isAll: false);
        Assert.Equal(Encoding.UTF8.GetByteCount(input), used);
        Assert.Equal(kinds, string.Join(' ', keys.Select(key => key.Kind)));
    }

    [Theory]
    [InlineData("\e")]
    [InlineData("\e[")]
    [InlineData("\e[1;")]
    [InlineData("\eO")]
    public void An_unfinished_sequence_waits_for_its_end(string input)
    {
        Assert.Empty(Decode(Encoding.UTF8.GetBytes(input), out int used, isAll: false));
        Assert.Equal(0, used);
        Assert.Equal(input == "\e" ? [new Key(KeyKind.Escape)] : [], Decode(Encoding.UTF8.GetBytes(input), out used, isAll: true));
        Assert.Equal(input.Length, used);
    }

    [Fact]
    public void Whatever_comes_in_whatever_pieces_it_is_consumed_and_means_the_same() =>
        Gen.Select(Gen.Frequency((1, Gen.Byte), (2, Gen.OneOf(Bytes))).Array[0, 60], Gen.Int[0, 60])
            .Sample((bytes, cut) =>
            {
                List<Key> whole = Decode(bytes, out int used, isAll: true);
                Assert.Equal(bytes.Length, used);
                var keys = new List<Key>();
                int first = KeyDecoder.Decode(bytes.AsSpan(0, Math.Min(cut, bytes.Length)), isAll: false, keys);
                KeyDecoder.Decode(bytes.AsSpan(first), isAll: true, keys);
                Assert.Equal(whole, keys);
                Assert.DoesNotContain(keys, key => key.Kind == KeyKind.Character && System.Text.Rune.IsControl(key.Character));
            }, iter: 20_000);

    private static List<Key> Decode(byte[] bytes, out int used, bool isAll)
    {
        var keys = new List<Key>();
        used = KeyDecoder.Decode(bytes, isAll, keys);
        return keys;
    }
}
