using ProcessArsenal.Telemetry.Analysis;

namespace ProcessArsenal.Telemetry.Tests.Analysis;

public sealed class TopMembershipTests
{
    [Fact]
    public void Enters_among_the_first_n_stays_within_2n_and_leaves_only_after_a_while()
    {
        var top = new TopMembership();
        top.Update(3, 3);
        Assert.False(top.IsMember);
        top.Update(2, 3);
        Assert.True(top.IsMember);
        for (int i = 0; i < 100; i++) top.Update(5, 3);
        Assert.True(top.IsMember);
        for (int i = 1; i < TopMembership.PatienceTicks; i++) top.Update(6, 3);
        Assert.True(top.IsMember);
        top.Update(6, 3);
        Assert.False(top.IsMember);
        top.Update(5, 3);
        Assert.False(top.IsMember);
    }

    [Fact]
    public void Zero_turns_it_off_at_once()
    {
        var top = new TopMembership();
        top.Update(0, 1);
        top.Update(0, 0);
        Assert.False(top.IsMember);
    }
}
