using ProcessArsenal.Procfs.Tests.Support;

namespace ProcessArsenal.Procfs.Tests;

public sealed class TaskstatsTests
{
    [Fact]
    public void An_exit_record_is_read_by_the_offsets_of_the_header()
    {
        byte[] bytes = KernelMessages.Taskstats(42, "short", 30_089_094, 12_000, 16_000, status: 0x700, flags: 0x21, readBytes: 4096, voluntary: 7);
        Assert.True(Taskstats.TryParse(bytes, out Taskstats stats, out ReadOnlySpan<byte> name));
        Assert.Equal("short", System.Text.Encoding.UTF8.GetString(name));
        Assert.Equal((42, 30_089_094UL, 12_000UL, 16_000UL), (stats.Pid, stats.CpuNanoseconds, stats.UserMicroseconds, stats.SystemMicroseconds));
        Assert.Equal((0x700, true, true, 4096UL, 7UL),
            (stats.ExitStatus, stats.IsLastOfProcess, stats.IsForked, stats.ReadBytes, stats.Accounting.VoluntarySwitches));
    }

    [Theory]
    [InlineData(311, false, 0)]
    [InlineData(328, true, 0)]  // Linux 3: no process, no mark of the last task
    [InlineData(383, true, 0)]
    [InlineData(384, true, 42)] // Linux 5.19
    [InlineData(560, true, 42)]
    public void Older_kernels_have_a_shorter_structure(int length, bool ok, int pid)
    {
        byte[] bytes = KernelMessages.Taskstats(42, "x", 1)[..length];
        Assert.Equal(ok, Taskstats.TryParse(bytes, out Taskstats stats, out _));
        Assert.Equal(pid, stats.Pid);
        Assert.Equal(pid != 0, stats.IsLastOfProcess);
    }

    [Fact]
    public void A_message_holds_the_task_and_with_the_last_one_the_process()
    {
        byte[] task = KernelMessages.Record(31, 43, KernelMessages.Taskstats(43, "t", 5, tgid: 42));
        byte[] process = KernelMessages.Record(31, 42, KernelMessages.Taskstats(0, "", 9), ofProcess: true);
        byte[] both = [.. task, .. process[20..]];
        BitConverter.TryWriteBytes(both, both.Length);
        ReadOnlySpan<byte> datagram = both;
        Assert.True(TaskstatsMessage.TryNext(ref datagram, out ushort type, out _, out ReadOnlySpan<byte> body));
        Assert.Equal(31, type);
        Assert.True(TaskstatsMessage.TryNextStats(ref body, out Taskstats first, out _));
        Assert.Equal((43, 42, false, 5UL), (first.Id, first.Pid, first.IsProcess, first.CpuNanoseconds));
        Assert.True(TaskstatsMessage.TryNextStats(ref body, out Taskstats second, out _));
        Assert.Equal((42, 42, true, 9UL), (second.Id, second.Pid, second.IsProcess, second.CpuNanoseconds));
        Assert.False(TaskstatsMessage.TryNextStats(ref body, out _, out _));
    }

    [Fact]
    public void The_kernel_accounts_for_a_child_that_ended()
    {
        using TaskstatsSocket? socket = TaskstatsSocket.Listen(1 << 20, out string needs);
        Assert.SkipWhen(socket is null, "Exit records need " + needs);
        using Child child = Child.Cat();
        // The kernel brings the CPU time of a task up to date when it leaves its processor: one that never did has 0 in its record (update_curr, kernel/sched/fair.c).
        Until.True(() => File.ReadAllText($"/proc/{child.Pid}/stat").StartsWith($"{child.Pid} (cat) S ", StringComparison.Ordinal));
        child.End();
        bool found = false;
        while (socket.TryReceive(out Taskstats stats, out ReadOnlySpan<byte> name))
        {
            if (stats.Pid != child.Pid) continue;
            found = true;
            Assert.Equal("cat", System.Text.Encoding.UTF8.GetString(name));
            Assert.True(stats.CpuNanoseconds > 0);
        }
        Assert.True(found);
        Assert.Equal(0u, socket.Lost);
    }

    [Fact]
    public void Living_processes_are_asked_for_many_at_once_and_the_dead_have_no_answer()
    {
        using TaskstatsSocket? socket = TaskstatsSocket.Open(out string needs);
        Assert.SkipWhen(socket is null, "Taskstats needs " + needs);
        int[] pids = [Environment.ProcessId, int.MaxValue, 1, Environment.ProcessId];
        var accounts = new TaskAccounting[4];
        var answered = new bool[4];
        socket.Query(pids, accounts, answered);
        Assert.Equal([true, false, true, true], answered);
        Assert.True(accounts[0].VoluntarySwitches > 0);
        Assert.True(accounts[3].VoluntarySwitches >= accounts[0].VoluntarySwitches);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) socket.Query(pids, accounts, answered);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Whether_ended_threads_stay_counted_is_tried_out() => Assert.IsType<bool>(TaskstatsProbe.CountsEndedThreads());

    [Fact]
    public void The_timer_of_the_kernel_ticks_100_to_1000_times_a_second()
    {
        Assert.InRange(1 / KernelClock.TimerTick().TotalSeconds, 99, 1001);
    }
}
