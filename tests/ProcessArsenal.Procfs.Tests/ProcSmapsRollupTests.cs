using System.Text;
using CsCheck;
using ProcessArsenal.Procfs.Tests.Support;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcSmapsRollupTests
{
    private const string Linux414 = "559c5c2d1000-7ffd5d5f1000 ---p 00000000 00:00 0                          [rollup]\n" +
        "Rss:                 884 kB\nPss:                 385 kB\nShared_Clean:        696 kB\nShared_Dirty:          0 kB\n" +
        "Private_Clean:       120 kB\nPrivate_Dirty:        68 kB\nReferenced:          884 kB\nAnonymous:            68 kB\n" +
        "LazyFree:              0 kB\nAnonHugePages:         0 kB\nShmemPmdMapped:        0 kB\nShared_Hugetlb:        0 kB\n" +
        "Private_Hugetlb:       0 kB\nSwap:                  0 kB\nSwapPss:              12 kB\nLocked:              385 kB\n";

    [Fact]
    public void The_first_kernel_that_had_it()
    {
        Assert.True(ProcSmapsRollup.TryParse(Encoding.UTF8.GetBytes(Linux414), out ProcSmapsRollup rollup));
        Assert.Equal((385ul << 10, 188ul << 10, (ulong?)(12ul << 10)), (rollup.ProportionalBytes, rollup.UniqueBytes, rollup.ProportionalSwapBytes));
    }

    [Fact]
    public void A_missing_line_is_no_value_but_for_the_share_of_swap()
    {
        foreach (string key in (string[])["Pss", "Private_Clean", "Private_Dirty", "Locked"])
            Assert.False(ProcSmapsRollup.TryParse(Encoding.UTF8.GetBytes(Linux414.Replace("\n" + key + ":", "\nX:", StringComparison.Ordinal)), out _), key);
        Assert.True(ProcSmapsRollup.TryParse(Encoding.UTF8.GetBytes(Linux414.Replace("SwapPss:", "X:", StringComparison.Ordinal)), out ProcSmapsRollup rollup));
        Assert.Null(rollup.ProportionalSwapBytes);
    }

    [Fact]
    public void Whatever_the_kernel_writes_comes_back() =>
        Gen.Select(Gen.ULong[0, ulong.MaxValue / 1024].Array[2], Gen.ULong[0, ulong.MaxValue / 2048].Array[2], Gen.ULong).Sample((n, own, skipped) =>
        {
            byte[] text = new ProcessFixture(5)
            {
                ProportionalKibibytes = n[0],
                ProportionalSwapKibibytes = n[1],
                PrivateCleanKibibytes = own[0],
                PrivateDirtyKibibytes = own[1],
                Skipped = skipped / 1024,
            }.RenderSmapsRollup();
            Assert.True(ProcSmapsRollup.TryParse(text, out ProcSmapsRollup rollup));
            Assert.Equal((n[0] * 1024, (own[0] + own[1]) * 1024, (ulong?)(n[1] * 1024)),
                (rollup.ProportionalBytes, rollup.UniqueBytes, rollup.ProportionalSwapBytes));
        }, iter: 2_000);

    [Fact]
    public void A_sum_beyond_64_bits_is_false() =>
        Assert.False(ProcSmapsRollup.TryParse(
            new ProcessFixture(5) { PrivateCleanKibibytes = ulong.MaxValue / 1024, PrivateDirtyKibibytes = ulong.MaxValue / 1024 }.RenderSmapsRollup(), out _));

    [Fact]
    public void A_cut_file_is_false_or_right() =>
        Cut.IsFalseOrEqual<ProcSmapsRollup>(new ProcessFixture(5) { ProportionalSwapKibibytes = 1234 }.RenderSmapsRollup(),
            text => ProcSmapsRollup.TryParse(text, out ProcSmapsRollup rollup) ? rollup : null);

    [Fact]
    public void Our_own_memory_is_within_what_is_resident()
    {
        byte[] buffer = new byte[4096];
        using ProcFs proc = ProcFs.Open();
        using ProcessDirectory self = ProcessDirectoryTests.Open(proc, Environment.ProcessId);
        ReadOutcome outcome = self.ReadSmapsRollup(buffer, out ProcSmapsRollup rollup);
        Assert.SkipWhen(outcome == ReadOutcome.Gone, "Before Linux 4.14 there is no smaps_rollup.");
        Assert.Equal(ReadOutcome.Ok, outcome);
        Assert.Equal(ReadOutcome.Ok, self.ReadStatm(buffer, out ProcStatm statm));
        ulong resident = statm.ResidentPages * (ulong)SystemConstants.PageSize;
        Assert.InRange(rollup.ProportionalBytes, 10ul << 20, resident + (64 << 20)); // The runtime grows while we look.
        Assert.InRange(rollup.UniqueBytes, 1ul << 20, rollup.ProportionalBytes);
    }
}
