using System.Diagnostics;
using System.Globalization;
using ProcessArsenal.Control.Restarting;
using ProcessArsenal.Control.Targeting;
using ProcessArsenal.Procfs;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Restarting;

/// <summary>With control groups of the running kernel.</summary>
public sealed class OwnerFinderTests
{
    [Fact]
    public void Finds_the_unit_by_the_control_group_and_not_by_the_name()
    {
        using TestCgroup cgroup = TestCgroup.Create("/system.slice/*.service");
        Process process = cgroup.Start("sleep 1000", name: "/usr/sbin/sshd -D");
        using HeldProcess held = TestCgroup.Hold(process.Id);
        using ProcFs proc = ProcFs.Open();
        Owner owner = OwnerFinder.Find(proc, held, inPod: false);
        Assert.Equal(new Owner(OwnerKind.SystemdUnit, Path.GetFileName(cgroup.Path), cgroup.Path, cgroup.Hierarchy), owner);
    }

    [Fact]
    public void Reads_the_control_group_anew_each_time()
    {
        using TestCgroup one = TestCgroup.Create("/system.slice/*.service");
        using TestCgroup other = one.Another(one.Path.Replace(".service", "-b.service", StringComparison.Ordinal));
        Process process = one.Start("sleep 1000 & wait");
        using HeldProcess held = TestCgroup.Hold(process.Id);
        using ProcFs proc = ProcFs.Open();
        Assert.Equal(one.Path, OwnerFinder.Find(proc, held, inPod: false).Cgroup);
        File.WriteAllText(other.Directory + "/cgroup.procs", process.Id.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(other.Path, OwnerFinder.Find(proc, held, inPod: false).Cgroup);
    }

    [Fact]
    public async Task Of_one_that_has_ended_nobody_is_the_owner()
    {
        using TestCgroup cgroup = TestCgroup.Create("/system.slice/*.service");
        Process process = cgroup.Start("read line");
        using HeldProcess held = TestCgroup.Hold(process.Id);
        using ProcFs proc = ProcFs.Open();
        process.StandardInput.Close();
        await Eventually.True("it has ended", held.HasEnded);
        Assert.Equal("it has ended", OwnerFinder.Find(proc, held, inPod: false).Reason);
    }

    [Fact]
    public async Task Restarting_what_nobody_owns_is_refused_with_the_reason()
    {
        using TestCgroup cgroup = TestCgroup.Create("/jobs-*");
        Process process = cgroup.Start("sleep 1000");
        using HeldProcess held = TestCgroup.Hold(process.Id);
        RestartResult result = await new Restarter(new RestartOptions(), TimeProvider.System).RestartAsync(held, TestContext.Current.CancellationToken);
        Assert.Equal((RestartVerdict.Refused, OwnerKind.Nobody, held.Identity, null), (result.Verdict, result.Owner.Kind, result.Old!.Value, result.New));
        Assert.Equal($"its control group {cgroup.Path} is of no unit, container or pod", result.Reason);
        Assert.False(held.HasEnded());
    }

    [Theory]
    [InlineData(OwnerKind.SystemdUnit)]
    [InlineData(OwnerKind.Container)]
    [InlineData(OwnerKind.PodContainer)]
    public async Task An_owner_that_has_ourselves_is_not_restarted(OwnerKind kind)
    {
        using ProcFs proc = ProcFs.Open();
        Assert.Equal(ReadOutcome.Ok, proc.OpenSelf(out ProcessDirectory? self));
        using (self)
        {
            Assert.Equal(ReadOutcome.Ok, OwnerFinder.Read(self!, out ProcCgroup? own));
            CgroupHierarchy hierarchy = own!.Unified is not null ? CgroupHierarchy.Unified : CgroupHierarchy.Systemd;
            var owner = new Owner(kind, "shop.service", OwnerFinder.PathIn(own, hierarchy)!, hierarchy);
            RestartResult result = await new Restarter(new RestartOptions(), TimeProvider.System).RestartAsync(owner, null, TestContext.Current.CancellationToken);
            Assert.Equal(RestartVerdict.Refused, result.Verdict);
            Assert.StartsWith("we run in it ourselves", result.Reason, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(CgroupHierarchy.Unified)]
    [InlineData(CgroupHierarchy.Systemd)]
    public async Task All_processes_of_an_owner_are_listed_with_those_of_the_control_groups_below(CgroupHierarchy hierarchy)
    {
        using TestCgroup cgroup = TestCgroup.Create("/system.slice/*.service", hierarchy);
        using TestCgroup below = cgroup.Another(cgroup.Path + "/workers/one");
        using TestCgroup beside = cgroup.Another(cgroup.Path.Replace(".service", ".service2", StringComparison.Ordinal));
        Process main = cgroup.Start("sleep 1000 & sleep 1000 & wait");
        Process worker = below.Start("sleep 1000 & wait");
        Process other = beside.Start("sleep 1000");
        using ProcFs proc = ProcFs.Open();
        var owner = new Owner(OwnerKind.SystemdUnit, "x.service", cgroup.Path, hierarchy);
        await Eventually.True("five processes are listed", () => OwnerProcesses.List(proc, owner).Members.Count == 5);
        OwnerMembers members = OwnerProcesses.List(proc, owner);
        Assert.True(members.IsComplete);
        Assert.Equal(TestCgroup.IdentityOf(main.Id), members.Members[0].Identity); // The first to begin.
        Assert.True(members.Contains(TestCgroup.IdentityOf(worker.Id)));
        Assert.False(members.Contains(TestCgroup.IdentityOf(other.Id)));
        Assert.All(members.Members, member => Assert.StartsWith(cgroup.Path, member.Cgroup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_control_groups_are_not_mounted_every_process_is_asked()
    {
        using TestCgroup cgroup = TestCgroup.Create("/system.slice/*.service");
        Process main = cgroup.Start("sleep 1000 & wait");
        using ProcFs proc = ProcFs.Open();
        // A path that has no directory, as one beside a container of our own has none for us.
        await Eventually.True("two processes are listed", () => OwnerProcesses.List(proc, "/../x", cgroup.Hierarchy, path => path == cgroup.Path).Members.Count == 2);
        Assert.True(OwnerProcesses.List(proc, "/../x", cgroup.Hierarchy, path => path == cgroup.Path).IsComplete);
    }
}
