using System.Text.Json;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Exporter.Configuration.Kinds;
using ProcessArsenal.Exporter.Configuration.Kinds.Supervision;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.Configuration;

public sealed class ConfigurationTextTests
{
    /// <summary>The example of the design, in the keys of this version.</summary>
    private const string Example = """
        listen: { metrics: "http://0.0.0.0:9464" }
        state_directory: /var/lib/process-arsenal
        sampling: { interval: 5s }
        groups:
          rules: [ { name: "{{.ExeBase}}", exe: [nginx], cmdline: ['--port=(?P<port>\d+)'], labels: { team: web, port: "{{.Matches.port}}" } } ]
          exclude: [ 'name = "sleep"' ]
          max: 500
          linger: 10m
        watch: [ 'group = "orders"' ]
        per_process: { top: 10, max: 200 }
        otlp: { endpoint: "http://localhost:4317", protocol: grpc, interval: 15s, spool: { max_size: 200MiB } }
        log: { level: warning }
        """;

    [Fact]
    public void The_example_loads()
    {
        ConfigurationResult result = LoadText.Yaml(Example);
        Assert.Empty(result.Errors);
        GroupRuleOptions rule = Assert.Single(result.Configuration!.Groups.Rules).Options;
        Assert.Equal(["nginx"], rule.Exe);
        Assert.Equal("web", rule.Labels["team"]);
        Assert.Equal("group = \"orders\"", Assert.Single(result.Configuration.Watch).Text);
    }

    [Fact]
    public void Show_is_golden()
    {
        ConfigurationResult result = LoadText.Yaml(Example, LoadText.None with { Flags = new Dictionary<string, string> { ["--procfs"] = "/host/proc" } });
        Golden.Check("tests/golden/config-show.yml", ConfigurationText.Write(result.Configuration!, result.Origins));
    }

    [Fact]
    public void What_is_shown_loads_to_the_same()
    {
        const string Tricky = """
            groups:
              rules:
                - { name: "it's\n\U0001F600 {{.Comm}}", user: [yes, 1000, "null"], exe: ["a: b", "#c", "[d]"], labels: { port: 80, on: true } }
                - { cmdline: ["x\\.y", '''', "\u0085"] }
            watch: ["name = 'a\tb'", "cmdline ~ '# no comment'"]
            listen: { metrics: "http://[::1]:0" }
            """;
        foreach (string yaml in (string[])[Example, Tricky, SupervisorsTests.All, ""])
        {
            ConfigurationResult first = LoadText.Yaml(yaml);
            Assert.Empty(first.Errors);
            string shown = ConfigurationText.Write(first.Configuration!, first.Origins);
            ConfigurationResult second = LoadText.Yaml(shown);
            Assert.Empty(second.Errors);
            Assert.Equal(shown, ConfigurationText.Write(second.Configuration!, first.Origins));
        }
    }

    [Fact]
    public void Schema_is_golden_and_names_every_key()
    {
        string schema = ConfigurationSchema.Write();
        Golden.Check("tests/golden/config-schema.json", schema);
        using JsonDocument json = JsonDocument.Parse(schema);
        foreach (ConfigurationKey key in ConfigurationCatalogue.Keys)
        {
            JsonElement at = json.RootElement;
            foreach (string name in key.Path.Split('.')) at = at.GetProperty("properties").GetProperty(name);
            Assert.NotEqual("", at.GetProperty("description").GetString());
        }
    }

    [Fact]
    public void The_catalogue_is_in_order()
    {
        Assert.Equal(ConfigurationCatalogue.Keys.Length, ConfigurationCatalogue.Keys.Select(key => key.EnvironmentVariable).Distinct().Count());
        string[] sections = [.. ConfigurationCatalogue.Keys.SelectMany(key => SectionsOf(key.Path))];
        string[] top = [.. sections.Where(section => !section.Contains('.'))];
        Assert.Equal(top.Distinct(), top.Where((section, i) => i == 0 || top[i - 1] != section)); // each in one piece
        Assert.Equal(sections.Distinct(), ConfigurationCatalogue.Sections.Select(section => section.Name)); // and described
        foreach (ConfigurationKey key in ConfigurationCatalogue.Keys)
        {
            string[] path = key.Path.Split('.');
            string yaml = string.Concat(path.Select((name, depth) => $"{new string(' ', 2 * depth)}{name}:{(depth == path.Length - 1 ? $" {key.Example}" : "")}\n"));
            // A file that an example names need not be there.
            Assert.All(LoadText.Errors(yaml), error => Assert.EndsWith("there is no such file: create it, or name another.", error, StringComparison.Ordinal));
        }
        foreach (MappingKey<SupervisorSpec> key in SupervisorKeys.Kind.Keys) Assert.DoesNotContain(LoadText.Errors($"supervisors:\n  - {key.Name}: {key.Example}\n"), error => error.Contains($".{key.Name}", StringComparison.Ordinal));
        foreach (MappingKey<ChildSpec> key in ChildKeys.Kind.Keys) Assert.DoesNotContain(LoadText.Errors($"supervisors:\n  - children:\n      - {key.Name}: {key.Example}\n"), error => error.Contains($"].{key.Name}", StringComparison.Ordinal));
        foreach (GroupRuleKey key in GroupRuleKey.All) Assert.Empty(LoadText.Errors($"groups:\n  rules:\n    - {key.Name}: {key.Example}\n"));
    }

    private static IEnumerable<string> SectionsOf(string path)
    {
        for (int dot = path.IndexOf('.'); dot >= 0; dot = path.IndexOf('.', dot + 1)) yield return path[..dot];
    }
}
