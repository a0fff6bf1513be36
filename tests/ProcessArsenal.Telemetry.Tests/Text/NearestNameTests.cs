using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Telemetry.Tests.Text;

public sealed class NearestNameTests
{
    private static readonly string[] Names = ["sampling", "groups", "watch", "max", "listen"];

    [Theory]
    [InlineData("samplng", "sampling")]
    [InlineData("grops", "groups")]
    [InlineData("wacth", "watch")]
    [InlineData("MAX", "max")]
    [InlineData("listener", "listen")]
    [InlineData("zzz", null)]
    [InlineData("", null)]
    [InlineData("m", null)]
    public void Names_what_was_meant(string written, string? meant) => Assert.Equal(meant, NearestName.Find(written, Names));

    [Fact]
    public void Gives_up_on_input_without_bound() => Assert.Null(NearestName.Find(new string('a', 1_000_000), Names));

    [Fact]
    public void Foreign_text_fits_one_line() => Assert.Equal("a\uFFFD\uFFFDb\U0001F600...", Quoting.Cap("a\n\uD800b\U0001F600\U0001F600", 7));
}
