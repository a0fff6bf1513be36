using ProcessArsenal.Procfs.Tests.Support;

namespace ProcessArsenal.Procfs.Tests;

/// <summary>What is called for each process and each tick: it must neither allocate nor leak descriptors.</summary>
public sealed class HotPathTests
{
    private static readonly byte[] Buffer = new byte[16 * 1024];
    private static readonly List<int> Pids = new(100_000);

    public static TheoryData<string> Readers => [.. All.Keys];

    private static Dictionary<string, Func<ProcFs, ProcessDirectory, ReadOutcome>> All { get; } = new()
    {
        ["stat"] = static (fs, p) => p.ReadStat(Buffer, out _, out _),
        ["statm"] = static (fs, p) => p.ReadStatm(Buffer, out _),
        ["status"] = static (fs, p) => p.ReadStatus(Buffer, out _),
        ["io"] = static (fs, p) => p.ReadIo(Buffer, out _),
        ["smaps_rollup"] = static (fs, p) => p.ReadSmapsRollup(Buffer, out _),
        ["schedstat"] = static (fs, p) => p.ReadSchedstat(Buffer, out _),
        ["limits"] = static (fs, p) => p.ReadLimits(Buffer, out _),
        ["fd by size"] = static (fs, p) => p.ReadDescriptorCount(Buffer, true, out _),
        ["fd by listing"] = static (fs, p) => p.ReadDescriptorCount(Buffer, false, out _),
        ["cmdline"] = static (fs, p) => p.ReadCommandLine(Buffer, out _),
        ["exe"] = static (fs, p) => p.ReadExecutable(Buffer, out _),
        ["pids"] = static (f, process) => f.TryListPids(Pids) ? ReadOutcome.Ok : ReadOutcome.Malformed,
        ["vmstat"] = static (f, process) => f.ReadVmstat(out _),
        ["uptime"] = static (f, process) => f.ReadUptime(out _),
        ["pressure"] = static (f, process) => f.ReadPressure(PressureResource.Cpu, out _),
    };

    [Theory]
    [MemberData(nameof(Readers))]
    public void Reads_allocate_nothing(string reader)
    {
        Func<ProcFs, ProcessDirectory, ReadOutcome> read = All[reader];
        using ProcFs proc = ProcFs.Open();
        using ProcessDirectory self = ProcessDirectoryTests.Open(proc, Environment.ProcessId);
        ReadOutcome first = ReadOutcome.Ok;
        for (int i = 0; i < 100; i++) first = read(proc, self);
        Assert.SkipWhen(first == ReadOutcome.Gone && reader is ("pressure" or "io" or "schedstat" or "smaps_rollup"), $"This kernel has no {reader}.");
        Assert.Equal(ReadOutcome.Ok, first);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) _ = read(proc, self);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Reads_leak_no_descriptors_whether_they_succeed_or_fail()
    {
        using ProcFs proc = ProcFs.Open();
        using ProcessDirectory self = ProcessDirectoryTests.Open(proc, Environment.ProcessId);
        using Child child = Child.Cat();
        using ProcessDirectory gone = ProcessDirectoryTests.Open(proc, child.Pid);
        child.End();
        byte[] tiny = new byte[4];
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(ReadOutcome.Ok, self.ReadDescriptorCount(Buffer, false, out int before));

        for (int i = 0; i < 1000; i++)
        {
            foreach (Func<ProcFs, ProcessDirectory, ReadOutcome> read in All.Values)
            {
                _ = read(proc, gone);
                if (i % 10 == 0) _ = read(proc, self);
            }
            _ = self.ReadStat(tiny, out _, out _);
            _ = self.ReadDescriptorCount(tiny, false, out _); // EINVAL: no room for one entry
            _ = self.ReadCgroup(tiny, out _);
            if (proc.OpenProcess(Environment.ProcessId, out ProcessDirectory? again) == ReadOutcome.Ok) again!.Dispose();
            _ = proc.OpenProcess(int.MaxValue, out _);
            using Pidfd? pidfd = Pidfd.Open(Environment.ProcessId);
            _ = Pidfd.Open(int.MaxValue);
            Assert.Throws<IOException>(() => ProcFs.Open("/proc/none"));
            using ProcFs other = ProcFs.Open();
        }

        Assert.Equal(ReadOutcome.Ok, self.ReadDescriptorCount(Buffer, false, out int after));
        Assert.InRange(after - before, -3, 3); // The runtime may open or close a few of its own; a leak would be 1,000.
    }

    [Fact]
    public void What_is_forgotten_is_closed_by_the_finalizer()
    {
        using ProcFs proc = ProcFs.Open();
        using ProcessDirectory self = ProcessDirectoryTests.Open(proc, Environment.ProcessId);
        Assert.Equal(ReadOutcome.Ok, self.ReadDescriptorCount(Buffer, false, out int before));
        Forget(proc);
        int after = int.MaxValue;
        Until.True(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return self.ReadDescriptorCount(Buffer, false, out after) == ReadOutcome.Ok && after <= before + 3;
        });
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Forget(ProcFs proc)
    {
        for (int i = 0; i < 100; i++)
        {
            _ = proc.OpenProcess(Environment.ProcessId, out _);
            _ = Pidfd.Open(Environment.ProcessId);
        }
    }
}
