using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Api;

/// <summary>The command line against a daemon, and what it says where it can't ask one.</summary>
public sealed class RemoteCommandTests(ApiExporter fixture) : IClassFixture<ApiExporter>
{
    private string[] Server => ["--server", fixture.Client.Address, "--token-file", fixture.Client.TokenFile];

    [Fact]
    public async Task Ps_and_find_show_what_the_daemon_sees()
    {
        Command ps = await Run(["ps", "--where", $"name = \"{fixture.Name}\"", "--output", "json", .. Server]);
        Assert.Equal((0, ""), (ps.ExitCode, ps.Error));
        JsonElement process = Assert.Single(JsonDocument.Parse(ps.Output).RootElement.EnumerateArray());
        Assert.Equal(fixture.Workload.Pid, process.GetProperty("pid").GetInt32());
        JsonElement local = Assert.Single(JsonDocument.Parse((await Run("find", $"name = \"{fixture.Name}\"", "--output", "json")).Output).RootElement.EnumerateArray());
        Assert.Equal(process.GetProperty("identity").GetString(), local.GetProperty("identity").GetString());
        Command none = await Run(["find", "name = \"nobody-is-called-so\"", .. Server]);
        Assert.Equal((0, "process-arsenal: there is no such process.\n"), (none.ExitCode, none.Error));
    }

    [Fact]
    public async Task The_tree_is_the_same_as_the_one_here()
    {
        string root = fixture.Workload.Pid.ToString(CultureInfo.InvariantCulture);
        Command remote = await Run(["tree", "--root", root, "--output", "json", .. Server]), local = await Run("tree", "--root", root, "--output", "json");
        Assert.Equal(0, remote.ExitCode);
        string[] identities = [.. new[] { remote, local }.Select(tree => JsonDocument.Parse(tree.Output).RootElement[0].GetProperty("identity").GetString()!)];
        Assert.Equal(identities[0], identities[1]);
    }

    [Fact]
    public async Task Supervisors_are_told_with_those_whom_they_start_again()
    {
        await using Workload supervisord = await Workload.Start(fixture.Scratch, "supervisord");
        await supervisord.Spawn(2);
        JsonElement[] found = [];
        await Eventually.True("both are seen", async () => (found = [.. (await fixture.Client.Get("/api/v1/supervisors")).GetProperty("supervisors").EnumerateArray().Where(one => one.GetProperty("name").GetString() == $"supervisord ({supervisord.Pid})")]) is [{ } one] && one.GetProperty("child_count").GetInt32() == 2);
        Assert.Equal("supervisorctl restart NAME", found[0].GetProperty("restart").GetString());
        Assert.Equal(2, found[0].GetProperty("children").GetArrayLength());
        Command remote = await Run(["supervisors", .. Server]), local = await Run("supervisors", "--output", "json");
        Assert.Matches($@"(?m)^ +2 +supervisord +supervisord \({supervisord.Pid}\) +supervisorctl restart NAME +supervisord \d+, supervisord \d+$", remote.Output);
        Assert.Contains(JsonDocument.Parse(local.Output).RootElement.EnumerateArray(), one => one.GetProperty("name").GetString() == $"supervisord ({supervisord.Pid})");
    }

