using CsCheck;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

public sealed class CgroupNamesTests
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("/", null, null)]
    [InlineData("/init.scope", "init.scope", null)]
    [InlineData("/system.slice/nginx.service", "nginx.service", null)]
    [InlineData("/system.slice/nginx.service/workers", "nginx.service", null)]
    [InlineData("/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service", null)]
    [InlineData("/user.slice/user-1000.slice/session-3.scope", "session-3.scope", null)]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/app.slice/app-firefox.scope", "app-firefox.scope", null)]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/app.slice/pipewire.service", "pipewire.service", null)]
    [InlineData("/docker/" + Id, null, Id)]
    [InlineData("/system.slice/docker-" + Id + ".scope", "docker-" + Id + ".scope", Id)]
    [InlineData("/system.slice/docker-" + Id + ".scope/system.slice/nginx.service", "nginx.service", Id)]
    [InlineData("/machine.slice/libpod-" + Id + ".scope/container", "libpod-" + Id + ".scope", Id)]
    [InlineData("/kubepods/burstable/pod7a1f/" + Id, null, Id)]
    [InlineData("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod7a1f.slice/cri-containerd-" + Id + ".scope", "cri-containerd-" + Id + ".scope", Id)]
    [InlineData("/system.slice/containerd.service/kubepods-pod7a1f.slice:cri-containerd:" + Id, "containerd.service", Id)]
    [InlineData("/../../" + Id, null, Id)]
    [InlineData("/0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", null, null)]
    [InlineData("/0123456789abcdef", null, null)]
    public void Names_the_unit_and_the_container(string path, string? unit, string? container)
    {
        Assert.Equal(unit, CgroupNames.UnitOf(path));
        Assert.Equal(container, CgroupNames.ContainerOf(path));
    }

    [Fact]
    public void Any_path_is_survived() => Gen.String.Sample(path =>
    {
        string? unit = CgroupNames.UnitOf(path);
        string? container = CgroupNames.ContainerOf(path);
        return (unit is null || path.Contains(unit, StringComparison.Ordinal)) && (container is null || container.Length == 64);
    });
}
