using System.Diagnostics;

namespace ProcessArsenal.Procfs.Tests;

/// <summary>What limits leave, in both hierarchies and in a real group.</summary>
public sealed class MemoryHeadroomTests
{
    private const ulong Megabyte = 1024 * 1024;

    [Fact]
    public void In_v2_the_nearest_limit_counts_and_old_cache_is_free()
    {
        using var tree = new CgroupTree();
        tree.Write("a/memory.max", "1000\n");
        tree.Write("a/memory.high", "max\n");
        tree.Write("a/memory.current", "700\n");
        tree.Write("a/memory.stat", "anon 600\nfile 100\ninactive_anon 550\ninactive_file 90\n");
        tree.Write("a/b/memory.max", "max\n");
        tree.Write("a/b/memory.high", "800\n");
        tree.Write("a/b/memory.current", "500\n");
        tree.Write("a/b/memory.stat", "inactive_file 501\n");
        tree.Write("a/full/memory.max", "100\n");
        tree.Write("a/full/memory.current", "101\n");
        tree.Write("free/memory.max", "max\n");
        tree.Write("free/memory.current", "101\n");
        var headroom = new MemoryHeadroom(new CgroupMounts(null, new CgroupMount("/", tree.Root)));
        Assert.Equal(390ul, headroom.BytesOf(new ProcCgroup("/a", null, null)));
        Assert.Equal(390ul, headroom.BytesOf(new ProcCgroup("/a/b", null, null)));
        Assert.Equal(390ul, headroom.BytesOf(new ProcCgroup("/a/not/enabled", null, null)));
        Assert.Equal(0ul, headroom.BytesOf(new ProcCgroup("/a/full", null, null)));
        Assert.Null(headroom.BytesOf(new ProcCgroup("/free", null, null)));
        Assert.Null(headroom.BytesOf(new ProcCgroup("/../elsewhere", null, null)));
        Assert.Null(headroom.BytesOf(new ProcCgroup(null, null, "/a")));
        Assert.Null(new MemoryHeadroom(new CgroupMounts(null, null)).BytesOf(new ProcCgroup("/a", null, "/a")));
    }

    [Fact]
    public void In_v1_it_is_the_hierarchy_of_memory_that_counts()
    {
        using var tree = new CgroupTree();
        tree.Write("a/memory.limit_in_bytes", "1000\n");
        tree.Write("a/memory.usage_in_bytes", "700\n");
        tree.Write("a/memory.stat", "inactive_file 1\ntotal_inactive_file 100\n");
        tree.Write("memory.limit_in_bytes", "9223372036854771712\n");
        tree.Write("memory.usage_in_bytes", "4096\n");
        var headroom = new MemoryHeadroom(new CgroupMounts(new CgroupMount("/", tree.Root), new CgroupMount("/", "/nowhere")));
        Assert.Equal(400ul, headroom.BytesOf(new ProcCgroup("/x", null, "/a")));
        Assert.Equal(9223372036854767616ul, headroom.BytesOf(new ProcCgroup("/x", null, "/other")));
        Assert.Null(headroom.BytesOf(new ProcCgroup("/x", null, null)));
    }

    [Fact]
    public async Task A_real_group_leaves_what_its_limit_says()
    {
        using ProcFs proc = ProcFs.Open();
        Assert.SkipUnless(TryMakeGroup(proc.ReadCgroupMounts(), out string group), "No group of memory can be made here.");
        try
        {
            await File.WriteAllTextAsync(LimitOf(group), (64 * Megabyte).ToString(null, null), TestContext.Current.CancellationToken);
            using var cat = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!;
            await File.WriteAllTextAsync(group + "/cgroup.procs", cat.Id.ToString(null, null), TestContext.Current.CancellationToken);
            Assert.Equal(ReadOutcome.Ok, proc.OpenProcess(cat.Id, out ProcessDirectory? directory));
            using (directory)
            {
                Assert.Equal(ReadOutcome.Ok, directory!.ReadCgroup(new byte[4096], out ProcCgroup? cgroup));
                Assert.InRange(new MemoryHeadroom(proc.ReadCgroupMounts()).BytesOf(cgroup!)!.Value, 48 * Megabyte, 64 * Megabyte);
            }
            cat.StandardInput.Close();
            await cat.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            Directory.Delete(group);
        }
    }

    private static string LimitOf(string group) => File.Exists(group + "/memory.max") ? group + "/memory.max" : group + "/memory.limit_in_bytes";

    private static bool TryMakeGroup(CgroupMounts mounts, out string group)
    {
        group = "";
        if ((mounts.Memory ?? mounts.Unified) is not { } mount) return false;
        group = $"{mount.Path}/headroom-{Environment.ProcessId}";
        try
        {
            Directory.CreateDirectory(group);
            if (File.Exists(LimitOf(group))) return true;
            Directory.Delete(group); // v2 without the controller.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not ours to make.
        }
        return false;
    }
}
