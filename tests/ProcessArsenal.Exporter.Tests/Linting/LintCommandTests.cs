using System.Text.Json;
using ProcessArsenal.Exporter.Commands;
using ProcessArsenal.Exporter.Tests.Kit;

namespace ProcessArsenal.Exporter.Tests.Linting;

public sealed class LintCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lint-").FullName;

    [Fact]
    public async Task Our_own_alerts_pass()
    {
        (int code, string output, string error) = await Run(["lint", "rules", "--only", "process_arsenal=act", .. AlertFiles.Rules]);
        Assert.Equal((0, ""), (code, error));
        Assert.Matches("^[0-9]{2} alerts in 4 files: 0 errors, 0 warnings, 0 notes\n$", output);
    }

    [Fact]
    public async Task What_is_wrong_is_said_with_its_place()
    {
        Write("good.yml", "groups: [{rules: [{alert: A, expr: process_group_processes == 0}]}]");
        Write("bad.yml", "groups:\n- rules:\n  - alert: B\n    expr: sum by (group) (process_group_processes) > 5\n");
        (int code, string output, string error) = await Run("lint", "rules", "good.yml", "bad.yml");
        Assert.Equal((1, ""), (code, error));
        Assert.Equal(
            "bad.yml:4:11: error: B: it does not say which host it is about (no 'instance'), so that every host refuses it: sum by (group) keeps nothing else. [no-host]\n"
            + "2 alerts in 2 files: 1 errors, 0 warnings, 0 notes\n", output);
        Assert.Equal(0, (await Run("lint", "rules", "good.yml", "bad.yml", "--host-label", "node", "--host-label", "group")).Code);
        Assert.Equal(0, (await Run("lint", "rules", "bad.yml", "--only", "team=web")).Code);
    }

    [Fact]
    public async Task As_json()
    {
        Write("bad.yml", "groups: [{rules: [{alert: B, expr: absent(process_group_processes)}]}]");
        (int code, string output, _) = await Run("lint", "rules", "bad.yml", "-o", "json");
        Assert.Equal(1, code);
        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal((1, 1, 2), (report.GetProperty("files").GetInt32(), report.GetProperty("alerts").GetInt32(), report.GetProperty("errors").GetInt32()));
        JsonElement finding = report.GetProperty("findings")[0];
        Assert.Equal(("bad.yml", 1, "error", "no-target", "B"), (
            finding.GetProperty("file").GetString(), finding.GetProperty("line").GetInt32(), finding.GetProperty("severity").GetString(), finding.GetProperty("rule").GetString(),
            finding.GetProperty("alert").GetString()));
    }

    [Fact]
    public async Task What_can_not_be_read_is_2()
    {
        Write("broken.yml", "groups: [");
        Assert.Equal(2, (await Run("lint", "rules", "broken.yml")).Code);
        (int code, _, string error) = await Run("lint", "rules", "no.yml");
        Assert.Equal((2, $"{Path.Join(_folder, "no.yml")}: there is no such file: create it, or name another.\n"), (code, error));
        Assert.Equal(2, (await Run("lint", "rules")).Code);
        Assert.Equal(2, (await Run("lint", "rules", "broken.yml", "--only", "x")).Code);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string name, string text) => File.WriteAllText(Path.Join(_folder, name), text);

    private async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (await CommandLine.RunAsync(arguments, new CommandContext { WorkingDirectory = _folder }, output, error), output.ToString(), error.ToString());
    }
}
