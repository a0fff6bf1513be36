using System.Text;
using CsCheck;
using ProcessArsenal.Control.Restarting;
using ProcessArsenal.Control.Restarting.Systemd;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Control.Tests.Restarting;

public sealed class OwnerPathTests
{
    private const string A = "a123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string B = "b123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string Pod = "6f1a2b3c-4d5e-6f70-8192-a3b4c5d6e7f8", PodUnderscored = "6f1a2b3c_4d5e_6f70_8192_a3b4c5d6e7f8";

    [Theory]
    [InlineData("/system.slice/nginx.service", "nginx.service", "/system.slice/nginx.service")]
    [InlineData("/system.slice/nginx.service/workers", "nginx.service", "/system.slice/nginx.service")]
    [InlineData("/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service", "/system.slice/system-getty.slice/getty@tty1.service")]
    [InlineData("/shop.slice/orders.service", "orders.service", "/shop.slice/orders.service")]
    [InlineData("/orders.service", "orders.service", "/orders.service")]
    [InlineData("/system.slice/_cpu.service", "cpu.service", "/system.slice/_cpu.service")] // Escaped by systemd.
    [InlineData("/system.slice/shop.service/nginx.service", "shop.service", "/system.slice/shop.service")] // Whoever has shop.service could have named that.
    [InlineData("/system.slice/shop.service/libpod-payload-" + A, "shop.service", "/system.slice/shop.service")] // Quadlet
    public void A_service_of_the_system(string path, string name, string cgroup)
    {
        Owner owner = OwnerPath.Read(path, CgroupHierarchy.Unified, inPod: false);
        Assert.Equal((OwnerKind.SystemdUnit, name, cgroup, null), (owner.Kind, owner.Name, owner.Cgroup, owner.User));
        Assert.False(owner.IsDelegated);
    }

    [Fact]
    public void A_service_of_a_user_is_not_one_of_the_system()
    {
        Owner owner = OwnerPath.Read("/user.slice/user-1000.slice/user@1000.service/app.slice/nginx.service/x", CgroupHierarchy.Unified, inPod: false);
        Assert.Equal((OwnerKind.SystemdUnit, "nginx.service", 1000u), (owner.Kind, owner.Name, owner.User!.Value));
        Assert.Equal("/user.slice/user-1000.slice/user@1000.service/app.slice/nginx.service", owner.Cgroup);
        Assert.Equal("systemd unit nginx.service of user 1000", owner.ToString());
    }

    [Theory]
    [InlineData("/docker/" + A, "/docker/" + A, false)]
    [InlineData("/docker/" + A + "/init", "/docker/" + A, false)]
    [InlineData("/system.slice/docker-" + A + ".scope", "/system.slice/docker-" + A + ".scope", false)]
    [InlineData("/system.slice/docker-" + A + ".scope/system.slice/nginx.service", "/system.slice/docker-" + A + ".scope", false)] // A systemd within.
    [InlineData("/machine.slice/libpod-" + A + ".scope/container", "/machine.slice/libpod-" + A + ".scope", false)]
    [InlineData("/libpod_parent/libpod-" + A, "/libpod_parent/libpod-" + A, false)]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + A + ".scope", "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + A + ".scope", true)]
    [InlineData("/system.slice/shop.service/docker-" + A + ".scope", "/system.slice/shop.service/docker-" + A + ".scope", true)]
    public void A_container(string path, string cgroup, bool isDelegated)
    {
        Owner owner = OwnerPath.Read(path, CgroupHierarchy.Systemd, inPod: true);
        Assert.Equal(new Owner(OwnerKind.Container, A, cgroup, CgroupHierarchy.Systemd) { IsDelegated = isDelegated }, owner);
    }

    [Theory]
    [InlineData("/kubepods/burstable/pod" + Pod + "/" + A, "/kubepods/burstable/pod" + Pod + "/" + A)]
    [InlineData("/kubepods/pod" + Pod + "/" + A + "/sub", "/kubepods/pod" + Pod + "/" + A)]
    [InlineData("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + PodUnderscored + ".slice/cri-containerd-" + A + ".scope", "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + PodUnderscored + ".slice/cri-containerd-" + A + ".scope")]
    [InlineData("/system.slice/containerd.service/kubepods-burstable-pod" + PodUnderscored + ".slice:cri-containerd:" + A, null)]
    [InlineData("/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" + PodUnderscored + ".slice/crio-" + A + ".scope/container", "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" + PodUnderscored + ".slice/crio-" + A + ".scope")]
    public void A_container_of_a_pod(string path, string? cgroup)
    {
        Owner owner = OwnerPath.Read(path, CgroupHierarchy.Unified, inPod: false);
        Assert.Equal((OwnerKind.PodContainer, A, Pod), (owner.Kind, owner.Name, owner.Pod));
        if (cgroup is not null) Assert.Equal(cgroup, owner.Cgroup);
    }

