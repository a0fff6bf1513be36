using ProcessArsenal.Exporter.Commands;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.Kit;

/// <summary>deploy/ as those judge it who read it. No cluster, no systemd and no registry is there to try it on.</summary>
public sealed class DeployTests : IDisposable
{
    private static readonly string Folder = Path.Join(Repository.Root, "deploy");

    private readonly string _scratch = Directory.CreateTempSubdirectory("deploy-").FullName;

    /// <summary>See tests/manifests/check.mjs for what that covers.</summary>
    [Fact]
    public async Task Objects_of_Kubernetes_are_what_its_schemas_want() =>
        Assert.Equal("10 objects checked, 0 wrong\n", await Check("kubernetes", Directory.GetFiles(Path.Join(Folder, "kubernetes"), "*.yaml", SearchOption.AllDirectories).Where(file => !file.EndsWith("kustomization.yaml", StringComparison.Ordinal))));

    [Fact]
    public async Task The_compose_file_is_what_its_schema_wants() => Assert.Equal("1 objects checked, 0 wrong\n", await Check("compose", [Path.Join(Folder, "compose", "compose.yml")]));

    /// <summary>And what comes of it.</summary>
    [Theory]
    [InlineData("sidecar", "3 objects")]
    [InlineData("daemonset", "8 objects")]
    public async Task Kustomize_puts_them_together(string name, string objects)
    {
        string? kubectl = ((string[])["/usr/bin/kubectl", "/usr/local/bin/kubectl"]).FirstOrDefault(File.Exists);
        Assert.SkipUnless(kubectl is not null, "there is no kubectl here");
        string all = await AlertRulesTests.Succeeds(kubectl, "kustomize", Path.Join(Folder, "kubernetes", name));
        Assert.Contains("image: registry.example.org/process-arsenal:", all, StringComparison.Ordinal);
        Assert.DoesNotContain("image: process-arsenal\n", all, StringComparison.Ordinal);
        string file = Path.Join(_scratch, "all.yaml");
        await File.WriteAllTextAsync(file, all, TestContext.Current.CancellationToken);
        Assert.Equal($"{objects} checked, 0 wrong\n", await Check("kubernetes", [file]));
    }

    [Fact]
    public async Task Systemd_takes_the_unit()
    {
        const string Analyze = "/usr/bin/systemd-analyze", Unit = "process-arsenal.service", Program = "ExecStart=/usr/bin/process-arsenal ";
        Assert.SkipUnless(File.Exists(Analyze), "there is no systemd-analyze here");
        string text = await File.ReadAllTextAsync(Path.Join(Folder, Unit), TestContext.Current.CancellationToken);
        Assert.Contains(Program, text, StringComparison.Ordinal);
        Assert.Contains("\nKillMode=process\n", text, StringComparison.Ordinal);
        // It wants the program to be there.
        string file = Path.Join(_scratch, Unit);
        await File.WriteAllTextAsync(file, text.Replace(Program, "ExecStart=/bin/true ", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Command verified = await Command.Run(Analyze, ["verify", "--man=no", file]);
        // Of other units of the machine it may say anything.
        Assert.True(verified.ExitCode == 0 && !verified.Error.Contains(Unit, StringComparison.Ordinal), verified.Error);
    }

    [Theory]
    [InlineData("compose/process-arsenal.yml")]
    [InlineData("kubernetes/daemonset/config.yml")]
    public async Task Our_configurations_are_good(string file)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.True(await CommandLine.RunAsync(["config", "check", "--config", Path.Join(Folder, file)], new CommandContext { IsRoot = true }, output, error) == 0, error.ToString());
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public async Task Prometheus_and_Alertmanager_take_those_of_the_tour()
    {
        await AlertRulesTests.Succeeds("/usr/bin/promtool", "check", "config", "--syntax-only", Path.Join(Folder, "compose", "prometheus.yml"));
        await AlertRulesTests.Succeeds("/usr/bin/amtool", "check-config", Path.Join(Folder, "compose", "alertmanager.yml"));
    }

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    private static async Task<string> Check(string kind, IEnumerable<string> files)
    {
        string folder = Path.Join(Repository.Root, "artifacts", "manifests");
        Assert.SkipUnless(File.Exists(Path.Join(folder, "node_modules", ".package-lock.json")), "make manifests fetches the schemas, by npm");
        Command check = await Command.Run("node", [Path.Join(folder, "check.mjs"), kind, .. files], within: TimeSpan.FromMinutes(2));
        Assert.True(check.ExitCode == 0, check.Output + check.Error);
        return check.Output;
    }
}
