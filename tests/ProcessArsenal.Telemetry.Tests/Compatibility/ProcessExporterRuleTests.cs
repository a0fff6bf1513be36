using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Tests.Grouping;

namespace ProcessArsenal.Telemetry.Tests.Compatibility;

/// <summary>Rules of process-exporter's files mean what they mean there: every expectation was seen on the running program (0.7.10).</summary>
public sealed class ProcessExporterRuleTests
{
    private static readonly ProcessDescription Script = new()
    {
        Name = "python3",
        Executable = "/usr/bin/python3.13",
        Arguments = ["./tools/serve", "--port", "80", "--quiet"],
        CommandLine = "./tools/serve --port 80 --quiet",
        User = "www-data",
        Cgroup = "/a.slice",
        Cgroups = "[/a.slice /b]",
        StartTime = new DateTimeOffset(2026, 1, 2, 4, 4, 5, 610, TimeSpan.FromHours(1)),
    };

    private static string? Name(GroupRuleOptions options, ProcessDescription? process = null) =>
        Describe.Rule(options with { ProcessExporter = true }).Match(process ?? Script, 4711)?.Name;

    [Theory]
    [InlineData(null, "serve")]
    [InlineData("{{.ExeFull}}", "./tools/serve")]
    [InlineData("{{ .Comm }}-{{.Username}}:{{.PID}}", "python3-www-data:4711")]
    [InlineData("{{.StartTime}}", "2026-01-02 03:04:05.61 +0000 UTC")]
    [InlineData("{{.Cgroups}}", "[/a.slice /b]")]
    [InlineData("a{{.Matches.none}}b", "a<no value>b")]
    [InlineData("kernel", "kernel")] // no name is reserved
    [InlineData("other", "other")]
    public void The_name(string? template, string expected) => Assert.Equal(expected, Name(new() { Name = template, Comm = ["python3"] }));

    [Theory]
    [InlineData("serve", true)]
    [InlineData("./tools/serve", true)]
    [InlineData("/tools/serve", false)]
    [InlineData("python3.13", false)] // the executable's own name does not count
    [InlineData("/usr/bin/python3.13", false)]
    public void Exe_is_the_first_argument(string exe, bool matches) => Assert.Equal(matches, Name(new() { Exe = [exe] }) is not null);

    [Fact]
    public void Selectors_are_joined_by_and_entries_by_or_expressions_by_and()
    {
        Assert.NotNull(Name(new() { Comm = ["bash", "python3"], Exe = ["x", "serve"], Cmdline = ["--port", "--quiet$"] }));
        Assert.Null(Name(new() { Comm = ["bash"], Exe = ["serve"] }));
        Assert.Null(Name(new() { Comm = ["python3"], Cmdline = ["--port", "--loud"] }));
        Assert.Equal("80-quiet", Name(new() { Name = "{{.Matches.p}}-{{.Matches.q}}", Cmdline = [@"port (?P<p>\d+)", "--(?P<q>[[:alpha:]]+)$"] }));
        Assert.Equal("80-", Name(new() { Name = "{{.Matches.p}}-{{.Matches.q}}", Cmdline = [@"port (?P<p>\d+)", "(?P<q>loud)?"] }));
    }

    [Fact]
    public void What_can_never_match_is_no_mistake_there() => Assert.Null(Name(new() { Comm = ["a-name-of-more-than-fifteen-bytes", ""] }));

    [Fact]
    public void Without_arguments_comm_stands_for_the_executable()
    {
        ProcessDescription thread = new() { Name = "kworker/0:1", IsKernelThread = true, Arguments = [], CommandLine = "" };
        Assert.Equal("kworker/0:1", Name(new() { Name = "{{.ExeFull}}", Comm = ["kworker/0:1"] }, thread));
        Assert.Null(Name(new() { Cmdline = [".+"] }, thread));
    }

    [Theory]
    [InlineData("{{.Commm}}", "name: unknown variable '.Commm': did you mean '.Comm'?")]
    [InlineData("{{.Comm", "name: '{{.Comm' is never closed: add }}.")]
    [InlineData("{{.Unit}}", "name: unknown variable '.Unit': there are .Comm, .ExeBase, .ExeFull, .Username, .PID, .StartTime, .Cgroups, .Matches.name.")]
    public void A_template_that_can_not_be_is_an_error(string template, string error) =>
        Assert.Equal(error, Describe.Error(new() { Name = template, Comm = ["x"], ProcessExporter = true }));

    [Fact]
    public void Our_own_groups_keep_their_reserved_names()
    {
        var grouper = new Grouper([Describe.Rule(new() { Name = "other", Comm = ["python3"], ProcessExporter = true })]);
        Assert.Equal("other (program)", grouper.Assign(Script, 1).Name);
        Assert.Equal("other (program)", Assert.Single(grouper.DeclaredGroups).Name);
    }
}
