using CsCheck;
using ProcessArsenal.Telemetry.EventPipe;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

public sealed class SpanSamplerTests
{
    [Theory]
    [InlineData("")]
    [InlineData("rate")]
    [InlineData("rate(")]
    [InlineData("rate()")]
    [InlineData("rate(0)")]
    [InlineData("rate(-1)")]
    [InlineData("rate(1.5)")]
    [InlineData("rate(99999999999)")]
    [InlineData("Rate(1)")]
    [InlineData("ratio(1.01)")]
    [InlineData("ratio(-0.1)")]
    [InlineData("ratio(NaN)")]
    [InlineData("ratio(-Infinity)")]
    [InlineData("ratio(10%)")]
    [InlineData("rate(1) ")]
    [InlineData("everything")]
    public void What_it_does_not_understand_is_none(string text) => Assert.Null(SpanSampler.Parse(text));

    [Fact]
    public void It_reads_what_it_writes()
    {
        foreach (SpanSampler sampler in (SpanSampler[])[SpanSampler.All, SpanSampler.Auto, SpanSampler.Ratio(0), SpanSampler.Ratio(1)]) Assert.Equal(sampler, SpanSampler.Parse($"{sampler}"));
        Gen.Int[1, int.MaxValue].Sample(rate => Assert.Equal(SpanSampler.Rate(rate), SpanSampler.Parse($"{SpanSampler.Rate(rate)}")));
        Gen.Double[0, 1].Sample(share => Assert.Equal(SpanSampler.Ratio(share), SpanSampler.Parse($"{SpanSampler.Ratio(share)}")));
    }
}
