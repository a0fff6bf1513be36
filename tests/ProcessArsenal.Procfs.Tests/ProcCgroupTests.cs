using System.Text;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcCgroupTests
{
    [Theory]
    [InlineData("v2", "0::/system.slice/ssh.service\n", "/system.slice/ssh.service")]
    [InlineData("v2 root", "0::/\n", "/")]
    [InlineData("outside our namespace", "0::/../../other\n", "/../../other")]
    [InlineData("hybrid", "9:name=systemd:/user.slice\n4:memory:/job\n1:cpu,cpuacct:/x\n0::/\n", "/user.slice")]
    [InlineData("v1", "11:memory:/docker/abc\n10:cpu,cpuacct:/docker/abc\n", "/docker/abc")]
    [InlineData("v1, shared hierarchy", "3:cpu,memory:/a\n", "/a")]
    [InlineData("removed", "0::/gone.scope (deleted)\n", "/gone.scope (deleted)")]
    [InlineData("colons", "0::/a:b:c\n", "/a:b:c")]
    [InlineData("nothing mounted", "", "/")]
    public void Tells_the_path_that_says_most(string host, string text, string path)
    {
        Assert.True(ProcCgroup.TryParse(Encoding.UTF8.GetBytes(text), out ProcCgroup? cgroup), host);
        Assert.Equal(path, cgroup!.Path);
    }

    [Theory]
    [InlineData("0::/a")]
    [InlineData("0:/a\n")]
    [InlineData("::/a\n")]
    [InlineData("x::/a\n")]
    [InlineData("0::a\n")]
    [InlineData("0::\n")]
    [InlineData("\n")]
    public void Another_shape_is_false(string text)
    {
        Assert.False(ProcCgroup.TryParse(Encoding.UTF8.GetBytes(text), out ProcCgroup? cgroup));
        Assert.Null(cgroup);
    }

    [Fact]
    public void A_cut_file_is_false_or_lacks_whole_lines_only()
    {
        byte[] text = "9:name=systemd:/user.slice\n4:memory:/job\n0::/unified\n"u8.ToArray();
        for (int length = 0; length < text.Length; length++)
        {
            if (!ProcCgroup.TryParse(text.AsSpan(0, length), out ProcCgroup? part)) continue;
            Assert.Contains(part!.Systemd, (string?[])[null, "/user.slice"]);
            Assert.Contains(part.Memory, (string?[])[null, "/job"]);
            Assert.Null(part.Unified);
        }
    }
}
