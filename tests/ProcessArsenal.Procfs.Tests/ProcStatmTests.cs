using CsCheck;
using ProcessArsenal.Procfs.Tests.Support;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcStatmTests
{
    [Fact]
    public void Whatever_the_kernel_writes_comes_back() =>
        Gen.Select(Gen.ULong, Gen.Long[0, long.MaxValue], Gen.ULong).Sample((size, resident, shared) =>
        {
            byte[] text = new ProcessFixture(1) { VirtualBytes = size, ResidentPages = resident, SharedPages = shared }.RenderStatm();
            Assert.True(ProcStatm.TryParse(text, out ProcStatm statm));
            Assert.Equal((size / 4096, (ulong)resident, shared), (statm.SizePages, statm.ResidentPages, statm.SharedPages));
        }, iter: 2_000);

    [Fact]
    public void A_kernel_thread_has_zeros()
    {
        Assert.True(ProcStatm.TryParse("0 0 0 0 0 0 0\n"u8, out ProcStatm statm));
        Assert.Equal(0ul, statm.SizePages + statm.ResidentPages + statm.SharedPages);
    }

    [Fact]
    public void A_cut_line_is_false() =>
        Cut.EverywhereIsFalse("765 438 410 5 0 123 0\n"u8.ToArray(), text => ProcStatm.TryParse(text, out _));
}
