using ProcessArsenal.Control.Supervision;

namespace ProcessArsenal.Control.Tests.Supervision;

public sealed class SpecCheckTests
{
    private static readonly ChildSpec Good = new("orders", ["dotnet", "Orders.dll"]);

    [Fact]
    public void A_good_one_has_no_errors() => Assert.Empty(SpecCheck.Errors([new SupervisorSpec("shop", [Good, Good with { Name = "queue.2" }])]));

    public static TheoryData<ChildSpec, string> Wrong => new()
    {
        { Good with { Name = "" }, "name is empty" },
        { Good with { Name = "../x" }, "name must not begin with '.' or '-'" },
        { Good with { Name = "a/b" }, "name may have letters" },
        { Good with { Name = "a\n" }, "child 'a?': name may have letters" },
        { Good with { Name = new string('a', 65) }, "name is longer than 64" },
        { Good with { Command = [] }, "command is empty" },
        { Good with { Command = [""] }, "command is empty" },
        { Good with { Command = ["a", "b\0c"] }, "command has an argument with a NUL" },
        { Good with { Command = [.. Enumerable.Repeat("a", 1001)] }, "command has 1001 arguments" },
        { Good with { WorkingDirectory = "srv" }, "working_directory must be an absolute path" },
        { Good with { Environment = new Dictionary<string, string> { ["A=B"] = "" } }, "environment 'A=B' is no variable" },
        { Good with { Environment = new Dictionary<string, string> { ["A"] = "\0" } }, "environment 'A' is no variable" },
        { Good with { User = "" }, "user '' is neither" },
        { Good with { User = "a b" }, "user 'a b' is neither" },
        { Good with { StopSignal = 0 }, "stop_signal is 0: 1 to 64" },
        { Good with { StopTimeout = TimeSpan.Zero }, "stop_timeout is 00:00:00" },
        { Good with { Log = new ChildLogSpec("x.log") }, "log: path must be an absolute path" },
        { Good with { Log = new ChildLogSpec(MaxSize: 1) }, "log: max_size is 1: 65536" },
        { Good with { Log = new ChildLogSpec(Keep: -1) }, "log: keep is -1: 0 to 100" },
        { Good with { Health = new HealthSpec(new Uri("ftp://x/")) }, "health: http must be a URL" },
        { Good with { Health = new HealthSpec(new Uri("http://x/")) { Failures = 0 } }, "health: failures is 0: 1 to 100" },
        { Good with { Health = new HealthSpec(new Uri("http://x/")) { Interval = TimeSpan.Zero } }, "health: interval is" },
        { Good with { Restart = (RestartType)7 }, "restart is none" },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void What_is_wrong_with_a_child_is_said(ChildSpec child, string error)
    {
        string said = Assert.Single(SpecCheck.Errors([new SupervisorSpec("shop", [child])]));
        Assert.StartsWith("supervisor 'shop': child '", said);
        Assert.Contains(error, said, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_with_a_supervisor_is_said_all_at_once()
    {
        var shop = new SupervisorSpec("shop", [Good, Good]) { MaxRestarts = -1, MaxSeconds = 0 };
        IReadOnlyList<string> errors = SpecCheck.Errors([shop, new SupervisorSpec("shop", []), new SupervisorSpec("a", [Good with { Log = new("/l") }]), new SupervisorSpec("b", [Good with { Log = new("/l") }])]);
        Assert.Equal(
            [
                "supervisors: two are named 'shop'",
                "supervisor 'shop': max_restarts is -1: 0 to 1000",
                "supervisor 'shop': max_seconds is 0: 1 to 86400",
                "supervisor 'shop': two children are named 'orders'",
                "supervisor 'shop': children: 1 to 64, not 0",
                "log: two children write to '/l'",
            ],
            errors);
    }

    [Fact]
    public void There_are_bounds()
    {
        ChildSpec[] many = [.. Enumerable.Range(0, 65).Select(i => Good with { Name = $"c{i}" })];
        Assert.Contains("children: 1 to 64, not 65", Assert.Single(SpecCheck.Errors([new SupervisorSpec("shop", many)])), StringComparison.Ordinal);
        SupervisorSpec[] more = [.. Enumerable.Range(0, 33).Select(i => new SupervisorSpec($"s{i}", [Good]))];
        Assert.Equal("supervisors: 33 are too many, at most 32", Assert.Single(SpecCheck.Errors(more)));
    }
}
