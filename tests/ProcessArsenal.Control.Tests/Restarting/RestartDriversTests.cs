using ProcessArsenal.Control.Restarting;

namespace ProcessArsenal.Control.Tests.Restarting;

public sealed class RestartDriversTests
{
    [Fact]
    public void Every_driver_is_in_the_catalogue()
    {
        IEnumerable<Type> drivers = typeof(RestartDriver).Assembly.GetTypes().Where(static type => type.IsSubclassOf(typeof(RestartDriver)));
        Assert.Equal(drivers.OrderBy(static type => type.FullName, StringComparer.Ordinal), RestartDrivers.All.Select(static driver => driver.GetType()).OrderBy(static type => type.FullName, StringComparer.Ordinal));
    }

    [Fact]
    public void Each_kind_of_owner_has_one_driver_and_nobody_has_none()
    {
        foreach (OwnerKind kind in Enum.GetValues<OwnerKind>()) Assert.Equal(kind == OwnerKind.Nobody ? 0 : 1, RestartDrivers.All.Count(driver => driver.Kind == kind));
        Assert.Null(RestartDrivers.Of(OwnerKind.Nobody));
    }
}
