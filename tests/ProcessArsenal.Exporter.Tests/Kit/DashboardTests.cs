using ProcessArsenal.Dashboards;
using ProcessArsenal.Exporter.Linting;
using ProcessArsenal.Exporter.Linting.PromQl;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.Kit;

/// <summary>dashboards/*.json are those of dashboards/source, ask for metrics that there are, and are what Grafana takes.</summary>
public sealed class DashboardTests
{
    private static readonly string Folder = Path.Join(Repository.Root, "dashboards");

    [Fact]
    public void Files_are_as_their_source_says()
    {
        foreach (Dashboard dashboard in Boards.All) Golden.Check("dashboards/" + dashboard.File, Boards.Text(dashboard));
        Assert.Equal(Boards.All.Select(dashboard => dashboard.File).Order(StringComparer.Ordinal), Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    /// <summary>And so do alerts: docs/metrics.md has them all (<see cref="Linting.MetricNamesTests"/>).</summary>
    [Fact]
    public void Every_metric_that_is_asked_for_is_ours()
    {
        IEnumerable<string> panels = Boards.All.SelectMany(board => board.Rows).SelectMany(row => row.Panels).SelectMany(panel => panel.Queries).Select(query => query.Expression);
        string[] names = [.. panels.Concat(AlertFiles.Alerts.Select(alert => alert.Expression)).SelectMany(text => Names(PromParser.Parse(text.Replace("$__", "", StringComparison.Ordinal)))).Distinct()];
        Assert.True(names.Length > 80);
        Assert.All(names, name => Assert.True(MetricNames.IsOurs(name) || name is "up" or "ALERTS", name));
    }

    /// <summary>Each panel says what it shows, and its link leads to a dashboard that has those variables.</summary>
    [Fact]
    public void Links_lead_somewhere()
    {
        Assert.Distinct(Boards.All.Select(board => board.Uid));
        Assert.All(Boards.All.SelectMany(board => board.Rows).SelectMany(row => row.Panels), panel =>
        {
            if (panel.Link is { } link) Assert.Subset(Boards.All.Single(board => board.Uid == link.Uid).Variables.Select(variable => variable.Name).ToHashSet(), link.Labels.ToHashSet());
        });
    }

    /// <summary>By the types of @grafana/schema; see tests/grafana/check.mjs for what that covers.</summary>
    [Fact]
    public async Task Grafana_knows_every_field()
    {
        string modules = Path.Join(Repository.Root, "artifacts", "grafana", "node_modules");
        Assert.SkipUnless(File.Exists(Path.Join(modules, ".package-lock.json")), "make grafana fetches Grafana's types, by npm");
        Command check = await Command.Run("node", [Path.Join(Repository.Root, "tests", "grafana", "check.mjs"), modules, .. Directory.GetFiles(Folder, "*.json")], within: TimeSpan.FromMinutes(2));
        Assert.True(check.ExitCode == 0, check.Output + check.Error);
        Assert.Matches("^[0-9]{3} parts of 4 dashboards checked, 0 wrong\n$", check.Output);
    }

    private static IEnumerable<string> Names(PromNode node) => node is PromSelector { Name: { } name } ? [name] : RuleLinter.PartsOf(node).SelectMany(Names);
}