    [Fact]
    public void A_container_beside_ours_is_of_our_pod_if_we_are_in_one()
    {
        Owner owner = OwnerPath.Read("/../cri-containerd-" + A + ".scope", CgroupHierarchy.Unified, inPod: true);
        Assert.Equal((OwnerKind.PodContainer, A, null, "/../cri-containerd-" + A + ".scope"), (owner.Kind, owner.Name, owner.Pod, owner.Cgroup));
        Assert.Equal(OwnerKind.Nobody, OwnerPath.Read("/../cri-containerd-" + A + ".scope", CgroupHierarchy.Unified, inPod: false).Kind);
    }

    [Theory]
    [InlineData("/", "no control group of its own")]
    [InlineData("", "no path")]
    [InlineData("/job/7", "of no unit, container or pod")]
    [InlineData("/init.scope", "systemd itself")]
    [InlineData("/user.slice/user-1000.slice/session-3.scope", "session-3.scope, a scope")]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/init.scope", "service manager of user 1000")]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/app.slice/app-firefox.scope", "a scope")]
    [InlineData("/user.slice/user-1000.slice/user@1000.service", "in none of its units")]
    [InlineData("/system.slice/gone.service (deleted)", "was removed")]
    [InlineData("/system.slice/getty@.service", "no name of a service")]
    [InlineData("/system.slice/-x.service", "no name of a service")]
    [InlineData("/system.slice/a b.service", "no name of a service")]
    [InlineData("/system.slice/$(reboot).service", "no name of a service")]
    [InlineData("/mine/nginx.service", "not where systemd puts one")] // Made by hand, next to systemd's.
    [InlineData("/../../system.slice/nginx.service", "outside of those that we can see")]
    [InlineData("/docker/" + B + "/docker/" + A, "within another")]
    [InlineData("/machine.slice/libpod-conmon-" + A + ".scope", "watches over a container")]
    [InlineData("/kubepods/burstable/pod" + Pod, "in none of its containers")]
    [InlineData("/kubepods/burstable/pod" + Pod + "/" + B + "/docker/" + A, "not by the kubelet")]
    [InlineData("/kubepods.slice/kubepods-pod" + PodUnderscored + ".slice/crio-conmon-" + A + ".scope", "watches over a container")]
    [InlineData("/../" + B + "/docker/" + A, "outside of those that we can see")]
    public void Nobody_and_why(string path, string reason)
    {
        Owner owner = OwnerPath.Read(path, CgroupHierarchy.Unified, inPod: true);
        Assert.Equal(OwnerKind.Nobody, owner.Kind);
        Assert.Contains(reason, owner.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_hierarchies_the_one_counts_that_tells_the_nearest_owner()
    {
        // As Docker leaves it on a host with v1 and v2: restarting containerd would end every container.
        var cgroup = new ProcCgroup("/system.slice/containerd.service", "/docker/" + A, "/docker/" + A);
        Assert.Equal((OwnerKind.Container, A, CgroupHierarchy.Systemd), Named(OwnerFinder.Of(cgroup, inPod: false)));
        cgroup = new ProcCgroup("/init.scope", "/system.slice/docker.service", $"/kubepods/pod{Pod}/{A}");
        Assert.Equal((OwnerKind.PodContainer, A, CgroupHierarchy.Memory), Named(OwnerFinder.Of(cgroup, inPod: false)));
        cgroup = new ProcCgroup("/", "/system.slice/nginx.service", "/system.slice");
        Assert.Equal((OwnerKind.SystemdUnit, "nginx.service", CgroupHierarchy.Systemd), Named(OwnerFinder.Of(cgroup, inPod: false)));
        static (OwnerKind, string, CgroupHierarchy) Named(Owner owner) => (owner.Kind, owner.Name, owner.Hierarchy);
    }

    [Theory]
    [InlineData("/system.slice/a.service", "/system.slice/b.service", "contradict each other: systemd unit a.service and systemd unit b.service")]
    [InlineData("/docker/" + A, "/docker/" + B, "contradict each other")]
    [InlineData("/user.slice/user-1.slice/user@1.service/a.service", "/system.slice/a.service", "contradict each other: systemd unit a.service of user 1 and systemd unit a.service")]
    [InlineData("/job", "/init.scope", "/job is of no unit")]
    public void Hierarchies_that_contradict_each_other_name_nobody(string unified, string systemd, string reason)
    {
        Owner owner = OwnerFinder.Of(new ProcCgroup(unified, systemd, null), inPod: false);
        Assert.Equal(OwnerKind.Nobody, owner.Kind);
        Assert.Contains(reason, owner.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_can_name_a_control_group_does_not_choose_a_unit_of_the_system() => Part.Array[1, 6].Sample(parts =>
    {
        // Whatever a user makes below what was delegated to him is the user's, or nobody's.
        foreach (string delegated in (string[])["/user.slice/user-1000.slice/user@1000.service/", "/system.slice/shop.service/"])
        {
            Owner owner = OwnerPath.Read(delegated + string.Join('/', parts), CgroupHierarchy.Unified, inPod: false);
            if (owner.Kind == OwnerKind.SystemdUnit && owner.User is null && owner.Name != "shop.service") return false;
            if (owner.Kind == OwnerKind.SystemdUnit && owner.User is not (null or 1000)) return false;
            if (owner.Kind == OwnerKind.Container && !owner.IsDelegated) return false;
        }
        return true;
    });

    [Fact]
    public void Any_path_gives_an_owner_that_contains_it_or_a_reason() => Gen.OneOf(Gen.String, Part.Array[0, 6].Select(static parts => "/" + string.Join('/', parts))).Select(Gen.Bool).Sample((path, inPod) => IsSound(OwnerPath.Read(path, CgroupHierarchy.Unified, inPod), path));

    [Fact]
    public void Any_file_is_survived() => Gen.OneOf(Gen.Byte.Array[0, 300], Line.Array[0, 6].Select(static lines => Encoding.UTF8.GetBytes(string.Concat(lines)))).Sample(text =>
        !ProcCgroup.TryParse(text, out ProcCgroup? cgroup) || IsSoundIn(OwnerFinder.Of(cgroup!, inPod: true), cgroup!));

    private static readonly Gen<string> Part = Gen.OneOf(
        Gen.Const("nginx.service"), Gen.Const("sshd.service"), Gen.Const("app.slice"), Gen.Const("system.slice"), Gen.Const("init.scope"), Gen.Const("user@0.service"), Gen.Const("user@1000.service"), Gen.Const(A),
        Gen.Const("docker-" + B + ".scope"), Gen.Const("libpod-payload-" + A), Gen.Const("kubepods"), Gen.Const("pod" + Pod), Gen.Const(".."), Gen.Const("docker"), Gen.Const("x (deleted)"), Gen.String.Select(static text => text.Replace('/', ' ')));

    private static readonly Gen<string> Line = Gen.Select(Gen.Int[0, 12], Gen.OneOf(Gen.Const(""), Gen.Const("name=systemd"), Gen.Const("memory"), Gen.Const("cpu,memory")), Part.Array[0, 4],
        static (number, controllers, parts) => $"{number}:{controllers}:/{string.Join('/', parts)}\n");

    private static bool IsSoundIn(Owner owner, ProcCgroup cgroup) => IsSound(owner, OwnerFinder.PathIn(cgroup, owner.Hierarchy) ?? cgroup.Path);

    private static bool IsSound(Owner owner, string path)
    {
        if (owner.Kind == OwnerKind.Nobody) return owner.Reason is { Length: > 0 and < 500 } reason && !reason.Any(char.IsControl) && owner.Name.Length == 0;
        bool contains = path == owner.Cgroup || path.StartsWith(owner.Cgroup + "/", StringComparison.Ordinal);
        bool isNamed = owner.Kind == OwnerKind.SystemdUnit ? UnitName.IsRestartable(owner.Name) : owner.Name.Length == 64 && owner.Name.All(char.IsAsciiHexDigitLower);
        return contains && isNamed && owner.Reason is null;
    }
}
