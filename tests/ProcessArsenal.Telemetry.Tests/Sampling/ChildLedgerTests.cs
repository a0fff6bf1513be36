using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

/// <summary>Ticks are at 100, 200, ... nanoseconds; pid 10 is a living parent.</summary>
public sealed class ChildLedgerTests
{
    private readonly GroupState _first = new(new GroupKey("first"), CollectorCatalogue.Set, "group");
    private readonly GroupState _second = new(new GroupKey("second"), CollectorCatalogue.Set, "group");
    private ChildLedger _ledger = new(hearsAll: true, hasRecords: true, TimerTick);
    private ulong _now = 100;
    private ulong _childTicks;

    private static readonly TimeSpan TimerTick = TimeSpan.FromMilliseconds(10); // a clock tick

    /// <summary>Of those that end without a record; null: there are records.</summary>
    private TimeSpan? _lifetime;

    [Fact]
    public void What_records_lack_is_shared_by_those_who_ended()
    {
        Debit(20, 10, _first, 30);
        Debit(21, 10, _second, 30);
        Parent(+62);
        Ticks(2);
        Assert.Equal((1, 1), (Cpu(_first), Cpu(_second)));
        Assert.Equal(0, _ledger.UnattributedTicks);
    }

    [Fact]
    public void The_share_of_a_group_that_has_left_is_in_no_group()
    {
        Debit(20, 10, _first, 30);
        Debit(21, 10, _second, 30);
        _second.HasLeft = true;
        Parent(+62);
        Ticks(2);
        Assert.Equal((1, 0, 1), (Cpu(_first), Cpu(_second), _ledger.UnattributedTicks));
    }

    [Fact]
    public void Nothing_is_missing_twice()
    {
        for (int i = 0; i < 10; i++)
        {
            Debit(20 + i, 10, _first, 30);
            Parent(+31);
            Ticks(1);
        }
        Ticks(3);
        Assert.Equal(10, Cpu(_first));
    }

    [Fact]
    public void Who_has_not_been_waited_for_yet_makes_no_difference_of_others()
    {
        Debit(20, 10, _first, 30);
        Ticks(2);
        Parent(+31);
        Ticks(2);
        Assert.Equal(1, Cpu(_first));
    }

    [Fact]
    public void Without_records_it_is_theirs_if_they_are_all_of_one_group()
    {
        _ledger = new ChildLedger(hearsAll: true, hasRecords: false, TimerTick);
        _lifetime = TimeSpan.FromSeconds(1);
        Debit(20, 10, _first, 0);
        Debit(21, 10, _first, 0);
        Parent(+70);
        Ticks(2);
        Assert.Equal(70, Cpu(_first));
        Debit(22, 10, _first, 0);
        Debit(23, 10, _second, 0);
        Parent(+50);
        Ticks(2);
        Assert.Equal((70, 0, 50), (Cpu(_first), Cpu(_second), _ledger.UnattributedTicks));
    }

    [Fact]
    public void Where_not_every_end_is_told_nobody_knows_whose_it_is()
    {
        _ledger = new ChildLedger(hearsAll: false, hasRecords: false, TimerTick);
        Debit(20, 10, _first, 20);
        Parent(+50);
        Ticks(2);
        Assert.Equal((0, 30), (Cpu(_first), _ledger.UnattributedTicks));
    }

    /// <summary>A shell that runs two commands and ends, all between two ticks: its parent's child times have all three.</summary>
    [Fact]
    public void Grandchildren_are_in_the_child_times_of_who_waited_for_their_parent()
    {
        Debit(21, 20, _first, 10);
        Debit(22, 20, _first, 10);
        Debit(20, 10, _second, 5);
        Parent(+28);
        Ticks(2);
        Assert.Equal((2, 1), (Cpu(_first), Cpu(_second)));
    }

    [Fact]
    public void What_is_told_of_a_child_after_its_parent_ended_goes_to_the_parents_parent()
    {
        Debit(20, 10, _second, 5);
        Parent(+36);
        Ticks(1);
        Debit(21, 20, _first, 30, ended: 50);
        Ticks(2);
        Assert.Equal(1, Cpu(_first) + Cpu(_second), 6);
    }

    /// <summary>A parent with a past: what its children used before we watched is known from it alone.</summary>
    [Fact]
    public void The_past_of_an_ended_parent_is_not_missing()
    {
        Debit(20, 10, _first, 40, childTicks: 1000);
        Parent(+1041);
        Ticks(2);
        Assert.Equal(1, Cpu(_first));
    }

    [Fact]
    public void Who_is_never_waited_for_leaves_no_debt()
    {
        Debit(20, 10, _first, 500);
        Ticks(6);
        Debit(21, 10, _first, 30);
        Parent(+31);
        Ticks(2);
        Assert.Equal(1, Cpu(_first));
    }

    /// <summary>A parent that was watched while its children ended, and ends before what they lack was settled.</summary>
    [Fact]
    public void What_is_not_settled_with_a_parent_is_settled_with_its_own()
    {
        for (int i = 0; i < 5; i++)
        {
            Debit(30 + i, 20, _first, 30);
            _ledger.Credit(new ProcStat { Pid = 20, ChildUserTicks = (ulong)(i + 1) * 31 }, (ulong)i * 31, 0);
            Ticks(1);
        }
        Debit(20, 10, _second, 5, childTicks: 155);
        Debit(36, 20, _first, 30); // told late
        Parent(+155 + 31 + 5);
        Ticks(4);
        Assert.Equal(6, Cpu(_first) + Cpu(_second), 6);
    }

