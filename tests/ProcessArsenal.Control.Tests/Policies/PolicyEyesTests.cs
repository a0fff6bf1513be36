using ProcessArsenal.Control.Policies;
using ProcessArsenal.Control.Policies.Machine;
using ProcessArsenal.Control.Policies.Running;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Control.Tests.Policies;

/// <summary>What a sample that is made up says of the targets of a policy.</summary>
public sealed class PolicyEyesTests
{
    /// <summary>Pid of one that a supervisor of ours has started.</summary>
    private const int Child = 4000;

    private const string Orders = "/system.slice/orders.service";

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Policy Busy = new("p") { Mode = PolicyMode.Enforce, When = Of("cpu > 1"), Steps = [new RestartStep(), new VerifyStep(Of("cpu < 0.5"))] };

    private static readonly Policy ByAlert = new("p")
    {
        Mode = PolicyMode.Enforce,
        Alert = new AlertMatch(new Dictionary<string, IReadOnlyList<string>> { ["alertname"] = ["A"] }),
        Steps = [new KillStep()],
    };

    private readonly PolicyEyes _eyes = new(static identity => identity.Pid == Child ? new ChildName("shop", "orders") : null, static () => TimeSpan.FromSeconds(5));

    [Fact]
    public void The_oldest_of_those_for_whom_it_holds_is_meant_whatever_its_pid()
    {
        TargetLook look = Assert.Single(Look(Busy, [new(10, Orders) { Cpu = 3, Began = 9 }, new(20, Orders) { Cpu = 0.1, Began = 1 }, new(30, Orders) { Cpu = 2, Began = 5 }]));
        Assert.Equal(("unit/orders.service", Identity(30), true), (look.Key, look.Identity, look.Holds));
        Assert.Equal([Identity(30), Identity(10)], look.Holders.Select(static one => one.Identity));
    }

    [Fact]
    public void What_a_service_starts_and_waits_for_neither_keeps_it_from_being_well_nor_from_being_verified()
    {
        Process main = new(10, Orders) { Cpu = 0.1 }, child = new(20, Orders) { Uptime = 0, Began = 2 }, zombie = new(30, Orders) { Uptime = 60, Began = 3, State = 'Z' };
        TargetLook look = Assert.Single(Look(Busy, [main, child, zombie], atWorkOn: "unit/orders.service"));
        Assert.Equal((true, 2u), (look.IsHealthy, look.Until));
        look = Assert.Single(Look(Busy, [main with { Uptime = 4 }, child], atWorkOn: "unit/orders.service"));
        Assert.False(look.IsHealthy); // Just begun.
        look = Assert.Single(Look(Busy, [main with { State = 'T' }, child with { Uptime = 60 }], atWorkOn: "unit/orders.service"));
        Assert.False(look.IsHealthy);
        look = Assert.Single(Look(Busy, [main, child with { Cpu = 0.7 }], atWorkOn: "unit/orders.service"));
        Assert.Equal(0u, look.Until); // Of one it is not so.
        look = Assert.Single(Look(Busy, [main with { Cpu = null }, child], atWorkOn: "unit/orders.service"));
        Assert.Equal(0u, look.Until); // Of none it can be told.
    }

    [Fact]
    public void A_unit_of_the_same_name_that_a_user_has_is_another()
    {
        const string Forged = "/user.slice/user-1000.slice/user@1000.service/app.slice/orders.service";
        Assert.Equal(["unit/orders.service", "unit/user@1000.service/orders.service"], Look(Busy, [new(10, Orders) { Cpu = 2 }, new(20, Forged) { Cpu = 2 }]).Select(static look => look.Key));
        Snapshot snapshot = Make([new(5, Forged), new(10, Orders)]);
        Assert.Equal(Identity(10), _eyes.LivingOf(snapshot, "unit/orders.service", Identity(7)));
    }

    [Fact]
    public void Whose_owner_is_to_start_it_again_is_itself_as_long_as_it_lives()
    {
        Snapshot snapshot = Make([new(5, Orders) { Began = 8 }, new(10, Orders) { Began = 3 }, new(15, Orders) { Began = 1, State = 'Z' }]);
        Assert.Equal(Identity(5), _eyes.LivingOf(snapshot, "unit/orders.service", Identity(5)));
        Assert.Equal(Identity(10), _eyes.LivingOf(snapshot, "unit/orders.service", Identity(15)));
        Assert.Null(_eyes.LivingOf(snapshot, "unit/other.service", Identity(5)));
    }

