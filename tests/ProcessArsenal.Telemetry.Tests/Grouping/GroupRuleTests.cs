using System.Collections.Immutable;
using ProcessArsenal.Telemetry.Grouping;

namespace ProcessArsenal.Telemetry.Tests.Grouping;

public sealed class GroupRuleTests
{
    private static bool Takes(GroupRuleOptions options) => Describe.Rule(options).Match(Describe.Nginx, 7) is not null;

    [Fact]
    public void Without_selector_it_takes_everything()
    {
        Assert.True(Takes(new()));
        Assert.NotNull(Describe.Rule(new()).Match(Describe.Opaque, 7));
    }

    [Fact]
    public void Lists_are_alternatives_and_selectors_must_all_match()
    {
        Assert.True(Takes(new() { Comm = ["apache", "nginx"] }));
        Assert.True(Takes(new() { Comm = ["nginx"], User = ["www-data"] }));
        Assert.False(Takes(new() { Comm = ["nginx"], User = ["root"] }));
        Assert.True(Takes(new() { User = ["33"] }));
        Assert.True(Takes(new() { Unit = ["nginx.service"] }));
        Assert.False(Takes(new() { Unit = ["nginx"] }));
    }

    [Theory]
    [InlineData("nginx", true)]
    [InlineData("/usr/sbin/nginx", true)]
    [InlineData("/usr/bin/nginx", false)]
    [InlineData("sbin/nginx", false)]
    [InlineData("nginx:", true)] // argv[0], as process-exporter
    [InlineData("ngin", false)]
    public void Exe_goes_by_base_name_unless_it_has_a_slash(string entry, bool takes) => Assert.Equal(takes, Takes(new() { Exe = [entry] }));

    [Fact]
    public void Every_cmdline_expression_must_match()
    {
        Assert.True(Takes(new() { Cmdline = ["master", @"--port=\d+"] }));
        Assert.False(Takes(new() { Cmdline = ["master", "worker"] }));
    }

    [Theory]
    [InlineData("comm")]
    [InlineData("exe")]
    [InlineData("cmdline")]
    [InlineData("unit")]
    [InlineData("user")]
    public void What_cannot_be_read_never_matches(string selector)
    {
        GroupRuleOptions options = selector switch
        {
            "comm" => new() { Comm = ["other"] },
            "exe" => new() { Exe = ["secret"] },
            "cmdline" => new() { Cmdline = [".*"] },
            "unit" => new() { Unit = ["secret"] },
            _ => new() { User = ["root"] },
        };
        Assert.Null(Describe.Rule(options).Match(Describe.Opaque, 7));
    }

    [Theory]
    [InlineData("{{.Comm}}", "nginx")]
    [InlineData("{{.ExeBase}}", "nginx")]
    [InlineData("{{.ExeFull}}", "/usr/sbin/nginx")]
    [InlineData("{{.Username}}", "www-data")]
    [InlineData("{{.Matches.port}}", "80")]
    [InlineData("{{.PID}}", "7")]
    [InlineData("{{.StartTime}}", "2026-01-02T02:04:05Z")]
    [InlineData("{{.Cgroups}}", "/system.slice/nginx.service")]
    [InlineData("{{ .Unit }}", "nginx.service")]
    [InlineData("{{.Container}}", "c0ffee")]
    [InlineData("a {{.Comm}}:{{.Matches.port}} }} b", "a nginx:80 }} b")]
    public void Templates_know_every_variable(string template, string result)
    {
        var options = new GroupRuleOptions
        {
            Name = template,
            Cmdline = [@"--port=(?P<port>\d+)", "x*"],
            Labels = ImmutableSortedDictionary<string, string>.Empty.Add("own", template),
        };
        GroupKey key = Describe.Rule(options).Match(Describe.Nginx, 7)!;
        Assert.Equal(result, key.Name);
        Assert.Equal(result, Assert.Single(key.Labels).Value);
    }

    [Fact]
    public void Of_equal_captures_the_last_expression_wins_and_an_idle_one_is_empty()
    {
        GroupRule rule = Describe.Rule(new() { Name = "{{.Matches.x}}-{{.Matches.y}}", Cmdline = ["--port=(?<x>80)|(?<y>never)", "--site=(?<x>[a-z]+)"] });
        Assert.Equal("shop-", rule.Match(Describe.Nginx, 7)!.Name);
    }

    [Fact]
    public void Results_are_capped_without_splitting_a_character()
    {
        GroupRule rule = Describe.Rule(new() { Name = new string('a', 199) + "\U0001F600{{.Comm}}" });
        Assert.Equal(new string('a', 199), rule.Match(Describe.Nginx, 7)!.Name);
        Assert.Equal(200, Describe.Rule(new() { Name = new string('b', 300) }).Declared!.Name.Length);
    }

    [Fact]
    public void Says_what_is_wrong_and_what_was_meant()
    {
        Assert.Equal("name: unknown variable '.ExeBas': did you mean '.ExeBase'?", Describe.Error(new() { Name = "{{.ExeBas}}" }));
        Assert.Equal("name: unknown variable 'Comm': did you mean '.Comm'?", Describe.Error(new() { Name = "{{Comm}}" }));
        Assert.Equal("name: '{{.Comm' is never closed: add }}.", Describe.Error(new() { Name = "x{{.Comm" }));
        Assert.Equal("name: the name is empty: leave the key out for {{.ExeBase}}, or give it one.", Describe.Error(new() { Name = "" }));
        Assert.Equal(
            "name: no cmdline expression of this rule captures 'prot': did you mean '.Matches.port'?",
            Describe.Error(new() { Name = "{{.Matches.prot}}", Cmdline = ["(?P<port>.)"] }));
        Assert.Equal(
            "name: no cmdline expression of this rule captures 'port': write (?P<name>...) in one, and {{.Matches.name}} here.",
            Describe.Error(new() { Name = "{{.Matches.port}}" }));
        Assert.Equal("cmdline[1]: bad regular expression (InsufficientClosingParentheses) at its character 1: correct it.", Describe.Error(new() { Cmdline = ["a", "("] }));
        Assert.Equal(
            "cmdline[0]: the regular expression is too large, or needs backtracking (look-around, back-references, atomic groups): rewrite it without.",
            Describe.Error(new() { Name = "{{.Matches.x}}", Cmdline = ["(?=a)"] }));
        Assert.Equal(
            "comm[0]: 'averyveryverylongname' never matches, as the kernel keeps 15 bytes of a name: write 'averyveryverylo', or use exe.",
            Describe.Error(new() { Comm = ["averyveryverylongname"] }));
        Assert.Equal("exe[0]: the entry is empty, which no process has: remove it.", Describe.Error(new() { Exe = [""] }));
        Assert.Equal(
            "labels.job: the label 'job' is set by the exporter or by Prometheus: choose another name.",
            Describe.Error(new() { Labels = ImmutableSortedDictionary<string, string>.Empty.Add("job", "x") }));
    }

    [Theory]
    [InlineData("(?P<a>x)", "(?<a>x)")]
    [InlineData(@"\(?P<a>x", @"\(?P<a>x")]
    [InlineData("[(?P<a>]", "[(?P<a>]")]
    [InlineData("[^[:digit:]x]", "[^0-9x]")]
    [InlineData("[[:space:]]", @"[\t\n\v\f\r ]")]
    [InlineData("[]a]", "[]a]")]
    [InlineData("[a-z-[aeiou]", @"[a-z-\[aeiou]")]
    [InlineData("a\\", "a\\")]
    public void Patterns_of_process_exporter_are_translated(string written, string translated) =>
        Assert.Equal(translated, GroupPattern.Translate(written));
}
