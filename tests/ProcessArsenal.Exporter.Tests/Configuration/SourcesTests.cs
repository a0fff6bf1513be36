using ProcessArsenal.Exporter.Configuration;

namespace ProcessArsenal.Exporter.Tests.Configuration;

public sealed class SourcesTests
{
    [Fact]
    public void Nothing_at_all_is_fine()
    {
        ConfigurationResult result = ConfigurationLoader.Load(LoadText.None);
        Assert.Empty(result.Errors);
        Assert.Null(result.File);
        Assert.Equal("http://0.0.0.0:9464/", result.Configuration!.Listen.Metrics.ToString());
        Assert.Equal(TimeSpan.FromSeconds(5), result.Configuration.Sampling.Interval);
        Assert.All(result.Origins.Values, origin => Assert.Equal("default", origin));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing yet\n")]
    [InlineData("---\n")]
    [InlineData("groups:\n  # max: 5\nsampling:\n")]
    [InlineData("\uFEFFgroups: {}\r\nlog: { level: debug }\r\n")]
    public void An_empty_file_or_section_is_fine(string yaml) => Assert.Empty(LoadText.Errors(yaml));

    [Fact]
    public void Flags_win_over_the_environment_over_the_file_over_the_default()
    {
        ConfigurationSources others = LoadText.None with
        {
            Environment = new Dictionary<string, string>
            {
                ["ARSENAL_GROUPS__MAX"] = "7",
                ["ARSENAL_SAMPLING__INTERVAL"] = "7s",
                ["OTHER"] = "x",
                ["ARSENAL_SERVER"] = "x",
                ["ARSENAL_TOKEN_FILE"] = "x",
            },
            Flags = new Dictionary<string, string> { ["--interval"] = "8s" },
        };
        ConfigurationResult result = LoadText.Yaml("sampling:\n  interval: 6s\ngroups:\n  max: 6\n  linger: 6m\n", others);
        Assert.Equal(TimeSpan.FromSeconds(8), result.Configuration!.Sampling.Interval);
        Assert.Equal(7, result.Configuration.Groups.Max);
        Assert.Equal(TimeSpan.FromMinutes(6), result.Configuration.Groups.Linger);
        Assert.Equal("--interval", result.Origins["sampling.interval"]);
        Assert.Equal("ARSENAL_GROUPS__MAX", result.Origins["groups.max"]);
        Assert.Equal("config.yml:5", result.Origins["groups.linger"]);
        Assert.Equal("default", result.Origins["watch"]);
    }

    [Fact]
    public void Lists_in_the_environment_are_yaml()
    {
        ConfigurationResult result = LoadText.Environment(
            ("ARSENAL_WATCH", "['group = \"a\"', name = \"b\"]"), ("ARSENAL_GROUPS__RULES", "[{name: web, exe: [nginx]}]"));
        Assert.Empty(result.Errors);
        Assert.Equal(["group = \"a\"", "name = \"b\""], result.Configuration!.Watch.Select(expression => expression.Text));
        Assert.Equal("web", Assert.Single(result.Configuration.Groups.Rules).Declared!.Name);
    }

    [Theory]
    [InlineData("ARSENAL_SAMPLNG__INTERVAL", "1s", "ARSENAL_SAMPLNG__INTERVAL: unknown variable: did you mean 'ARSENAL_SAMPLING__INTERVAL'?")]
    [InlineData("ARSENAL_ZZZ", "1s", "ARSENAL_ZZZ: unknown variable: see 'process-arsenal config schema' for the settings there are.")]
    [InlineData("ARSENAL_GROUPS__MAX", "many", "ARSENAL_GROUPS__MAX: 'groups.max' must be a whole number from 1 to 10000, not 'many'.")]
    [InlineData("ARSENAL_GROUPS__MAX", "", "ARSENAL_GROUPS__MAX: 'groups.max' has no value: give it one, or remove it.")]
    [InlineData("ARSENAL_WATCH", "", "ARSENAL_WATCH: 'watch' has no value: give it one, or remove it.")]
    [InlineData("ARSENAL_WATCH", "[a", "ARSENAL_WATCH: not valid YAML: while parsing a flow sequence, did not find expected ',' or ']'.")]
    [InlineData("ARSENAL_GROUPS__RULES", "[{exe: x}]", "ARSENAL_GROUPS__RULES: 'groups.rules[0].exe' must be a list such as [/usr/sbin/nginx], not a single value.")]
    [InlineData("ARSENAL_CONFIG", "/nonexistent", "ARSENAL_CONFIG: '/nonexistent': there is no such file: create it, or name another.")]
    [InlineData("ARSENAL_CONFIG", "", "ARSENAL_CONFIG: has no value: name a file, or remove it.")]
    public void Errors_in_the_environment_name_the_variable(string name, string value, string error) =>
        Assert.Equal(error, Assert.Single(LoadText.Environment((name, value)).Errors).ToString());

    [Fact]
    public void Errors_in_flags_name_the_flag() =>
        Assert.Equal(
            "--interval: 'sampling.interval' must be a duration from 100ms to 10m, such as 5s, not '1': add a unit, one of ms, s, m, h, d.",
            Assert.Single(ConfigurationLoader.Load(LoadText.None with { Flags = new Dictionary<string, string> { ["--interval"] = "1" } }).Errors).ToString());

    [Fact]
    public void Errors_of_all_sources_come_together()
    {
        ConfigurationSources others = LoadText.None with
        {
            Environment = new Dictionary<string, string> { ["ARSENAL_X"] = "" },
            Flags = new Dictionary<string, string> { ["--interval"] = "x" },
        };
        Assert.Equal(3, LoadText.Yaml("x: 1\n", others).Errors.Count);
    }

    [Theory]
    [InlineData(true, null, "/home/a", "/var/lib/process-arsenal")]
    [InlineData(false, null, "/home/a", "/home/a/.local/state/process-arsenal")]
    [InlineData(false, "/state", "/home/a", "/state/process-arsenal")]
    [InlineData(false, "relative", "/home/a", "/home/a/.local/state/process-arsenal")]
    [InlineData(false, null, null, "/var/lib/process-arsenal")]
    public void State_goes_where_the_user_may_write(bool root, string? xdg, string? home, string directory)
    {
        var environment = new Dictionary<string, string>();
        if (xdg is not null) environment["XDG_STATE_HOME"] = xdg;
        if (home is not null) environment["HOME"] = home;
        Assert.Equal(directory, ConfigurationLoader.Load(LoadText.None with { IsRoot = root, Environment = environment }).Configuration!.StateDirectory);
    }
}
