using System.Text.RegularExpressions;
using ProcessArsenal.Demo;
using ProcessArsenal.Exporter.Commands;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.Kit;

/// <summary>The files of deploy/demo, with their gaps filled, as those judge them who read them.</summary>
public sealed partial class DemoFilesTests : IDisposable
{
    private static readonly string Folder = Path.Join(Repository.Root, "deploy/demo");

    private readonly string _scratch = Directory.CreateTempSubdirectory("demo-").FullName;

    [GeneratedRegex("@([a-z_0-9]+)@")]
    private static partial Regex Gap { get; }

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    [Fact]
    public async Task They_are_good()
    {
        string configuration = Filled("process-arsenal.yml"), alerts = Filled("alerts.yml");
        await Says(["config", "check", "--config", configuration]);
        await Says(["lint", "rules", alerts]);
        await AlertRulesTests.Succeeds("/usr/bin/promtool", "check", "config", "--syntax-only", Filled("prometheus.yml"));
        await AlertRulesTests.Succeeds("/usr/bin/promtool", "check", "rules", alerts);
        await AlertRulesTests.Succeeds("/usr/bin/amtool", "check-config", Filled("alertmanager.yml"));
    }

    [Fact]
    public void A_gap_that_nobody_fills_is_found() => Assert.Throws<InvalidOperationException>(() => Template.Fill(Path.Join(Folder, "alerts.yml"), _scratch, new Dictionary<string, string> { ["for"] = "1s" }));

    private static async Task Says(string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.True(await CommandLine.RunAsync(words, new CommandContext { IsRoot = true }, output, error) == 0, output.ToString() + error);
    }

    private string Filled(string name)
    {
        string template = Path.Join(Folder, name);
        var gaps = Gap.Matches(File.ReadAllText(template)).Select(static gap => gap.Groups[1].Value).Distinct().ToDictionary(static gap => gap, Value);
        return Template.Fill(template, _scratch, gaps);
    }

    private static string Value(string gap) => gap switch
    {
        "folder" or "dotnet" => "/tmp",
        "orders" => "/bin/true",
        "token" => "/tmp/token",
        "webhook" => "http://127.0.0.1:1/",
        "otlp" => "{}",
        "sampler" => "auto",
        "for" or "trace" or "interval" or "group_interval" or "repeat_interval" => "3s",
        "alertmanager2" => "1235",
        _ => "1234",
    };
}
