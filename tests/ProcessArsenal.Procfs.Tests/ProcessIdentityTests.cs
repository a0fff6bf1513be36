using System.Text;
using CsCheck;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcessIdentityTests
{
    [Fact]
    public void What_is_written_is_read() => Gen.Select(Gen.Int[1, int.MaxValue], Gen.ULong, Gen.UInt).Sample((pid, token, boot) =>
    {
        var identity = new ProcessIdentity(pid, token, boot);
        Assert.True(ProcessIdentity.TryParse(identity.ToString(), out ProcessIdentity read));
        Assert.Equal(identity, read);
        byte[] utf8 = new byte[64];
        Assert.True(identity.TryFormat(utf8, out int length, default, null));
        Assert.Equal(identity.ToString(), Encoding.UTF8.GetString(utf8, 0, length));
        Assert.False(identity.TryFormat(utf8.AsSpan(0, length - 1), out _, default, null));
    }, iter: 5_000);

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1-2")]
    [InlineData("0-2-00000000")]
    [InlineData("-1-2-00000000")]
    [InlineData("01-2-00000000")]
    [InlineData("1-02-00000000")]
    [InlineData("1-2-ABCDEF01")]
    [InlineData("1-2-0000000")]
    [InlineData("1-2-000000000")]
    [InlineData("1-2-3-00000000")]
    [InlineData("+1-2-00000000")]
    [InlineData(" 1-2-00000000")]
    [InlineData("1-2-0000000g")]
    [InlineData("2147483648-2-00000000")]
    [InlineData("1-18446744073709551616-00000000")]
    [InlineData("\u0661-2-00000000")]
    public void Nothing_else_is_read(string text) => Assert.False(ProcessIdentity.TryParse(text, out _));

    [Fact]
    public void What_is_read_is_what_would_be_written() =>
        Gen.OneOf("0123456789-aAfFx ".ToCharArray()).Array[0, 24].Sample(text =>
        {
            if (ProcessIdentity.TryParse(text, out ProcessIdentity identity)) Assert.Equal(new string(text), identity.ToString());
        }, iter: 20_000);
}
