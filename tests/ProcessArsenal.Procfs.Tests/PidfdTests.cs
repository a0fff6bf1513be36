using ProcessArsenal.Procfs.Tests.Support;

namespace ProcessArsenal.Procfs.Tests;

public sealed class PidfdTests
{
    [Fact]
    public void The_inode_is_the_process()
    {
        using Child one = Child.Cat(), other = Child.Cat();
        using Pidfd a = Pidfd.Open(one.Pid)!, again = Pidfd.Open(one.Pid)!, b = Pidfd.Open(other.Pid)!;
        Assert.SkipUnless(a.TryReadInode(out ulong inode), "No pidfs: Linux >= 6.9 has it.");
        Assert.True(again.TryReadInode(out ulong same));
        Assert.True(b.TryReadInode(out ulong different));
        Assert.Equal(inode, same);
        Assert.NotEqual(inode, different);

        one.End();
        Assert.True(a.TryReadInode(out ulong after));
        Assert.Equal(inode, after);
    }

    [Fact]
    public void Tells_that_a_process_has_ended()
    {
        using Child cat = Child.Cat();
        using Pidfd pidfd = Pidfd.Open(cat.Pid)!;
        Assert.False(pidfd.HasEnded());
        Assert.False(pidfd.TryReadExit(out _));
        cat.End();
        Assert.True(pidfd.HasEnded());
    }

    [Fact]
    public void A_zombie_has_ended()
    {
        using Child parent = Child.WithZombie(out int pid);
        using Pidfd pidfd = Pidfd.Open(pid)!;
        Until.True(pidfd.HasEnded);
        Assert.False(pidfd.TryReadExit(out _)); // Only once it is reaped.
    }

    [Theory]
    [InlineData("exit 7", 7, 0)]
    [InlineData("exit 0", 0, 0)]
    [InlineData("exit 255", 255, 0)]
    [InlineData("kill -9 $$", 0, 9)]
    [InlineData("kill -15 $$", 0, 15)]
    public void Tells_how_a_process_ended_once_it_is_reaped(string script, int code, int signal)
    {
        Assert.SkipUnless(Environment.OSVersion.Version >= new Version(6, 15), "PIDFD_INFO_EXIT is new in Linux 6.15.");
        using Child child = Child.Shell("read x; " + script);
        using Pidfd pidfd = Pidfd.Open(child.Pid)!;
        child.End();
        ExitStatus exit = default;
        Until.True(() => pidfd.TryReadExit(out exit));
        Assert.Equal((code, signal, code == 0 && signal == 0), (exit.Code, exit.Signal, exit.IsSuccess));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void There_is_none_for_a_pid_that_can_not_be(int pid) => Assert.Null(Pidfd.Open(pid));

    [Fact]
    public void After_disposal_nothing_is_claimed()
    {
        Pidfd pidfd = Pidfd.Open(Environment.ProcessId)!;
        pidfd.Dispose();
        pidfd.Dispose();
        Assert.Equal(-1, pidfd.Descriptor);
        Assert.False(pidfd.TryReadInode(out _) || pidfd.TryReadExit(out _));
        Assert.Throws<ObjectDisposedException>(() => pidfd.HasEnded());
    }
}
