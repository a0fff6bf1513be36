using System.Text;

namespace ProcessArsenal.Procfs.Tests;

public sealed class CgroupMountsTests
{
    internal static readonly byte[] Hybrid = Encoding.UTF8.GetBytes(
        "31 23 0:28 / /sys/fs/cgroup rw,relatime shared:4 - tmpfs tmpfs rw,mode=755\n" +
        "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime shared:5 - cgroup cgroup rw,cpu\n" +
        "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:6 master:1 - cgroup cgroup rw,memory\n" +
        "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate\n");

    [Fact]
    public void On_a_hybrid_host_both_are_found()
    {
        CgroupMounts mounts = CgroupMounts.Parse(Hybrid);
        Assert.Equal(new CgroupMount("/", "/sys/fs/cgroup/memory"), mounts.Memory);
        Assert.Equal(new CgroupMount("/", "/sys/fs/cgroup/unified"), mounts.Unified);
    }

    [Fact]
    public void The_whole_hierarchy_is_preferred_and_blanks_are_unescaped()
    {
        CgroupMounts mounts = CgroupMounts.Parse(
            "1 2 0:1 /docker/abc /a rw - cgroup cgroup rw,memory\n3 2 0:1 / /b\\040c\\134d rw - cgroup x rw,cpu,memory\n4 2 0:1 /e /f rw - cgroup cgroup rw,memory\n"u8);
        Assert.Equal(new CgroupMount("/", "/b c\\d"), mounts.Memory);
        Assert.Null(mounts.Unified);
    }

    [Theory]
    [InlineData("/", "/job/a", "/m/job/a")]
    [InlineData("/", "/", "/m")]
    [InlineData("/docker/abc", "/docker/abc", "/m")]
    [InlineData("/docker/abc", "/docker/abc/x", "/m/x")]
    [InlineData("/docker/abc", "/docker/abcd", null)]
    [InlineData("/docker/abc", "/", null)]
    [InlineData("/", "/../other", null)]
    [InlineData("/", "/a/..", null)]
    [InlineData("/", "relative", null)]
    public void A_group_is_found_below_what_is_mounted_or_not_at_all(string root, string cgroup, string? directory) =>
        Assert.Equal(directory, new CgroupMount(root, "/m").DirectoryOf(cgroup));

    [Fact]
    public void In_v1_the_counter_is_the_groups_own()
    {
        using var tree = new CgroupTree();
        tree.Write("a/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
        tree.Write("old/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n");
        tree.Write("a/b/other", "");
        var cgroups = new MemoryCgroups(new CgroupMounts(new CgroupMount("/", tree.Root), new CgroupMount("/", "/nowhere")));
        Assert.Equal(tree.Root + "/a/memory.oom_control", cgroups.Locate("/a"));
        Assert.Null(cgroups.Locate("/a/b"));
        Assert.Null(cgroups.Locate("/old")); // Linux < 4.17
        Assert.Equal((ReadOutcome.Ok, 3ul), (MemoryCgroups.ReadOomKills(Encoding.UTF8.GetBytes(tree.Root + "/a/memory.oom_control\0"), out ulong count), count));
        Assert.Equal(ReadOutcome.Gone, MemoryCgroups.ReadOomKills(Encoding.UTF8.GetBytes(tree.Root + "/gone/memory.oom_control\0"), out _));
    }

    [Fact]
    public void In_v2_the_local_counter_is_preferred_and_that_of_the_nearest_group_with_the_controller_counts()
    {
        using var tree = new CgroupTree();
        tree.Write("a/memory.events", "low 0\noom 1\noom_kill 7\n");
        tree.Write("a/memory.events.local", "low 0\noom 1\noom_kill 2\n");
        tree.Write("a/b/c/cgroup.procs", "");
        tree.Write("old/memory.events", "oom_kill 1\n");
        var cgroups = new MemoryCgroups(new CgroupMounts(null, new CgroupMount("/", tree.Root)));
        Assert.Equal(tree.Root + "/a/memory.events.local", cgroups.Locate("/a"));
        Assert.Equal(tree.Root + "/a/memory.events.local", cgroups.Locate("/a/b/c"));
        Assert.Equal(tree.Root + "/old/memory.events", cgroups.Locate("/old")); // Linux < 5.2
        Assert.Null(cgroups.Locate("/"));
        Assert.Null(new MemoryCgroups(new CgroupMounts(null, null)).Locate("/a"));
    }
}
