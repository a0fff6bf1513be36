using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Events;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Events;

public sealed class LifeTableTests
{
    private const ulong Second = 1_000_000_000;

    private readonly LifeTable _table = new(hasEvents: true, hasRecords: true);
    private readonly List<ProcessLife> _ended = [];

    [Fact]
    public void Who_came_and_went_between_two_listings_is_handed_out_once_and_whole()
    {
        Tick();
        Fork(10, parent: 1, at: 5);
        Record(10, cpu: 7, name: "short", status: 0x300);
        Exit(10, status: 0x300, at: 9);
        Tick();
        Assert.Empty(_ended); // It may still be a zombie that the next listing shows.
        Tick();
        ProcessLife life = Assert.Single(_ended);
        Assert.Equal((10, 1, 3, "short", 7UL), (life.Pid, life.ParentPid, life.Exit!.Value.Code, life.Name, life.Usage.CpuNanoseconds));
        Tick();
        Assert.Empty(_ended);
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void Whom_a_listing_shows_is_the_trackers()
    {
        Tick();
        Fork(10);
        Record(10, cpu: 1, name: "zombie");
        Tick();
        ProcessLife zombie = _table.Adopt(10, null);
        Tick(10);
        Tick(10);
        Assert.Empty(_ended);
        _table.Settle(zombie);
        Exit(10, 0); // told late
        Tick();
        Tick();
        Assert.Empty(_ended);
    }

    [Fact]
    public void An_exit_told_after_the_pid_was_given_away_belongs_to_the_one_before()
    {
        Tick();
        Fork(10, at: 1);
        Fork(10, at: 5);
        Exit(10, status: 9, at: 6);
        Exit(10, status: 0x100, at: 7);
        Tick();
        Tick();
        Assert.Equal([9, 0x100], _ended.Select(life => life.Exit!.Value.Raw));
        Assert.Equal([1UL, 5UL], _ended.Select(life => life.BornNanoseconds));
    }

    [Fact]
    public void Threads_add_up_and_the_main_thread_or_whoever_ended_them_all_says_how_it_ended()
    {
        Tick();
        Fork(10);
        Record(10, cpu: 1, name: "main", last: false);
        Exit(10, 0); // The main thread leaves, others go on.
        Record(11, cpu: 5, tgid: 10, status: 0x900, name: "worker");
        Tick();
        Tick();
        ProcessLife life = Assert.Single(_ended);
        Assert.Equal((6UL, 9, "main"), (life.Usage.CpuNanoseconds, life.Exit!.Value.Code, life.Name));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_thread_that_executes_a_file_ends_nothing_but_the_main_thread(bool hasRecords)
    {
        var table = new LifeTable(hasEvents: true, hasRecords);
        table.TakeEnded([], 1, _ended);
        table.Apply(new ProcEvent { Kind = ProcEventKind.Fork, Thread = 10, Pid = 10, ParentPid = 1, Nanoseconds = 1 });
        table.Apply(new ProcEvent { Kind = ProcEventKind.Exit, Thread = 10, Pid = 10, Nanoseconds = 5 }); // the first main thread
        if (hasRecords) table.Apply(new Taskstats { Id = 10, Pid = 10, ParentPid = 1, CpuNanoseconds = 1 }, "first"u8);
        table.Apply(new ProcEvent { Kind = ProcEventKind.Exec, Thread = 10, Pid = 10, Nanoseconds = 6 });
        table.TakeEnded([10], 2, _ended);
        table.TakeEnded([10], 3, _ended);
        Assert.Empty(_ended);
        if (hasRecords) table.Apply(new Taskstats { Id = 10, Pid = 10, ParentPid = 1, CpuNanoseconds = 2, ExitStatus = 0x300, IsLastOfProcess = true }, "second"u8);
        table.Apply(new ProcEvent { Kind = ProcEventKind.Exit, Thread = 10, Pid = 10, Status = 0x300, Nanoseconds = 9 });
        for (ulong now = 4; now < 7; now++) table.TakeEnded([], now, _ended);
        ProcessLife life = Assert.Single(_ended);
        Assert.Equal((3, 9UL, true), (life.Exit!.Value.Code, life.EndedNanoseconds, life.HasExecuted));
    }

    [Fact]
    public void Without_records_the_status_of_the_thread_that_ended_them_all_is_that_of_the_process()
    {
        var table = new LifeTable(hasEvents: true, hasRecords: false);
        table.TakeEnded([], 1, _ended);
        table.Apply(new ProcEvent { Kind = ProcEventKind.Fork, Thread = 10, Pid = 10, ParentPid = 1, Nanoseconds = 1 });
        table.Apply(new ProcEvent { Kind = ProcEventKind.Exit, Thread = 10, Pid = 10, Nanoseconds = 5 });
        table.Apply(new ProcEvent { Kind = ProcEventKind.Exit, Thread = 12, Pid = 10, Status = 0x700, Nanoseconds = 9 });
        table.TakeEnded([], 2, _ended);
        table.TakeEnded([], 3, _ended);
        Assert.Equal(7, Assert.Single(_ended).Exit!.Value.Code);
    }

    [Fact]
    public void Before_the_first_listing_only_those_count_whose_birth_was_told()
    {
        Exit(10, 0);
        Fork(11);
        Exit(11, 0);
        Tick();
        Tick();
        Assert.Equal(11, Assert.Single(_ended).Pid);
    }

    [Fact]
    public void Of_whom_no_fork_was_told_the_exit_counts_all_the_same_once_a_listing_was_made()
    {
        Tick();
        Tick();
        Exit(10, 0x100);
        Tick();
        Tick();
        Assert.Equal(1, Assert.Single(_ended).Exit!.Value.Code);
    }

    [Fact]
    public void Whose_exit_was_lost_ends_when_a_listing_lacks_it()
    {
        Tick();
        Fork(10, at: 5);
        Fork(20, at: 5);
        _table.EndUnlisted([20], bornBefore: 10);
        Tick(20);
        Tick(20);
        ProcessLife life = Assert.Single(_ended);
        Assert.Equal((10, null), (life.Pid, life.Exit));
    }

    [Fact]
    public void A_successor_is_not_taken_for_the_one_whose_fork_was_told()
    {
        Tick();
        Fork(10, at: 5 * Second);
        ProcessLife adopted = _table.Adopt(10, startedNanoseconds: 60 * Second);
        Assert.Equal(0UL, adopted.BornNanoseconds);
        Exit(10, status: 0x100); // the first one's, told late
        Exit(10, status: 0x200);
        Assert.Equal(2, adopted.Exit!.Value.Code);
        Tick(10);
        Tick(10);
        Assert.Equal(1, Assert.Single(_ended).Exit!.Value.Code);
    }

    [Fact]
    public void Who_is_listed_before_its_fork_is_told_is_one_and_the_same()
    {
        Tick();
        ProcessLife adopted = _table.Adopt(10, startedNanoseconds: 5 * Second);
        Fork(10, parent: 7, at: 5 * Second + 1000);
        Record(10, cpu: 3, name: "one", status: 0x100);
        Exit(10, status: 0x100, at: 6 * Second);
        Assert.Equal((7, 1, 3UL), (adopted.ParentPid, adopted.Exit!.Value.Code, adopted.Usage.CpuNanoseconds));
        _table.Settle(adopted);
        Tick();
        Tick();
        Assert.Empty(_all);
        Assert.Equal(0, _table.Count);
    }

    /// <summary>Its parent was kept from running between making it and telling of it; it may even have been listed in between.</summary>
    [Theory]
    [InlineData(2, true)]
    [InlineData(2, false)]
    [InlineData(20, true)]
    [InlineData(20, false)]
    public void A_fork_that_a_busy_machine_tells_late_is_of_the_one_that_is_listed(ulong late, bool listedBefore)
    {
        Tick();
        ProcessLife? adopted = listedBefore ? _table.Adopt(10, startedNanoseconds: 5 * Second) : null;
        Fork(10, parent: 7, at: (5 + late) * Second);
        adopted ??= _table.Adopt(10, startedNanoseconds: 5 * Second);
        Record(10, cpu: 3, name: "one", status: 0x100);
        Exit(10, status: 0x100, at: (6 + late) * Second);
        Assert.Equal((7, 1, 3UL), (adopted.ParentPid, adopted.Exit!.Value.Code, adopted.Usage.CpuNanoseconds));
        _table.Settle(adopted);
        Tick();
        Tick();
        Assert.Empty(_all);
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void What_could_not_be_sampled_after_all_is_handed_out_once()
    {
        Tick();
        Fork(10);
        Exit(10, 0);
        Tick();
        _table.Abandon(_table.Adopt(10, null));
        Tick();
        Tick();
        Tick();
        Assert.Single(_all);
    }

    [Fact]
    public void A_child_inherits_what_its_parent_was_when_it_was_forked()
    {
        Tick();
        Fork(10);
        _table.Apply(new ProcEvent { Kind = ProcEventKind.Exec, Thread = 10, Pid = 10 });
        ProcessLife parent = Assert.Single(_table.ToDescribe);
        parent.Description = new ProcessDescription { Name = "shell" };
        Fork(11, parent: 10);
        parent.Description = new ProcessDescription { Name = "after exec" };
        Exit(11, 0);
        Tick();
        Tick();
        Assert.Equal("shell", LifeDescription.Of(Assert.Single(_ended), null, null, out bool guessed)!.Name);
        Assert.False(guessed);
    }

    [Fact]
    public void Who_executed_a_file_and_was_gone_is_guessed_by_name_and_parent()
    {
        Tick();
        ProcessLife parent = _table.Adopt(10, null);
        parent.Description = new ProcessDescription { Name = "sh", Executable = "/bin/sh", Unit = "job.service" };
        Fork(11, parent: 10);
        _table.Apply(new ProcEvent { Kind = ProcEventKind.Exec, Thread = 11, Pid = 11 });
        Record(11, cpu: 1, name: "tool");
        Exit(11, 0);
        Tick(10);
        Tick(10);
        ProcessDescription description = LifeDescription.Of(Assert.Single(_ended), null, null, out bool guessed)!;
        Assert.True(guessed);
        var namesake = new ProcessDescription { Name = "tool", Executable = "/usr/bin/tool", Unit = "other.service" };
        ProcessDescription better = LifeDescription.Of(_ended[0], null, namesake, out _)!;
        Assert.Equal(("/usr/bin/tool", "job.service"), (better.Executable, better.Unit));
        Assert.Equal(("tool", "job.service", null), (description.Name, description.Unit, description.Executable));
        var host = new ProcessDescription { Name = "tool", Executable = "/usr/bin/dotnet", Arguments = ["dotnet", "Orders.dll"], CommandLine = "dotnet Orders.dll" };
        ProcessDescription other = LifeDescription.Of(_ended[0], null, host, out _)!;
        Assert.Equal(("dotnet", "dotnet"), (other.ProgramName, other.CommandLine)); // Orders need not be what it ran.
    }

    private readonly List<ProcessLife> _all = [];

    private void Fork(int pid, int parent = 1, ulong at = 1) =>
        _table.Apply(new ProcEvent { Kind = ProcEventKind.Fork, Thread = pid, Pid = pid, ParentPid = parent, Nanoseconds = at });

    private void Exit(int pid, int status, ulong at = 2) =>
        _table.Apply(new ProcEvent { Kind = ProcEventKind.Exit, Thread = pid, Pid = pid, Status = status, Nanoseconds = at });

    private void Record(int id, ulong cpu, string name, int tgid = 0, int status = 0, bool last = true) => _table.Apply(
        new Taskstats { Id = id, Pid = tgid == 0 ? id : tgid, CpuNanoseconds = cpu, ExitStatus = status, IsLastOfProcess = last, IsForked = true },
        System.Text.Encoding.UTF8.GetBytes(name));

    private void Tick(params int[] listing)
    {
        _ended.Clear();
        _table.TakeEnded([.. listing], now: 1000, _ended);
        _all.AddRange(_ended);
    }
}
