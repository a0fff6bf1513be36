using System.Text.RegularExpressions;
using ProcessArsenal.Exporter.Configuration.Yaml;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.Kit;

/// <summary>alerts/*.yml as Prometheus and Alertmanager judge them, and that each alert is tried and explained.</summary>
public sealed partial class AlertRulesTests
{
    [GeneratedRegex("""alertname="(?<name>\w+)",alertstate="firing"\}$""")]
    private static partial Regex Asked { get; }

    public static TheoryData<string> Rules => [.. AlertFiles.Rules.Select(file => Path.GetFileName(file)!)];

    public static TheoryData<string> Cases => [.. AlertFiles.Cases.Select(file => Path.GetFileName(file)!)];

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task Prometheus_takes_the_rules(string file) => await Succeeds("/usr/bin/promtool", "check", "rules", "--lint-fatal", Path.Join(AlertFiles.Folder, file));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Alerts_fire_when_they_should_and_only_then(string file) => await Succeeds("/usr/bin/promtool", "test", "rules", Path.Join(AlertFiles.Folder, "tests", file));

    [Fact]
    public void Each_alert_has_a_case_that_fires_it_and_one_that_does_not()
    {
        HashSet<string> fires = [], not = [];
        foreach (YamlNode test in AlertFiles.Cases.SelectMany(file => AlertFiles.List(AlertFiles.Read(file), "tests")))
        {
            foreach (YamlNode asked in AlertFiles.List(test, "promql_expr_test"))
            {
                Match match = Asked.Match(AlertFiles.Text(asked, "expr")!);
                Assert.True(match.Success, AlertFiles.Text(asked, "expr"));
                (AlertFiles.List(asked, "exp_samples").Any() ? fires : not).Add(match.Groups["name"].Value);
            }
        }
        string[] all = [.. AlertFiles.Alerts.Select(alert => alert.Name).Distinct().Order(StringComparer.Ordinal)];
        Assert.True(all.Length >= 30);
        Assert.Equal(all, fires.Order(StringComparer.Ordinal));
        Assert.Equal(all, not.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Each_alert_says_what_it_is_about_and_has_a_runbook()
    {
        Assert.All(AlertFiles.Alerts, alert =>
        {
            Assert.Contains(alert.Labels["severity"], (string[])["critical", "warning"]);
            Assert.Contains("{{ $labels.instance }}", alert.Annotations["summary"], StringComparison.Ordinal);
            Assert.Equal($"https://runbooks.example.org/process-arsenal/{alert.Name}.md", alert.Annotations["runbook_url"]);
        });
        string[] runbooks = [.. Directory.GetFiles(RunbookTests.Folder, "*.md").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];
        Assert.Equal(AlertFiles.Alerts.Select(alert => alert.Name).Distinct().Order(StringComparer.Ordinal), runbooks);
    }

    /// <summary>amtool is in Debian's prometheus-alertmanager, which scripts/setup.sh installs.</summary>
    [Fact]
    public async Task Alertmanager_takes_its_configuration_and_sends_to_us_what_can_be_acted_upon()
    {
        string file = Path.Join(AlertFiles.Folder, "alertmanager.yml");
        await Succeeds("/usr/bin/amtool", "check-config", file);
        Assert.Equal("process-arsenal-web-1,people", await Route("process_arsenal=act", "instance=web-1:9464", "alertname=ProcessMemoryGrowing", "group=orders"));
        Assert.Equal("people", await Route("process_arsenal=act", "instance=web-10:9464", "alertname=ProcessMemoryGrowing", "group=orders"));
        Assert.Equal("people", await Route("instance=web-1:9464", "alertname=SupervisorLatched"));

        async Task<string> Route(params string[] labels) =>
            (await Succeeds("/usr/bin/amtool", ["config", "routes", "test", "--config.file", file, .. labels])).Trim();
    }

    internal static async Task<string> Succeeds(string program, params string[] arguments)
    {
        Command run = await Command.Run(Repository.Existing(program, "scripts/setup.sh test installs it, as root"), arguments);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        return run.Output;
    }
}
