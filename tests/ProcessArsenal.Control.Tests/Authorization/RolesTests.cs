using ProcessArsenal.Control.Authorization;

namespace ProcessArsenal.Control.Tests.Authorization;

/// <summary>Who may do what: the whole table.</summary>
public sealed class RolesTests
{
    [Theory]
    // held, may: viewer, diagnose, operate, admin, responder
    [InlineData(Role.Viewer, true, false, false, false, false)]
    [InlineData(Role.Diagnose, true, true, false, false, false)]
    [InlineData(Role.Operate, true, true, true, false, false)]
    [InlineData(Role.Admin, true, true, true, true, true)]
    [InlineData(Role.Responder, false, false, false, false, true)]
    public void A_role_may_what_is_its_own_and_what_is_less(Role held, bool viewer, bool diagnose, bool operate, bool admin, bool responder)
    {
        bool[] expected = [viewer, diagnose, operate, admin, responder];
        Assert.Equal(expected, Enum.GetValues<Role>().Select(needed => held.Allows(needed)));
    }

    [Fact]
    public void Each_is_written_in_one_way()
    {
        Assert.Equal(Enum.GetValues<Role>(), Roles.Names.Select(name => Roles.Parse(name)!.Value));
        Assert.Null(Roles.Parse("Viewer"));
        Assert.Null(Roles.Parse(""));
        Assert.Null(Roles.Parse("root"));
    }
}
