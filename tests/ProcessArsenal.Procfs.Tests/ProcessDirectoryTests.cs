using System.Globalization;
using System.Text;
using ProcessArsenal.Procfs.Tests.Support;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcessDirectoryTests
{
    private readonly byte[] _buffer = new byte[64 * 1024];

    [Fact]
    public void Our_own_process_is_what_we_know_of_it()
    {
        using ProcFs proc = ProcFs.Open();
        using ProcessDirectory self = Open(proc, Environment.ProcessId);
        Assert.Equal(ReadOutcome.Ok, self.ReadStat(_buffer, out ProcStat stat, out _));
        Assert.Equal(Environment.ProcessId, stat.Pid);
        Assert.InRange(stat.Threads, 2, 1000);
        Assert.False(stat.IsKernelThread || stat.IsZombie);
        Assert.InRange(stat.UserTicks + stat.SystemTicks, 1ul, 10_000_000ul);

        Assert.Equal(ReadOutcome.Ok, self.ReadStatus(_buffer, out ProcStatus status));
        Assert.True(status.HasMemory);
        Assert.InRange(status.AnonymousBytes + status.FileBytes, 10ul << 20, 10ul << 30);
        Assert.NotEqual(0ul, status.CaughtSignals & (1ul << (17 - 1))); // .NET handles SIGCHLD
        if (proc.IsLive) Assert.Equal(Environment.ProcessId, status.InnermostPid);

        Assert.Equal(ReadOutcome.Ok, self.ReadExecutable(_buffer, out int length));
        Assert.Equal(Environment.ProcessPath, Encoding.UTF8.GetString(_buffer, 0, length));
        Assert.Equal(ReadOutcome.Ok, self.ReadCommandLine(_buffer, out length));
        Assert.True(length > 1 && _buffer[length - 1] == 0);
        Assert.Equal(ReadOutcome.Ok, self.ReadLimits(_buffer, out ProcLimits limits));
        Assert.True(limits.OpenFilesSoft <= limits.OpenFilesHard && limits.OpenFilesSoft > 0);
        Assert.Equal(ReadOutcome.Ok, self.ReadCgroup(_buffer, out ProcCgroup? cgroup));
        Assert.StartsWith("/", cgroup!.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void A_thread_more_is_a_thread_more()
    {
        using ProcFs proc = ProcFs.Open();
        using ProcessDirectory self = Open(proc, Environment.ProcessId);
        using var release = new ManualResetEventSlim();
        Assert.Equal(ReadOutcome.Ok, self.ReadStat(_buffer, out ProcStat before, out _));
        Thread[] threads = [.. Enumerable.Range(0, 50).Select(_ => new Thread(release.Wait) { IsBackground = true })];
        foreach (Thread thread in threads) thread.Start();
        Assert.Equal(ReadOutcome.Ok, self.ReadStat(_buffer, out ProcStat during, out _));
        release.Set();
        foreach (Thread thread in threads) thread.Join();
        Assert.InRange(during.Threads - before.Threads, 45, 55); // The pool may grow or shrink meanwhile.
    }

    [Fact]
    public void A_reaped_process_is_gone_for_who_held_its_directory()
    {
        using ProcFs proc = ProcFs.Open();
        using Child child = Child.Cat();
        using ProcessDirectory held = Open(proc, child.Pid);
        child.End();
        AssertGone(held);
        Assert.Equal(ReadOutcome.Gone, proc.OpenProcess(child.Pid, out ProcessDirectory? none));
        Assert.Null(none);
    }

    [Fact]
    public void A_pid_used_again_does_not_bring_the_dead_back()
    {
        using ProcFs proc = ProcFs.Open();
        for (int attempt = 0; attempt < 50; attempt++)
        {
            using Child first = Child.Cat();
            using ProcessDirectory held = Open(proc, first.Pid);
            using Pidfd pidfd = Pidfd.Open(first.Pid)!;
            first.End();
            Assert.SkipUnless(TryForceNextPid(first.Pid), "ns_last_pid can't be written: needs CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE.");
            using Child second = Child.Cat();
            if (second.Pid != first.Pid) continue; // A thread or another process was faster.

            using ProcessDirectory successor = Open(proc, second.Pid);
            Assert.Equal(ReadOutcome.Ok, successor.ReadStat(_buffer, out _, out _));
            AssertGone(held);
            using Pidfd other = Pidfd.Open(second.Pid)!;
            Assert.True(pidfd.HasEnded() && !other.HasEnded());
            if (pidfd.TryReadInode(out ulong old) && other.TryReadInode(out ulong young)) Assert.NotEqual(old, young);
            return;
        }
        Assert.Skip("No pid was used again within 50 attempts: this machine starts too many processes.");
    }

    [Fact]
    public void A_zombie_has_a_stat_and_nothing_else()
    {
        using ProcFs proc = ProcFs.Open();
        using Child parent = Child.WithZombie(out int pid);
        using ProcessDirectory zombie = Open(proc, pid);
        Until.True(() => zombie.ReadStat(_buffer, out ProcStat stat, out _) == ReadOutcome.Ok && stat.IsZombie);
        Assert.Equal(ReadOutcome.Ok, zombie.ReadStatus(_buffer, out ProcStatus status));
        Assert.False(status.HasMemory);
        Assert.Equal((ReadOutcome.Ok, 0), (zombie.ReadCommandLine(_buffer, out int length), length));
        Assert.Equal(ReadOutcome.Gone, zombie.ReadSmapsRollup(_buffer, out _));
        Assert.Equal((ReadOutcome.Gone, 0), (zombie.ReadExecutable(_buffer, out length), length));
    }

    [Fact]
    public void Being_reaped_is_gone_and_not_a_fall_to_zero()
    {
        using var tree = new FixtureProc();
        tree.Process(9, p => (p.State, p.Threads, p.HasMemory) = ('X', 0, false));
        File.WriteAllText(Path.Combine(tree.Root, "9/limits"), "");
        using ProcFs proc = ProcFs.Open(tree.Root);
        using ProcessDirectory directory = Open(proc, 9);
        Assert.Equal(ReadOutcome.Gone, directory.ReadStat(_buffer, out _, out _));
        Assert.Equal(ReadOutcome.Gone, directory.ReadLimits(_buffer, out _));
    }

    [Fact]
    public void A_buffer_too_small_is_malformed_and_never_a_wrong_value()
    {
        using var tree = new FixtureProc();
        tree.Process(9, p => p.Cgroup = "1:name=systemd:/a\n0::/b\n");
        using ProcFs proc = ProcFs.Open(tree.Root);
        using ProcessDirectory directory = Open(proc, 9);
        for (int size = 0; size < 18; size++)
        {
            Span<byte> buffer = _buffer.AsSpan(0, size);
            Assert.Equal(ReadOutcome.Malformed, directory.ReadStat(buffer, out _, out ReadOnlySpan<byte> name));
            Assert.True(name.IsEmpty);
            Assert.Equal(ReadOutcome.Malformed, directory.ReadIo(buffer, out _));
            Assert.Equal(ReadOutcome.Malformed, directory.ReadStatus(buffer, out _));
            Assert.Equal(ReadOutcome.Malformed, directory.ReadSmapsRollup(buffer, out _));
            Assert.Equal(ReadOutcome.Malformed, directory.ReadCgroup(buffer, out _));
        }
        Assert.Equal(ReadOutcome.Malformed, directory.ReadCgroup(_buffer.AsSpan(0, 18), out _)); // Exactly the first line.
        Assert.Equal(ReadOutcome.Ok, directory.ReadCgroup(_buffer, out _));
    }

    [Fact]
    public void A_disposed_directory_reads_nothing()
    {
        using ProcFs proc = ProcFs.Open();
        ProcessDirectory directory = Open(proc, Environment.ProcessId);
        directory.Dispose();
        directory.Dispose();
        Assert.Equal(ReadOutcome.Malformed, directory.ReadStat(_buffer, out _, out _));
    }

    internal static ProcessDirectory Open(ProcFs proc, int pid)
    {
        Assert.Equal(ReadOutcome.Ok, proc.OpenProcess(pid, out ProcessDirectory? directory));
        return directory!;
    }

    private void AssertGone(ProcessDirectory held)
    {
        Assert.Equal(ReadOutcome.Gone, held.ReadStat(_buffer, out _, out _));
        Assert.Equal(ReadOutcome.Gone, held.ReadStatm(_buffer, out _));
        Assert.Equal(ReadOutcome.Gone, held.ReadStatus(_buffer, out _));
        Assert.Equal(ReadOutcome.Gone, held.ReadIo(_buffer, out _));
        Assert.Equal(ReadOutcome.Gone, held.ReadSmapsRollup(_buffer, out _));
        Assert.Equal(ReadOutcome.Gone, held.ReadSchedstat(_buffer, out _));
        Assert.Equal(ReadOutcome.Gone, held.ReadLimits(_buffer, out _));
        Assert.Equal(ReadOutcome.Gone, held.ReadCgroup(_buffer, out _));
        Assert.Equal(ReadOutcome.Gone, held.ReadCommandLine(_buffer, out _));
        Assert.Equal(ReadOutcome.Gone, held.ReadExecutable(_buffer, out _));
        Assert.Equal(ReadOutcome.Gone, held.ReadDescriptorCount(_buffer, true, out _));
        Assert.Equal(ReadOutcome.Gone, held.ReadDescriptorCount(_buffer, false, out _));
    }

    private static bool TryForceNextPid(int pid)
    {
        try
        {
            File.WriteAllText("/proc/sys/kernel/ns_last_pid", (pid - 1).ToString(CultureInfo.InvariantCulture));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
