using ProcessArsenal.Telemetry.Tracing.Reports;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Reports;

public sealed class MethodNamesTests
{
    [Theory]
    [InlineData("Shop.Orders.Find(class System.String,int32)", "Shop.Orders.Find(String, int32)")]
    [InlineData("A.B..ctor()", "A.B..ctor()")]
    [InlineData("A.B", "A.B")]
    [InlineData("A.B.C(value class System.Nullable`1<unsigned int8>,class System.Collections.Generic.List`1<!0>&)", "A.B.C(Nullable`1<uint8>, List`1<!0>&)")]
    [InlineData("", "")]
    [InlineData("(((", "(((")]
    public void Parameters_are_shortened(string full, string shown) => Assert.Equal(shown, MethodNames.Shorten(full));

    [Fact]
    public void Long_ones_are_cut() => Assert.InRange(MethodNames.Shorten("A.B(" + new string('x', 100_000)).Length, 100, 410);
}
