using System.Text;
using CsCheck;
using ProcessArsenal.Procfs.Tests.Support;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcLimitsTests
{
    [Fact]
    public void Whatever_the_kernel_writes_comes_back() =>
        Gen.OneOf(Gen.ULong, Gen.Const(ulong.MaxValue)).Array[4].Sample(n =>
        {
            var p = new ProcessFixture(1) { OpenFilesSoft = n[0], OpenFilesHard = n[1], ProcessesSoft = n[2], AddressSpaceSoft = n[3] };
            Assert.True(ProcLimits.TryParse(p.RenderLimits(), out ProcLimits limits));
            Assert.Equal(n, (ulong[])[limits.OpenFilesSoft, limits.OpenFilesHard, limits.ProcessesSoft, limits.AddressSpaceSoft]);
        }, iter: 2_000);

    [Fact]
    public void A_cut_file_is_false_or_right() =>
        Cut.IsFalseOrEqual<ProcLimits>(new ProcessFixture(1).RenderLimits(),
            text => ProcLimits.TryParse(text, out ProcLimits l) ? l : null);

    [Theory]
    [InlineData("1024 ", "1024k")]
    [InlineData("unlimited ", "unlimitedx")]
    [InlineData("Max open files", "Max processes ")]
    public void Another_shape_is_false(string part, string wrong)
    {
        string text = Encoding.UTF8.GetString(new ProcessFixture(1).RenderLimits());
        Assert.False(ProcLimits.TryParse(Encoding.UTF8.GetBytes(text.Replace(part, wrong, StringComparison.Ordinal)), out _));
    }
}
