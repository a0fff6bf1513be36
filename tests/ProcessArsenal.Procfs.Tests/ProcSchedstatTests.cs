using CsCheck;
using ProcessArsenal.Procfs.Tests.Support;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcSchedstatTests
{
    [Fact]
    public void Whatever_the_kernel_writes_comes_back() =>
        Gen.ULong.Array[3].Sample(n =>
        {
            byte[] text = new ProcessFixture(1) { RunNanoseconds = n[0], WaitNanoseconds = n[1], Slices = n[2] }.RenderSchedstat();
            Assert.True(ProcSchedstat.TryParse(text, out ProcSchedstat s));
            Assert.Equal(n, (ulong[])[s.RunNanoseconds, s.WaitNanoseconds, s.Slices]);
        }, iter: 2_000);

    [Fact]
    public void A_cut_line_is_false() => Cut.EverywhereIsFalse("123456 7890 12\n"u8.ToArray(), text => ProcSchedstat.TryParse(text, out _));
}
