using System.Globalization;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Snapshots.Histories;

namespace ProcessArsenal.Telemetry.Tests.Snapshots.Histories;

public sealed class HistoryMemoryTests(ITestOutputHelper output)
{
    private const int Processes = 2_000;

    /// <summary>Everything that the kernel tells of each of them changes in each tick: there is no worse, and most idle.</summary>
    [Fact]
    public void Two_thousand_processes_that_never_rest_take_less_than_10_MB()
    {
        double busy = Megabytes(isBusy: true), idle = Megabytes(isBusy: false);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"busy {busy:F2} MB, idle {idle:F2} MB"));
        Assert.InRange(busy, 5, 10);
        Assert.InRange(idle, 0.1, 1.5);
    }

    /// <summary>Beside the sampling itself, which is some 10 us.</summary>
    [Fact]
    public void A_tick_takes_little_more_time_for_it()
    {
        double busy = Microseconds(isBusy: true), idle = Microseconds(isBusy: false);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"busy {busy:F2} us, idle {idle:F2} us per process"));
        Assert.True(busy < 5 && idle < 5, $"{busy} and {idle} us");
    }

    /// <summary>CPU time of the best tick per process.</summary>
    private static double Microseconds(bool isBusy)
    {
        var bench = new HistoryBench();
        var processes = new ProcessHistory?[Processes];
        var rows = new ProcessRow[Processes];
        double best = double.MaxValue;
        for (int tick = 0; tick < 200; tick++)
        {
            for (int i = 0; i < Processes; i++) rows[i] = Row(i, isBusy ? tick : 0);
            ulong began = KernelClock.ThreadCpuNanoseconds();
            bench.BeginTick();
            for (int i = 0; i < Processes; i++) processes[i] = bench.History.Add(processes[i], rows[i]);
            bench.History.EndTick();
            if (tick > 1) best = Math.Min(best, (KernelClock.ThreadCpuNanoseconds() - began) / 1000.0 / Processes);
        }
        return best;
    }

    /// <summary>By what this thread allocates, which is at least what is kept: other tests run beside it.</summary>
    private static double Megabytes(bool isBusy)
    {
        var bench = new HistoryBench();
        var processes = new ProcessHistory?[Processes];
        var rows = new ProcessRow[Processes];
        long allocated = 0;
        for (int tick = 0; tick < 80; tick++)
        {
            for (int i = 0; i < Processes; i++) rows[i] = Row(i, isBusy ? tick : 0);
            long before = GC.GetAllocatedBytesForCurrentThread();
            bench.BeginTick();
            for (int i = 0; i < Processes; i++) processes[i] = bench.History.Add(processes[i], rows[i]);
            bench.History.EndTick();
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }
        return allocated / 1e6;
    }

    private static ProcessRow Row(int pid, int n)
    {
        ProcessRow row = HistoryBench.Row(pid + 1, n * 0.1, 4096.0 * (n + 1), 1000);
        row.Sample.Stat.Threads = 1 + n;
        row.Sample.Status = new ProcStatus { HasMemory = true, AnonymousBytes = 4096 * (ulong)(n + 1) };
        row.Sample.Descriptors = 3 + n;
        row.Rates = new ProcessRates { Cpu = n * 0.1, DiskRead = n, DiskWrite = n * 2, MajorFaults = n, RunQueueWait = n * 0.01 };
        return row;
    }
}
