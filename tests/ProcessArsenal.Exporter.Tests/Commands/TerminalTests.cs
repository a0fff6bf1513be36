using ProcessArsenal.Exporter.Commands;

namespace ProcessArsenal.Exporter.Tests.Commands;

public sealed class TerminalTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\u001b[31mred\u0007", "\uFFFD[31mred\uFFFD")]
    [InlineData("a\nb\rc\td", "a\uFFFDb\uFFFDc\uFFFDd")]
    [InlineData("abc\u202Edef", "abc\uFFFDdef")]
    [InlineData("naïve 日本 👍", "naïve 日本 👍")]
    public void What_a_process_calls_itself_can_not_drive_the_terminal(string name, string expected) =>
        Assert.Equal(expected, Terminal.Printable(name));

    [Theory]
    [InlineData(null, "-")]
    [InlineData(0d, "0")]
    [InlineData(999d, "999")]
    [InlineData(1000d, "1.0K")]
    [InlineData(1536d, "1.5K")]
    [InlineData(10239d, "10K")]
    [InlineData(1073741824d, "1.0G")]
    public void Bytes_are_short(double? bytes, string expected) => Assert.Equal(expected, Terminal.Bytes(bytes));

    [Theory]
    [InlineData(null, "-")]
    [InlineData(42.9, "42s")]
    [InlineData(307d, "5m07s")]
    [InlineData(11520d, "3h12m")]
    [InlineData(792000d, "9d04h")]
    public void Ages_are_short(double? seconds, string expected) => Assert.Equal(expected, Terminal.Age(seconds));
}