    [Fact]
    public void What_a_supervised_child_has_started_is_of_it()
    {
        Process child = new(Child, null) { Cpu = 2 }, worker = new(4001, null) { Cpu = 3, Parent = Child, Began = 2 }, deeper = new(4002, null) { Cpu = 3, Parent = 4001, Began = 3 };
        Process contained = new(4003, Orders) { Cpu = 3, Parent = Child }, other = new(4004, null) { Cpu = 3, Parent = 1 };
        IReadOnlyList<TargetLook> looks = Look(Busy, [child, worker, deeper, contained, other]);
        Assert.Equal(["child/shop/orders", "unit/orders.service", $"process/{Identity(4004)}"], looks.Select(static look => look.Key));
        Assert.Equal(3, looks[0].Identities.Count);
    }

    [Fact]
    public void Among_many_processes_an_alert_finds_the_one_that_it_names()
    {
        Process[] many = [.. Enumerable.Range(1, 2000).Select(static pid => new Process(pid, pid == 1999 ? Orders : null))];
        Assert.Equal(Identity(1500), Assert.Single(Look(ByAlert, many, labels: ("identity", Identity(1500)))).Identity);
        Assert.Equal("unit/orders.service", Assert.Single(Look(ByAlert, many, labels: ("unit", "orders.service"))).Key);
        Assert.Empty(Look(ByAlert, many, labels: ("unit", "other.service")));
        Assert.Empty(Look(ByAlert, many, labels: ("identity", "1500")));
    }

    [Fact]
    public void Whom_a_policy_is_at_work_on_is_seen_however_many_others_there_are_and_that_there_are_more_is_said()
    {
        Process[] many = [.. Enumerable.Range(1, 2000).Select(static pid => new Process(pid, pid == 1999 ? Orders : null) { Cpu = 2 })];
        Sampled sampled = Sample(Busy, many, "unit/orders.service", null);
        Assert.Contains(sampled.Looks["p"], static look => look.Key == "unit/orders.service");
        Assert.Equal((PolicyMachine.MostTargets + 1, true), (sampled.Looks["p"].Count, sampled.TooMany.Contains("p")));
        Assert.Empty(Sample(Busy, [.. many.Select(static one => one with { Cpu = 0 })], "unit/orders.service", null).TooMany); // Of others that are well nobody asks.
    }

    private IReadOnlyList<TargetLook> Look(Policy policy, Process[] processes, string? atWorkOn = null, (string Name, string Value)? labels = null) => Sample(policy, processes, atWorkOn, labels).Looks["p"];

    private Sampled Sample(Policy policy, Process[] processes, string? atWorkOn, (string Name, string Value)? labels)
    {
        var book = new PolicyBook(policy);
        if (atWorkOn is not null) book.Runs["p-1"] = new PolicyRun("p-1", book.Plan, atWorkOn, "", null, "", Now);
        if (labels is var (name, value)) book.Incidents["i"] = new Incident("i", "", Now) { Labels = new Dictionary<string, string> { [name] = value } };
        Snapshot snapshot = Make(processes);
        return _eyes.Look(snapshot, [book], Now);
    }

    private static Snapshot Make(Process[] processes)
    {
        var snapshot = new Snapshot();
        snapshot.Reset(processes.Length);
        foreach (Process one in processes)
        {
            ref ProcessRow row = ref snapshot.AddProcess();
            row.Sample.Identity = new ProcessIdentity(one.Pid, 1, 1);
            (row.Sample.Stat.StartTicks, row.Sample.Stat.State, row.Sample.Stat.ParentPid) = (one.Began, (byte)one.State, one.Parent);
            (row.Rates.Cpu, row.Uptime) = (one.Cpu, TimeSpan.FromSeconds(one.Uptime));
            row.Description = new ProcessDescription { Name = "", Cgroup = one.Cgroup, Unit = one.Cgroup is null ? null : CgroupNames.UnitOf(one.Cgroup) };
        }
        return snapshot;
    }

    private static string Identity(int pid) => new ProcessIdentity(pid, 1, 1).ToString();

    private static Expression Of(string text) => Expression.TryParse(text, out Expression? expression, out _) ? expression : throw new ArgumentException(text);

    private sealed record Process(int Pid, string? Cgroup)
    {
        public double? Cpu { get; init; }

        public ulong Began { get; init; } = 1;

        public int Uptime { get; init; } = 60;

        public int Parent { get; init; } = 1;

        public char State { get; init; } = 'S';
    }
}