    [Fact]
    public async Task Lifecycle_tells_what_ended_and_how()
    {
        await using Workload workload = await Workload.Start(fixture.Scratch, "e2e-cli-ends");
        await workload.Spawn(1);
        await Eventually.True("it is seen", async () => (await fixture.Client.Get("/api/v1/processes?where=name%3D%22e2e-cli-ends%22")).GetProperty("total").GetInt32() == 2);
        await workload.Exit(1, 3);
        Command lifecycle = null!;
        // Of its group alone: other tests start and end processes by the thousand, and the latest hundred exits are told.
        await Eventually.True("the exit", async () => (lifecycle = await Run(["lifecycle", "--window", "5m", "--group", "e2e-cli-ends", .. Server])).Output.Contains("e2e-cli-ends failed with 3 after", StringComparison.Ordinal), () => lifecycle.Output + lifecycle.Error);
        Assert.Equal((0, ""), (lifecycle.ExitCode, lifecycle.Error));
        Assert.EndsWith(", 1 ended (1 failed)", lifecycle.Output.Split('\n')[0], StringComparison.Ordinal);
        Assert.Contains("0 started (0 a minute), 0 ended\n", (await Run(["lifecycle", "--group", "e2e-cli-&ends", .. Server])).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Following_prints_a_line_each_until_it_is_told_to_end()
    {
        string arguments = string.Join(' ', Server);
        string file = fixture.Scratch.PathOf("followed");
        foreach (string where in (string[])[arguments, "--config /dev/null"])
        {
            File.Delete(file);
            // A child that ends once a second, so that there is something to follow; by SIGTERM, as a shell has what it starts beside itself ignore SIGINT.
            Command run = await Command.Run("/bin/sh", ["-c",
                $"'{Repository.Program}' lifecycle --follow --output json {where} > '{file}' & p=$!; i=0; while [ $i -lt 100 ]; do /bin/true; sleep 0.1; i=$((i+1)); if grep -q '\"exit\"' '{file}'; then break; fi; done; kill -TERM $p; wait $p"]);
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            string[] lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
            Assert.NotEmpty(lines);
            Assert.All(lines, line => Assert.Contains(JsonDocument.Parse(line).RootElement.GetProperty("type").GetString(), (string[])["start", "exit"]));
        }
    }

    [Fact]
    public async Task Watching_prints_again_and_again()
    {
        string file = fixture.Scratch.PathOf("watched");
        Command run = await Command.Run("/bin/sh", ["-c",
            $"'{Repository.Program}' ps --watch 500ms --limit 1 > '{file}' & p=$!; i=0; while [ $i -lt 200 ]; do sleep 0.1; i=$((i+1)); if [ $(grep -c COMMAND '{file}') -ge 3 ]; then break; fi; done; kill -TERM $p; wait $p"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.True((await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken)).Count(line => line.Contains("COMMAND", StringComparison.Ordinal)) >= 3);
    }

    [Fact]
    public async Task Tokens_are_made_listed_and_revoked()
    {
        string[] state = ["--state-directory", fixture.Exporter.State];
        Command made = await Run(["token", "create", "cli", "--role", "viewer", "--expires", "1h", .. state]);
        Assert.Matches("^pa_[A-Za-z0-9_-]{43}\n$", made.Output);
        Assert.Contains("'cli' (viewer, until ", made.Error, StringComparison.Ordinal);
        string file = fixture.Scratch.Write("cli.token", made.Output);
        await Eventually.True("it is let in", async () => (await Run("ps", "--server", fixture.Client.Address, "--token-file", file, "--limit", "1")).ExitCode == 0);
        Command list = await Run(["token", "list", .. state]);
        Assert.Matches(@"(?m)^cli +viewer +\d{4}-\d\d-\d\d", list.Output);
        Assert.DoesNotContain(made.Output.Trim(), list.Output, StringComparison.Ordinal);
        Assert.Contains("there is a token 'cli' already", (await Run(["token", "create", "cli", .. state])).Error, StringComparison.Ordinal);
        Assert.Contains("did you mean 'cli'?", (await Run(["token", "revoke", "clo", .. state])).Error, StringComparison.Ordinal);
        Assert.Equal(0, (await Run(["token", "revoke", "cli", .. state])).ExitCode);
        await Eventually.True("it is refused", async () => (await Run("ps", "--server", fixture.Client.Address, "--token-file", file)).Error.Contains("is not known, has expired or was revoked", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ftp://a", "takes http:// or https://")]
    [InlineData("http://example.com:9465", "a token must not go over a network in the clear")]
    [InlineData("http://127.0.0.1:1", "Is the daemon running")]
    [InlineData("https://127.0.0.1:1", "Is the daemon running")]
    public async Task A_daemon_that_can_not_be_asked_is_told_so(string server, string words)
    {
        Command run = await Run("ps", "--server", server, "--token-file", fixture.Client.TokenFile);
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_another_program_or_a_token_that_is_none_is_told_so()
    {
        string metrics = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{fixture.Exporter.Port}");
        Assert.Contains("404", (await Run("ps", "--server", metrics, "--token-file", fixture.Client.TokenFile)).Error, StringComparison.Ordinal);
        Assert.Contains("is not there. Name its file with --token-file", (await Run("ps", "--server", fixture.Client.Address, "--token-file", "/nonexistent")).Error, StringComparison.Ordinal);
        Assert.Contains("holds no token", (await Run("ps", "--server", fixture.Client.Address, "--token-file", "/dev/null")).Error, StringComparison.Ordinal);
        Assert.Contains("takes the role viewer", (await Run("ps", "--server", fixture.Client.Address, "--token-file", Path.Join(fixture.Exporter.State, "responder.token"))).Error, StringComparison.Ordinal);
    }

    private static Task<Command> Run(params string[] arguments) => Command.Run(Repository.Program, arguments);
}
