using System.Text;
using CsCheck;
using ProcessArsenal.Procfs.Tests.Support;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcStatusTests
{
    private const string Linux310 = "Name:\tsshd\nState:\tS (sleeping)\nTgid:\t77\nNgid:\t0\nPid:\t77\nPPid:\t1\nTracerPid:\t0\n" +
        "Uid:\t1000\t0\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t64\nGroups:\t\nVmPeak:\t  112900 kB\nVmRSS:\t    4300 kB\nVmSwap:\t      12 kB\n" +
        "Threads:\t1\nSigQ:\t0/31199\nSigPnd:\t0000000000000000\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001000\n" +
        "SigCgt:\t0000000180014005\nCapInh:\t0000000000000000\n";

    [Fact]
    public void Before_4_5_there_are_user_and_signals_but_no_sizes()
    {
        Assert.True(ProcStatus.TryParse(Encoding.UTF8.GetBytes(Linux310), out ProcStatus status));
        Assert.Equal((1000u, 0u, 77), (status.RealUserId, status.EffectiveUserId, status.InnermostPid));
        Assert.Equal(0x180014005ul, status.CaughtSignals);
        Assert.False(status.HasMemory);
        Assert.Equal(0ul, status.SwapBytes);
    }

    [Fact]
    public void Who_traces_it_and_what_it_may_write_to_are_told()
    {
        string text = Encoding.UTF8.GetString(new ProcessFixture(2).RenderStatus());
        Assert.True(ProcStatus.TryParse(Encoding.UTF8.GetBytes(text.Replace("TracerPid:\t0", "TracerPid:\t4711", StringComparison.Ordinal)), out ProcStatus status));
        Assert.Equal((4711, 360ul << 10), (status.TracerPid, status.DataBytes));
        Assert.False(ProcStatus.TryParse(Encoding.UTF8.GetBytes(text.Replace("TracerPid:\t0", "TracerPid:\tx", StringComparison.Ordinal)), out _));
        Assert.False(ProcStatus.TryParse(Encoding.UTF8.GetBytes(text.Replace("VmData:\t", "VmData:\tx", StringComparison.Ordinal)), out _));
    }

    [Fact]
    public void A_kernel_thread_and_a_zombie_have_no_memory()
    {
        Assert.True(ProcStatus.TryParse(new ProcessFixture(2) { HasMemory = false }.RenderStatus(), out ProcStatus status));
        Assert.False(status.HasMemory);
    }

    [Fact]
    public void A_part_of_the_sizes_is_no_value()
    {
        string text = Encoding.UTF8.GetString(new ProcessFixture(2).RenderStatus());
        foreach (string key in (string[])["RssAnon", "RssFile", "RssShmem", "VmSwap", "Uid", "SigCgt"])
            Assert.False(ProcStatus.TryParse(Encoding.UTF8.GetBytes(text.Replace(key + ":", "X:", StringComparison.Ordinal)), out _), key);
    }

    [Fact]
    public void A_name_can_not_forge_a_line()
    {
        byte[] text = new ProcessFixture(2) { Name = "x\nUid:\t0\t0\t0" }.RenderStatus();
        Assert.True(ProcStatus.TryParse(text, out ProcStatus status));
        Assert.Equal(1000u, status.EffectiveUserId);
    }

    [Fact]
    public void A_user_of_thousands_of_groups_does_not_pass_for_a_kernel_thread()
    {
        string groups = "Groups:\t" + string.Concat(Enumerable.Range(1_000_000, 4000).Select(g => $"{g} "));
        byte[] text = Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(new ProcessFixture(2).RenderStatus()).Replace("Groups:\t ", groups, StringComparison.Ordinal));
        Assert.True(ProcStatus.TryParse(text, out ProcStatus status));
        Assert.True(status.HasMemory);
        Assert.False(ProcStatus.TryParse(text.AsSpan(0, 16 * 1024), out _));
    }

    [Fact]
    public void Whatever_the_kernel_writes_comes_back() =>
        Gen.Select(Gen.UInt, Gen.UInt, Gen.Int[1, int.MaxValue], Gen.ULong[0, ulong.MaxValue / 1024].Array[4], Gen.ULong,
            Gen.Byte[1, 255].Array[0, 15]).Sample((real, effective, inner, sizes, signals, name) =>
            {
                byte[] text = new ProcessFixture(5)
                {
                    RealUserId = real,
                    EffectiveUserId = effective,
                    InnerPids = [7, inner],
                    NameBytes = name,
                    CaughtSignals = signals,
                    AnonymousKibibytes = sizes[0],
                    FileKibibytes = sizes[1],
                    SharedKibibytes = sizes[2],
                    SwapKibibytes = sizes[3],
                }.RenderStatus();
                Assert.True(ProcStatus.TryParse(text, out ProcStatus s));
                Assert.Equal((real, effective, inner), (s.RealUserId, s.EffectiveUserId, s.InnermostPid));
                Assert.Equal((signals, true), (s.CaughtSignals, s.HasMemory));
                Assert.Equal(sizes.Select(k => k * 1024), [s.AnonymousBytes, s.FileBytes, s.SharedBytes, s.SwapBytes]);
            }, iter: 5_000);

    [Fact]
    public void A_cut_file_is_false_or_right() =>
        Cut.IsFalseOrEqual<ProcStatus>(new ProcessFixture(5) { CaughtSignals = 0x4005 }.RenderStatus(),
            text => ProcStatus.TryParse(text, out ProcStatus status) ? status : null);
}
