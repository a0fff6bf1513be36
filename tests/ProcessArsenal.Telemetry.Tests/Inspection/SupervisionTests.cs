using ProcessArsenal.Telemetry.Inspection;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Inspection;

/// <summary>Who starts a process again, and commands that may be pasted into a shell.</summary>
public sealed class SupervisionTests
{
    [Fact]
    public void A_service_is_restarted_by_its_name()
    {
        Supervision found = Of("/system.slice/foo@a\\x2db.service");
        Assert.Equal(("systemd", "systemctl restart 'foo@a\\x2db.service'"), (found.Kind, found.Restart));
    }

    /// <summary>Whoever has a control group of his own may name one below it as he likes.</summary>
    [Fact]
    public void A_name_can_t_put_a_command_into_what_is_pasted()
    {
        const string Name = "a';reboot;'.service";
        Supervision found = Of("/user.slice/user@1000.service/" + Name);
        Assert.Equal("systemctl --user restart 'UNIT'", found.Restart);
        Assert.DoesNotContain("Restart 'a'", found.Evidence, StringComparison.Ordinal);
        var process = new ProcessInspection
        {
            Identity = "1-1-00000001",
            Pid = 1,
            Name = "a",
            Time = DateTimeOffset.UnixEpoch,
        };
        process.Cgroup = new ControlGroupUse { Path = "/" + Name, Unit = Name, Tightest = Limits("/" + Name) };
        List<Recommendation> advice = Advice.Of(process);
        Assert.Equal(2, advice.Count);
        Assert.All(advice, one => Assert.DoesNotContain("reboot", one.Advice, StringComparison.Ordinal));
    }

    /// <summary>It is the group with the limit that has to be given more.</summary>
    [Fact]
    public void A_limit_above_is_told_with_whose_it_is()
    {
        var process = new ProcessInspection { Identity = "1-1-00000001", Pid = 1, Name = "a", Time = DateTimeOffset.UnixEpoch };
        process.Cgroup = new ControlGroupUse { Path = "/shop.slice/a.service", Unit = "a.service", Tightest = Limits("/shop.slice") };
        List<Recommendation> advice = Advice.Of(process);
        Assert.Equal(["systemctl set-property 'shop.slice' MemoryMax=HIGHER, or the container's memory limit", "systemctl set-property 'shop.slice' TasksMax=HIGHER"], advice.Select(one => one.Advice));
        Assert.All(advice, one => Assert.StartsWith("its control group /shop.slice ", one.What, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("supervisord", "supervisorctl restart NAME")]
    [InlineData("PM2 v5.4.0: God", "pm2 restart NAME")]
    [InlineData("bash", null)]
    public void A_parent_is_known_by_its_name(string parent, string? restart) =>
        Assert.Equal(restart, SupervisionInspection.Of(new ProcessDescription { Name = "a" }, new Relations { ParentPid = 7, Ancestors = [new Relative("7-1-00000001", 7, parent)] }).Restart);

    [Theory]
    [InlineData("/dev/null", "device")]
    [InlineData("/dev/shm/queue", "file")]
    [InlineData("/dev/shm/queue (deleted)", "deleted_file")]
    [InlineData("anon_inode:[eventpoll]", "eventpoll")]
    [InlineData("/memfd:x (deleted)", "memfd")]
    public void A_descriptor_is_known_by_where_it_points(string target, string kind) => Assert.Equal(kind, DescriptorInspection.KindOf(target, out _));

    private static Dictionary<string, GroupLimit> Limits(string cgroup) => new() { ["memory"] = new GroupLimit(cgroup, 100, 95), ["tasks"] = new GroupLimit(cgroup, 100, 95) };

    private static Supervision Of(string cgroup) => SupervisionInspection.Of(new ProcessDescription { Name = "a", Cgroup = cgroup, Unit = CgroupNames.UnitOf(cgroup) }, new Relations { ParentPid = 1 });
}
