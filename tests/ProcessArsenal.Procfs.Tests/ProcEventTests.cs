using ProcessArsenal.Procfs.Tests.Support;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcEventTests
{
    [Fact]
    public void Forks_and_exits_tell_thread_and_process()
    {
        ReadOnlySpan<byte> datagram = [.. KernelMessages.Fork(10, 21, 20, 5), .. KernelMessages.Exit(20, 20, 0x300, 9)];
        Assert.True(ProcEvent.TryNext(ref datagram, out ProcEvent fork));
        Assert.Equal((ProcEventKind.Fork, 21, 20, 10, 5UL, false), (fork.Kind, fork.Thread, fork.Pid, fork.ParentPid, fork.Nanoseconds, fork.IsProcess));
        Assert.True(ProcEvent.TryNext(ref datagram, out ProcEvent exit));
        Assert.Equal((ProcEventKind.Exit, 20, 0x300, 9UL, true), (exit.Kind, exit.Pid, exit.Status, exit.Nanoseconds, exit.IsProcess));
        Assert.False(ProcEvent.TryNext(ref datagram, out _));
    }

    [Fact]
    public void A_cut_message_is_none()
    {
        byte[] whole = KernelMessages.Fork(1, 2, 2);
        for (int length = 0; length < whole.Length; length++)
        {
            ReadOnlySpan<byte> datagram = whole.AsSpan(0, length);
            Assert.False(ProcEvent.TryNext(ref datagram, out _));
        }
    }

    [Fact]
    public void Nonsense_pids_are_none()
    {
        ReadOnlySpan<byte> datagram = KernelMessages.Exit(-1, 0, 0);
        Assert.False(ProcEvent.TryNext(ref datagram, out _));
    }

    /// <summary>What the kernel really says of a child of ours.</summary>
    [Fact]
    public void The_kernel_tells_of_a_child_from_fork_to_exit()
    {
        using ProcConnector? connector = ProcConnector.Open(1 << 20, out string needs);
        Assert.SkipWhen(connector is null, "The process connector needs " + needs);
        using Child child = Child.Cat();
        child.End();
        var kinds = new List<ProcEventKind>();
        // The exit is told after the parent is woken.
        Until.True(() =>
        {
            while (connector.TryReceive(out ProcEvent value))
            {
                Assert.True(value.IsProcess);
                if (value.Pid == child.Pid) kinds.Add(value.Kind);
            }
            return kinds.Contains(ProcEventKind.Exit);
        });
        Assert.Equal([ProcEventKind.Fork, ProcEventKind.Exec, ProcEventKind.Exit], kinds.Where(kind => kind is not ProcEventKind.Comm));
        Assert.Equal(0u, connector.Lost);
    }

    [Fact]
    public void What_finds_no_room_is_counted_as_lost()
    {
        using ProcConnector? connector = ProcConnector.Open(4096, out string needs);
        Assert.SkipWhen(connector is null, "The process connector needs " + needs);
        for (int i = 0; i < 20; i++)
        {
            using Child child = Child.Cat();
            child.End();
        }
        while (connector.TryReceive(out _)) { }
        Assert.True(connector.Lost > 0, "20 processes have 60 messages, for which 4 KiB are no room.");
    }
}
