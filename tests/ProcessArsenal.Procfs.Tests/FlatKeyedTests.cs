using System.Text;
using CsCheck;

namespace ProcessArsenal.Procfs.Tests;

public sealed class FlatKeyedTests
{
    [Fact]
    public void Whatever_the_kernel_writes_comes_back() =>
        Gen.Select(Gen.ULong.Array[3], Gen.Int[0, 2]).Sample((n, position) =>
        {
            List<string> lines = [$"oom {n[1]}\n", $"oom_kill_disable {n[2]}\n"];
            lines.Insert(position, $"oom_kill {n[0]}\n");
            Assert.True(FlatKeyed.TryFind(Encoding.UTF8.GetBytes(string.Concat(lines)), "oom_kill"u8, out ulong value));
            Assert.Equal(n[0], value);
        }, iter: 2_000);

    [Theory]
    [InlineData("")]
    [InlineData("oom_kill 1")] // cut: it may have been 12
    [InlineData("oom_kill\n")]
    [InlineData("oom_kill x\n")]
    [InlineData("oom_kill 1 2\n")]
    [InlineData("oom_group_kill 1\n")]
    [InlineData("oom_kill_disable 1\n")]
    public void Anything_else_is_false(string text) => Assert.False(FlatKeyed.TryFind(Encoding.UTF8.GetBytes(text), "oom_kill"u8, out _));

    [Fact]
    public void A_kernel_that_does_not_count_kills_says_nothing()
    {
        Assert.True(ProcVmstat.TryParse("nr_free_pages 12\n"u8, out ProcVmstat vmstat));
        Assert.Null(vmstat.OomKills);
        Assert.False(ProcVmstat.TryParse("nr_free_pages 12"u8, out _));
        using ProcFs proc = ProcFs.Open();
        Assert.True(proc.ReadVmstat(out _) is ReadOutcome.Ok or ReadOutcome.Gone);
    }
}
