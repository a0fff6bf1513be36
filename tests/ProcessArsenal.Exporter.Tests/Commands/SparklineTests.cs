using CsCheck;
using ProcessArsenal.Exporter.Commands;

namespace ProcessArsenal.Exporter.Tests.Commands;

public sealed class SparklineTests
{
    [Theory]
    [InlineData("▁▅█", 0.0, 5.0, 9.0)]
    [InlineData("▁▁", 0.0, 0.0)]
    [InlineData("▄▄", 3.0, 3.0)]
    [InlineData("▁ █", 1.0, null, 2.0)]
    public void Bars_are_as_high_as_the_values(string bars, params object?[] values) => Assert.Equal(bars, Sparkline.Draw([.. values.Select(value => (double?)value)], 80));

    [Fact]
    public void More_values_than_there_is_room_for_are_folded() => Gen.Select(Gen.Double[0, 1e12].Array[0, 300], Gen.Int[1, 100]).Sample((values, most) =>
    {
        string bars = Sparkline.Draw([.. values.Select(value => (double?)value)], most);
        return bars.Length == Math.Min(values.Length, most) && (values.Length == 0 || values.Length > most || values.Max() <= values.Min() || bars.Contains('█', StringComparison.Ordinal));
    });
}