    /// <summary>Its parent (20) never waited for it and ended, so that another (10) has it in its child times: what it used is accounted already.</summary>
    [Fact]
    public void Who_was_waited_for_by_another_than_its_parent_is_not_counted_twice()
    {
        Debit(30, 20, _second, 300);
        Ticks(1);
        Debit(20, 11, _second, 5);
        for (int i = 0; i < 10; i++)
        {
            Debit(40 + i, 10, _first, 1);
            Parent(i == 5 ? 301UL : 1);
            Ticks(1);
        }
        Ticks(3);
        Assert.Equal((0, 0), (Cpu(_first), _ledger.UnattributedTicks));
    }

    /// <summary>A reaper whose own children lack next to nothing, for long: that is no room for what an orphan used.</summary>
    [Fact]
    public void Nor_is_there_room_for_it_in_those_who_ended_long_ago()
    {
        for (int i = 0; i < 1000; i++)
        {
            Debit(1000 + i, 10, _first, 1);
            Parent(+1);
            Ticks(1);
        }
        Parent(+300);
        Ticks(4);
        Assert.Equal(0, Cpu(_first));
    }

    [Fact]
    public void Nor_does_it_go_to_those_who_lived_too_short_for_it()
    {
        _ledger = new ChildLedger(hearsAll: true, hasRecords: false, TimerTick);
        _lifetime = TimeSpan.FromMilliseconds(1);
        for (int i = 0; i < 10; i++) Debit(40 + i, 10, _first, 0);
        Parent(+300);
        Ticks(2);
        Assert.Equal((0, 300), (Cpu(_first), _ledger.UnattributedTicks));
    }

    /// <summary>The kernel wakes the parent, and tells of the end later: by a second, if others have the processor.</summary>
    [Fact]
    public void Who_was_waited_for_before_its_end_was_told_is_not_missing()
    {
        for (int i = 0; i < 10; i++) Debit(20 + i, 10, _first, 30);
        Parent(+341);
        Ticks(1);
        Debit(31, 10, _first, 30, ended: 150, left: 90);
        Ticks(3);
        Assert.Equal(11, Cpu(_first), 6);
    }

    [Fact]
    public void Freeing_its_memory_took_no_longer_than_from_its_record_to_its_end()
    {
        const ulong second = 1_000_000_000;
        _now = 10 * second;
        Debit(20, 10, _first, 100, ended: second, left: second - second / 5); // 20 clock ticks
        Parent(+118);
        Ticks(3);
        Assert.Equal(18, Cpu(_first));
        Debit(21, 10, _first, 100, ended: 2 * second, left: 2 * second - second / 5);
        Parent(+170);
        Ticks(3);
        Assert.Equal(18, Cpu(_first));
    }

    /// <summary>The bound is made of clocks that are read one after the other: all or nothing would lose all for a microsecond.</summary>
    [Fact]
    public void A_little_more_than_they_can_have_used_is_theirs_up_to_that()
    {
        const ulong second = 1_000_000_000;
        _now = 10 * second;
        Debit(20, 10, _first, 100, ended: second, left: second - second / 5); // 20 clock ticks, 1 of the timer, 1 as child times are whole ticks
        Parent(+130);
        Ticks(3);
        Assert.Equal(22, Cpu(_first), 6);
        Assert.Equal(0, _ledger.UnattributedTicks);
    }

    /// <summary>A tick found it on its way out: its record was made before.</summary>
    [Fact]
    public void Who_was_leaving_when_sampled_had_left_before()
    {
        const ulong second = 1_000_000_000;
        _now = 10_000 * second;
        Ticks(2);
        _now = 10_001 * second;
        Debit(20, 10, _first, 100, childTicks: 1, ended: 10_000 * second + second / 10, left: 10_000 * second - second / 5, wasLeaving: true);
        Parent(+130);
        Ticks(3);
        Assert.Equal(29, Cpu(_first), 6);
    }

    /// <summary>The machine slept since it started, so that it seems to have left long ago. But it was there at the last tick.</summary>
    [Fact]
    public void Who_was_sampled_had_not_left_by_then()
    {
        const ulong second = 1_000_000_000;
        _now = 10_000 * second;
        Ticks(2);
        _now = 10_001 * second;
        Debit(20, 10, _first, 100, childTicks: 1, ended: 10_000 * second + second / 10, left: 5 * second);
        Parent(+401);
        Ticks(3);
        Assert.Equal(0, Cpu(_first));
    }

    [Fact]
    public void What_lost_records_would_have_told_is_in_no_group()
    {
        Debit(20, 10, _first, 0);
        _ledger.LostRecords();
        Parent(+50);
        Ticks(2);
        Assert.Equal((0, 50), (Cpu(_first), _ledger.UnattributedTicks));
    }

    private void Debit(int pid, int parent, GroupState group, double ticks, double childTicks = 0, ulong? ended = null, ulong left = 0, bool wasLeaving = false) =>
        _ledger.Debit(
            new ProcessExit(pid, parent, ended ?? _now - 1, left, null, ExitOutcome.Success, default, _lifetime, _lifetime is null ? new TaskUsage { Tasks = 1 } : null),
            group, ticks, childTicks > 0 ? childTicks : null, wasLeaving);

    private void Parent(ulong growth)
    {
        _ledger.Credit(new ProcStat { Pid = 10, ChildUserTicks = _childTicks + growth }, _childTicks, 0);
        _childTicks += growth;
    }

    private void Ticks(int count)
    {
        for (int i = 0; i < count; i++, _now += 100) _ledger.EndTick(_now - 50, _now);
    }

    private static double Cpu(GroupState group)
    {
        var values = new double[CollectorCatalogue.GroupSlots];
        group.CopyTo(values, new bool[values.Length]);
        return values[CpuCollector.Time.GroupSlot] + values[CpuCollector.Time.GroupSlot + 1];
    }
}
