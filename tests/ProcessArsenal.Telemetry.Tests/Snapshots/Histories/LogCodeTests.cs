using CsCheck;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Tests.Snapshots.Histories;

public sealed class LogCodeTests
{
    [Fact]
    public void What_is_read_back_is_off_by_less_than_the_documented_part() => Gen.Double[-6, 15].Sample(exponent =>
    {
        double value = Math.Pow(10, exponent);
        double read = LogCode.Value(LogCode.Of(value))!.Value;
        Assert.InRange(read / value, 1 - 0.0004, 1 + 0.0004);
    }, iter: 20_000);

    [Fact]
    public void Codes_are_in_the_order_of_values() => Gen.Double[0, 1e15].Select(Gen.Double[0, 1e15]).Sample((a, b) =>
        Assert.True(a <= b ? LogCode.Of(a) <= LogCode.Of(b) : LogCode.Of(a) >= LogCode.Of(b)), iter: 20_000);

    [Fact]
    public void Every_code_is_that_of_its_value()
    {
        for (int code = 0; code <= ushort.MaxValue; code++) Assert.Equal(code, LogCode.Of(LogCode.Value((ushort)code)));
    }

    [Fact]
    public void Missing_is_missing_and_zero_is_zero()
    {
        Assert.Null(LogCode.Value(LogCode.Of(null)));
        Assert.Null(LogCode.Value(LogCode.Of(double.NaN)));
        Assert.Equal(0, LogCode.Value(LogCode.Of(0)));
        Assert.Equal(1e15, LogCode.Value(LogCode.Of(1e30))!.Value, 1e12);
    }
}
