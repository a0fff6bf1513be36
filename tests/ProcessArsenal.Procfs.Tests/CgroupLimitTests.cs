using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ProcessArsenal.Procfs.Tests;

/// <summary>Which limit binds, of a group's own and those above it.</summary>
public sealed class CgroupLimitTests
{
    [Fact]
    public void In_v2_the_limit_that_leaves_least_is_told_with_whose_it_is()
    {
        using var tree = new CgroupTree();
        tree.Write("a/memory.max", "1000\n");
        tree.Write("a/memory.current", "900\n");
        tree.Write("a/pids.max", "max\n");
        tree.Write("a/pids.current", "9\n");
        tree.Write("a/cpu.max", "50000 100000\n");
        tree.Write("a/b/memory.max", "600\n");
        tree.Write("a/b/memory.current", "300\n");
        tree.Write("a/b/pids.max", "10\n");
        tree.Write("a/b/pids.current", "7\n");
        tree.Write("a/b/cpu.max", "max 100000\n");
        CgroupUsage usage = CgroupUsage.Read(new CgroupMounts(null, new CgroupMount("/", tree.Root)), Parse("0::/a/b\n"))!;
        Assert.Equal((300UL, 600UL, 7UL, 10UL, null), (usage.MemoryBytes, usage.MemoryLimitBytes, usage.Tasks, usage.TasksLimit, usage.CpuLimit));
        Assert.Equal(new CgroupLimit("/a", 1000, 900), usage.TightestMemory);
        Assert.Equal(new CgroupLimit("/a/b", 10, 7), usage.TightestTasks);
        Assert.Equal(new CgroupLimit("/a", 0.5, null), usage.TightestCpu);
    }

    [Fact]
    public void In_v1_each_controller_has_a_hierarchy_of_its_own()
    {
        using var tree = new CgroupTree();
        tree.Write("memory/a/memory.limit_in_bytes", "9223372036854771712\n");
        tree.Write("memory/a/memory.usage_in_bytes", "5\n");
        tree.Write("pids/p/pids.max", "100\n");
        tree.Write("pids/p/pids.current", "3\n");
        tree.Write("cpu/c/d/cpu.cfs_quota_us", "-1\n");
        tree.Write("cpu/c/d/cpu.cfs_period_us", "100000\n");
        tree.Write("cpu/c/cpu.cfs_quota_us", "150000\n");
        tree.Write("cpu/c/cpu.cfs_period_us", "100000\n");
        tree.Write("cpu/c/cpu.stat", "nr_periods 5\nnr_throttled 1\nthrottled_time 2500000000\n");
        CgroupMounts mounts = CgroupMounts.Parse(Encoding.UTF8.GetBytes(
            $"1 2 0:1 / {tree.Root}/memory rw - cgroup cgroup rw,memory\n3 2 0:1 / {tree.Root}/pids rw - cgroup cgroup rw,pids\n4 2 0:1 / {tree.Root}/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"));
        CgroupUsage usage = CgroupUsage.Read(mounts, Parse("4:memory:/a\n3:pids:/p\n2:cpu,cpuacct:/c/d\n1:name=systemd:/s\n"))!;
        Assert.Equal((5UL, null, 3UL, 100UL, null), (usage.MemoryBytes, usage.MemoryLimitBytes, usage.Tasks, usage.TasksLimit, usage.CpuLimit));
        Assert.Equal(TimeSpan.FromSeconds(2.5), usage.CpuThrottled);
        Assert.Null(usage.TightestMemory);
        Assert.Equal(new CgroupLimit("/p", 100, 3), usage.TightestTasks);
        Assert.Equal(new CgroupLimit("/c", 1.5, null), usage.TightestCpu);
    }

    [Fact]
    public void A_limit_outside_of_what_is_mounted_is_not_known()
    {
        using var tree = new CgroupTree();
        tree.Write("memory.max", "1000\n");
        Assert.Null(CgroupUsage.Read(new CgroupMounts(null, new CgroupMount("/docker/x", tree.Root)), Parse("0::/other\n")));
        Assert.Equal(new CgroupLimit("/docker/x", 1000, null), CgroupUsage.Read(new CgroupMounts(null, new CgroupMount("/docker/x", tree.Root)), Parse("0::/docker/x/y\n"))!.TightestMemory);
    }

    /// <summary>Two groups of the kernel, one in the other, the outer with the limit.</summary>
    [Fact]
    public async Task A_real_group_is_bound_by_the_one_above()
    {
        using ProcFs proc = ProcFs.Open();
        CgroupMounts mounts = proc.ReadCgroupMounts();
        Assert.SkipUnless((mounts.Pids ?? mounts.Unified) is not null, "No hierarchy of control groups is mounted.");
        string outer = $"{(mounts.Pids ?? mounts.Unified)!.Path}/limit-{Environment.ProcessId}", inner = outer + "/inner";
        Assert.SkipUnless(TryMake(outer) && File.Exists(outer + "/pids.max") && TryMake(inner), "No group with the pids controller can be made here.");
        try
        {
            await File.WriteAllTextAsync(outer + "/pids.max", "5", TestContext.Current.CancellationToken);
            using var cat = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!;
            await File.WriteAllTextAsync(inner + "/cgroup.procs", cat.Id.ToString(CultureInfo.InvariantCulture), TestContext.Current.CancellationToken);
            Assert.Equal(ReadOutcome.Ok, proc.OpenProcess(cat.Id, out ProcessDirectory? directory));
            using (directory)
            {
                Assert.Equal(ReadOutcome.Ok, directory!.ReadCgroup(new byte[4096], out ProcCgroup? cgroup));
                CgroupUsage usage = CgroupUsage.Read(mounts, cgroup!)!;
                Assert.Equal((1UL, null), (usage.Tasks, usage.TasksLimit));
                Assert.Equal((5.0, 1.0), (usage.TightestTasks!.Limit, usage.TightestTasks.Used));
                Assert.EndsWith($"/limit-{Environment.ProcessId}", usage.TightestTasks.Cgroup, StringComparison.Ordinal);
            }
            cat.StandardInput.Close();
            await cat.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            if (Directory.Exists(inner)) Directory.Delete(inner);
            Directory.Delete(outer);
        }
    }

    private static bool TryMake(string group)
    {
        try
        {
            Directory.CreateDirectory(group);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static ProcCgroup Parse(string text)
    {
        Assert.True(ProcCgroup.TryParse(Encoding.UTF8.GetBytes(text), out ProcCgroup? cgroup));
        return cgroup!;
    }
}
