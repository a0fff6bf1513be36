using System.Globalization;
using System.Text;
using ProcessArsenal.Procfs.Tests.Support;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcFsTests
{
    [Theory]
    [InlineData("/proc")]
    [InlineData("/proc/")]
    public void The_host_is_live(string root)
    {
        using ProcFs proc = ProcFs.Open(root);
        Assert.True(proc.IsLive);
        Assert.InRange(SystemConstants.ClockTicksPerSecond, 1, 10_000);
        Assert.Equal(Environment.SystemPageSize, SystemConstants.PageSize);
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/random/boot_id")[..8], proc.BootId.ToString("x8", CultureInfo.InvariantCulture));
        Assert.Equal(Environment.OSVersion.Version >= new Version(6, 2), proc.DescriptorSizeIsCount);
    }

    [Fact]
    public void A_fixture_tree_is_not_live_and_its_pids_are_in_order()
    {
        using var tree = new FixtureProc(uptimeSeconds: 1234.56);
        foreach (int pid in (int[])[4_194_303, 1, 300, 20, 3, 1000]) tree.Process(pid);
        foreach (string other in (string[])["007", "+5", "-5", "12x", "99999999999", "sys2"])
            Directory.CreateDirectory(Path.Combine(tree.Root, other));
        using ProcFs proc = ProcFs.Open(tree.Root);
        Assert.False(proc.IsLive || proc.DescriptorSizeIsCount);
        Assert.Equal(0x0123abcdu, proc.BootId);
        var pids = new List<int> { 42 };
        Assert.True(proc.TryListPids(pids));
        Assert.Equal([1, 3, 20, 300, 1000, 4_194_303], pids);
        tree.Exit(300);
        Assert.True(proc.TryListPids(pids));
        Assert.DoesNotContain(300, pids);
        Assert.Equal((ReadOutcome.Ok, TimeSpan.FromSeconds(1234.56)), (proc.ReadUptime(out TimeSpan uptime), uptime));
        Assert.Equal(ReadOutcome.Gone, proc.ReadPressure(PressureResource.Cpu, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("-1.00 2.00\n")]
    [InlineData("1e3 2.00\n")]
    [InlineData("NaN 2.00\n")]
    [InlineData("x\n")]
    public void An_uptime_of_another_shape_is_malformed(string text)
    {
        using var tree = new FixtureProc(bootId: "12-34567");
        File.WriteAllText(Path.Combine(tree.Root, "uptime"), text);
        using ProcFs proc = ProcFs.Open(tree.Root);
        Assert.Equal(ReadOutcome.Malformed, proc.ReadUptime(out _));
        Assert.Equal(0u, proc.BootId);
    }

    [Fact]
    public void A_root_that_is_not_there_is_told_by_name()
    {
        IOException e = Assert.Throws<IOException>(() => ProcFs.Open("/no/such/proc"));
        Assert.Contains("/no/such/proc", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void A_pid_that_can_not_be_is_gone(int pid)
    {
        using ProcFs proc = ProcFs.Open();
        Assert.Equal(ReadOutcome.Gone, proc.OpenProcess(pid, out ProcessDirectory? directory));
        Assert.Null(directory);
    }

    [Fact]
    public void A_child_is_listed_while_it_lives()
    {
        using ProcFs proc = ProcFs.Open();
        using Child cat = Child.Cat();
        var pids = new List<int>();
        Assert.True(proc.TryListPids(pids));
        Assert.Contains(cat.Pid, pids);
        Assert.Contains(Environment.ProcessId, pids);
        cat.End();
        Assert.True(proc.TryListPids(pids));
        Assert.DoesNotContain(cat.Pid, pids);
    }

    [Fact]
    public void The_number_of_processes_of_the_machine_is_that_of_the_listing_in_the_initial_pid_namespace()
    {
        using ProcFs proc = ProcFs.Open();
        Assert.False(proc.TryCountProcesses(out _)); // Nobody knows yet how many directories are no process's.
        var pids = new List<int>();
        Assert.True(proc.TryListPids(pids));
        Assert.True(proc.TryCountProcesses(out int count));
        if (pids.Contains(2) && File.ReadAllText("/proc/2/comm") == "kthreadd\n")
            Until.True(() => proc.TryListPids(pids) && proc.TryCountProcesses(out count) && count == pids.Count);
        else Until.True(() => proc.TryListPids(pids) && proc.TryCountProcesses(out count) && count >= pids.Count); // Those outside count as well.
    }

    /// <summary>A naive reader, with its own idea of the field numbers of proc_pid_stat(5), agrees about each process of this machine:
    /// what is stable is equal, and what counts up lies between a reading before and one after.</summary>
    [Fact]
    public void Every_process_reads_as_a_naive_parser_reads_it()
    {
        using ProcFs proc = ProcFs.Open();
        using Child cat = Child.Cat(); // With hidepid an ordinary user sees nobody else's.
        var pids = new List<int>();
        Assert.True(proc.TryListPids(pids));
        byte[] buffer = new byte[64 * 1024];
        int compared = 0;
        foreach (int pid in pids)
        {
            if (Naive(proc, pid) is not { } before || proc.OpenProcess(pid, out ProcessDirectory? opened) != ReadOutcome.Ok) continue;
            using ProcessDirectory directory = opened!;
            ReadOutcome outcome = directory.ReadStat(buffer, out ProcStat s, out ReadOnlySpan<byte> name);
            string comm = Encoding.Latin1.GetString(name);
            if (Naive(proc, pid) is not { } after || outcome == ReadOutcome.Gone || before[22] != after[22]) continue;
            // A kernel worker's name says what it does at this very moment (kworker/0:1-events, kworker/0:1+events).
            if (comm.StartsWith("kworker/", StringComparison.Ordinal) && before[2].StartsWith("kworker/", StringComparison.Ordinal)) comm = before[2];
            Assert.Equal(ReadOutcome.Ok, outcome);
            Assert.Equal(before[22], Text(s.StartTicks));
            Assert.Equal(before[1], Text(s.Pid));
            foreach ((int field, string value) in (Span<(int, string)>)
                [(2, comm), (4, Text(s.ParentPid)), (5, Text(s.ProcessGroup)), (6, Text(s.Session)), (7, Text(s.Terminal)),
                 (19, Text(s.Nice)), (20, Text(s.Threads)), (23, Text(s.VirtualBytes)),
                 (28, Text(s.StackStart)), (48, Text(s.ArgumentStart))])
                if (before[field] == after[field]) Assert.Equal((field, before[field]), (field, value));
            foreach ((int field, ulong value) in (Span<(int, ulong)>)
                [(10, s.MinorFaults), (12, s.MajorFaults), (14, s.UserTicks), (15, s.SystemTicks)])
                Assert.InRange(value, Number(before[field]), Number(after[field]));
            Assert.Equal((Number(before[9]) & 0x200000) != 0, s.IsKernelThread);

            if (directory.ReadStatus(buffer, out ProcStatus status) == ReadOutcome.Ok)
            {
                if (s.IsKernelThread) Assert.False(status.HasMemory);
                Assert.True(status.InnermostPid > 0);
            }
            compared++;
        }
        Assert.InRange(compared, 2, int.MaxValue);
        TestContext.Current.TestOutputHelper?.WriteLine($"{compared} processes compared");
    }

    /// <summary>Fields numbered from 1 as in the man page; null if the process is gone.</summary>
    private static string[]? Naive(ProcFs proc, int pid)
    {
        try
        {
            string text = File.ReadAllText($"{proc.Root}/{pid}/stat", Encoding.Latin1);
            int open = text.IndexOf('(', StringComparison.Ordinal), close = text.LastIndexOf(')');
            return ["", text[..open].Trim(), text[(open + 1)..close], .. text[(close + 1)..].Trim().Split(' ')];
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static ulong Number(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);

    private static string Text<T>(T value) where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
