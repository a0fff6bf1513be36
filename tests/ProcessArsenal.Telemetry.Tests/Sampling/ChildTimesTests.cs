using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

public sealed class ChildTimesTests
{
    private readonly ChildTimes _times = new();

    [Fact]
    public void What_was_never_seen_is_all_unattributed()
    {
        _times.Grew(Parent(30), 0);
        _times.EndTick();
        Assert.Equal(30, _times.UnattributedTicks);
    }

    [Fact]
    public void What_was_sampled_is_not_and_the_rest_is()
    {
        _times.Grew(Parent(30), 0);
        _times.Ended(new ProcStat { Pid = 20, ParentPid = 10, UserTicks = 15, SystemTicks = 5, ChildUserTicks = 2 });
        _times.EndTick();
        Assert.Equal(8, _times.UnattributedTicks);
    }

    [Fact]
    public void A_parent_that_was_read_before_its_child_ended_pays_a_tick_later()
    {
        _times.Ended(new ProcStat { Pid = 20, ParentPid = 10, UserTicks = 20 });
        _times.EndTick();
        _times.Grew(Parent(21), 0);
        _times.EndTick();
        Assert.Equal(1, _times.UnattributedTicks);
    }

    [Fact]
    public void Children_that_nobody_waits_for_leave_no_debt()
    {
        _times.Ended(new ProcStat { Pid = 20, ParentPid = 10, UserTicks = 20 });
        _times.EndTick();
        _times.EndTick();
        _times.Grew(Parent(5), 0);
        _times.EndTick();
        Assert.Equal(5, _times.UnattributedTicks);
    }

    private static ProcStat Parent(ulong childTicks) => new() { Pid = 10, ChildUserTicks = childTicks };
}
