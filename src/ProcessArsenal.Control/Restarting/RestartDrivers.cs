using ProcessArsenal.Control.Restarting.Containers;
using ProcessArsenal.Control.Restarting.Pods;
using ProcessArsenal.Control.Restarting.Systemd;

namespace ProcessArsenal.Control.Restarting;

/// <summary>All drivers, one for each kind of owner.</summary>
public static class RestartDrivers
{
    private static readonly RestartDriver[] Known = [new SystemdDriver(), new ContainerDriver(), new PodDriver()];

    public static IReadOnlyList<RestartDriver> All => Known;

    /// <summary>Null for nobody.</summary>
    public static RestartDriver? Of(OwnerKind kind) => Array.Find(Known, driver => driver.Kind == kind);
}
