using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Control;

/// <summary>What the published program keeps of processes before it does something to them.</summary>
public sealed class EvidenceTests : IDisposable
{
    private const string Configuration = "sampling: { interval: 500ms }\ndotnet: { attach: 'cmdline ~ \"Troubles.dll\"' }\n";

    private static readonly string[] All = ["history.json", "lifecycle.json", "manifest.json", "process.json", "runtime.json", "stacks.json", "tree.json"];

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task A_dotnet_process_is_killed_and_its_evidence_is_there_afterwards()
    {
        await using ExporterProcess exporter = await ExporterProcess.Start(_scratch, Configuration);
        using var client = new ControlClient(exporter);
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "exceptions");
        string pid = program.Pid.ToString(CultureInfo.InvariantCulture), identity = await Identity(client, program.Pid);
        await Told(exporter, program.Pid);
        Command killed = await Run(client, "kill", pid, "--evidence", "--reason", "it throws");
        Assert.True(killed.ExitCode == 0, killed.Error + killed.Output);
        Assert.Contains("; evidence: kept (process-arsenal snapshot get ", killed.Output, StringComparison.Ordinal);
        string[] list = (await Run(client, "snapshot", "list")).Output.TrimEnd().Split('\n');
        Assert.Equal(2, list.Length);
        string id = list[1].Split(' ', 2)[0], bundle = _scratch.PathOf("kill.tar.gz");
        Command got = await Run(client, "snapshot", "get", id, bundle);
        Assert.Equal((0, "", ""), (got.ExitCode, got.Output, got.Error));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(bundle));
        Dictionary<string, JsonElement> files = await Unpack(bundle);
        Assert.Equal(All.Select(name => $"evidence-{id}/{name}"), files.Keys.Order(StringComparer.Ordinal));
        JsonElement In(string name) => files[$"evidence-{id}/{name}"];
        Assert.Equal((identity, program.Pid), (In("process.json").GetProperty("identity").GetString(), In("process.json").GetProperty("pid").GetInt32()));
        Assert.Contains(In("history.json").GetProperty("signals").EnumerateArray(), static signal => signal.GetProperty("signal").GetString() == "memory" && signal.GetProperty("points").GetArrayLength() > 1);
        JsonElement runtime = In("runtime.json");
        Assert.Equal(("attached", "Troubles"), (runtime.GetProperty("state").GetString(), runtime.GetProperty("entry_assembly").GetString()));
        Assert.Contains(runtime.GetProperty("series").EnumerateArray(), static one => one.GetProperty("instrument").GetString() == "dotnet.thread_pool.thread.count" && one.TryGetProperty("value", out _));
        JsonElement exceptions = runtime.GetProperty("exceptions");
        Assert.True(exceptions.GetProperty("by_type").GetProperty("FormatException").GetInt64() > 0);
        Assert.Contains(exceptions.GetProperty("latest").EnumerateArray(), static one => one.GetProperty("type").GetString() == "System.FormatException" && one.GetProperty("message").GetString() == "no number");
        Assert.Contains(In("stacks.json").GetProperty("stacks").EnumerateArray(), static one => one.GetProperty("waits").GetBoolean() && one.GetProperty("frames").EnumerateArray().Any(static frame => frame.GetString() == "Program.<Main>$(String[])"));
        Assert.False(In("manifest.json").GetProperty("missing").EnumerateObject().Any());

        JsonElement action = await client.Get($"/api/v1/actions/{id}"), artifact = await client.Get($"/api/v1/artifacts/{id}");
        Assert.Equal("kill", action.GetProperty("action").GetString());
        Assert.Equal(("evidence", artifact.GetProperty("sha256").GetString()), (artifact.GetProperty("kind").GetString(), action.GetProperty("result").GetProperty("evidence").GetProperty("sha256").GetString()));

        // Whoever changes it is found out.
        string kept = Path.Join(exporter.State, "artifacts", id, "evidence.tar.gz");
        byte[] bytes = await File.ReadAllBytesAsync(kept, TestContext.Current.CancellationToken);
        bytes[^20] ^= 1;
        await File.WriteAllBytesAsync(kept, bytes, TestContext.Current.CancellationToken);
        Command changed = await Run(client, "snapshot", "get", id, _scratch.PathOf("changed.tar.gz"));
        Assert.Equal(1, changed.ExitCode);
        Assert.Contains("was changed by somebody else", changed.Error, StringComparison.Ordinal);

        // It is dead by now, and what its runtime has told last is known all the same.
        await Eventually.True("its end is known", async () => (await client.Get("/api/v1/lifecycle?window=5m")).GetRawText().Contains("\"exit\"", StringComparison.Ordinal));
        string after = _scratch.PathOf("after.tar.gz");
        await Eventually.True("it is told of as one that has ended", async () =>
        {
            Command dead = await Run(client, "snapshot", identity, "-f", after);
            Assert.True(dead.ExitCode == 0, dead.Error);
            if (dead.Output.Contains("! Without process: it is not in the latest sample", StringComparison.Ordinal)) return true;
            File.Delete(after);
            return false;
        });
        files = await Unpack(after);
        Assert.True(files.Single(static file => file.Key.EndsWith("/runtime.json", StringComparison.Ordinal)).Value.GetProperty("exceptions").GetProperty("latest").GetArrayLength() > 0);
        Assert.True(files.Single(static file => file.Key.EndsWith("/history.json", StringComparison.Ordinal)).Value.TryGetProperty("ended", out _));
    }

    [Fact]
    public async Task A_snapshot_takes_little_and_who_may_not_have_it_is_told()
    {
        await using ExporterProcess exporter = await ExporterProcess.Start(_scratch, Configuration);
        using var client = new ControlClient(exporter);
        using var target = new Target();
        await Identity(client, target.Pid);
        string viewer = await client.MakeToken("looks", "viewer"), diagnoses = await client.MakeToken("diagnoses", "diagnose");
        string order = $$"""{"target":{{target.Pid}}}""";
        Assert.Equal(403, (await Post(client, "/api/v1/snapshots", order, viewer)).Status);
        Assert.Equal(400, (await Post(client, "/api/v1/snapshots", "{}", diagnoses)).Status);
        Assert.Equal(404, (await Post(client, "/api/v1/snapshots", """{"target":4194303}""", diagnoses)).Status);
        Assert.Equal(400, (await Post(client, "/api/v1/batch", $$"""{"action":"suspend","targets":[{{target.Pid}}],"evidence":true}""", client.Admin)).Status);
        Answer taken = await Post(client, "/api/v1/snapshots", order, diagnoses);
        Assert.True(taken.Status == 200, taken.Body);
        JsonElement evidence = JsonDocument.Parse(taken.Body).RootElement.GetProperty("evidence");
        Assert.Equal(200, (await client.Ask(HttpMethod.Get, $"/api/v1/artifacts/{evidence.GetProperty("artifact").GetString()}/download", diagnoses)).Status);
        Assert.Equal(403, (await client.Ask(HttpMethod.Get, $"/api/v1/artifacts/{evidence.GetProperty("artifact").GetString()}/download", viewer)).Status);
        Answer signalled = await Post(client, $"/api/v1/processes/{target.Pid}/signal", """{"signal":"USR1","evidence":true}""", client.Admin);
        Assert.Equal(200, signalled.Status);
        Assert.NotEqual(JsonValueKind.Undefined, JsonDocument.Parse(signalled.Body).RootElement.GetProperty("evidence").GetProperty("artifact").ValueKind);
        await Eventually.True("it has heard", () => target.Heard.Length == 1);
        Command shown = await Run(client, "snapshot", target.Pid.ToString(CultureInfo.InvariantCulture));
        Assert.True(shown.ExitCode == 0, shown.Error);
        Assert.Contains("Kept as ", shown.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await Run(client, "snapshot", "nobody")).ExitCode);
        Assert.Equal(2, (await Run(client, "snapshot")).ExitCode);
        Assert.Equal(2, (await Run(client, "suspend", "1", "--evidence")).ExitCode);
    }

    [Fact]
    public async Task A_policy_keeps_what_was_known_before_it_restarts()
    {
        string program = _scratch.PathOf("orders");
        using (var copy = System.Diagnostics.Process.Start("/bin/cp", ["/bin/sh", program])) copy.WaitForExit();
        string mark = _scratch.PathOf("mark");
        await using Supervised shop = await Supervised.Start($$"""
            supervisors:
              - { name: shop, children: [ { name: orders, command: [{{program}}, -c, 'test -e {{mark}} || { : > {{mark}}; x=0123456789abcdef; i=0; while test $i -lt 22; do x=$x$x; i=$((i+1)); done; }; while :; do sleep 1; done'] } ] }
            policies:
              - name: leak
                mode: enforce
                when: memory > 40MiB for 2s
                target: exe = "{{program}}"
                steps: [ { snapshot: {} }, { restart: {} } ]
                limits: { cooldown: 1s }

            """);
        string first = await shop.Runs("orders");
        await shop.Runs("orders", first);
        JsonElement[] actions = [];
        await Eventually.True("both are recorded", async () => (actions = [.. (await shop.Client.Get("/api/v1/actions?policy=leak")).GetProperty("actions").EnumerateArray()]).Count(static one => Supervised.Text(one, "outcome") == "succeeded") >= 2, () => shop.Exporter.Log);
        JsonElement restart = actions.Single(static one => Supervised.Text(one, "action") == "restart"), snapshot = actions.Single(static one => Supervised.Text(one, "action") == "snapshot");
        Assert.Equal(first, Supervised.Text(snapshot, "target"));
        Assert.False(restart.GetProperty("result").TryGetProperty("evidence", out _)); // That of a moment before is enough.
        JsonElement artifact = Assert.Single((await shop.Client.Get("/api/v1/artifacts")).GetProperty("artifacts").EnumerateArray());
        Assert.Equal(("evidence", first), (Supervised.Text(artifact, "kind"), Supervised.Text(artifact, "identity")));
    }

    [Fact]
    public async Task An_exporter_that_is_killed_while_it_takes_it_leaves_no_half_of_it()
    {
        using var target = new Target();
        for (int round = 0; round < 20; round++)
        {
            bool wasTaking;
            string[] folders;
            await using (ExporterProcess exporter = await ExporterProcess.Start(_scratch, Configuration))
            {
                using var client = new ControlClient(exporter);
                await Identity(client, target.Pid);
                string artifacts = Path.Join(exporter.State, "artifacts");
                string[] before = Folders(artifacts);
                Task asked = Task.Run(async () =>
                {
                    try
                    {
                        await Post(client, $"/api/v1/processes/{target.Pid}/signal", """{"signal":"USR1","evidence":true}""", client.Admin);
                    }
                    catch (HttpRequestException)
                    {
                        // Killed in between.
                    }
                }, TestContext.Current.CancellationToken);
                long began = TimeProvider.System.GetTimestamp();
                while (Folders(artifacts).Length == before.Length && TimeProvider.System.GetElapsedTime(began) < Eventually.Patience) Thread.Yield();
                await exporter.Kill();
                await asked;
                folders = [.. Folders(artifacts).Except(before)];
                wasTaking = folders is [var only] && (!File.Exists(Path.Join(artifacts, only, "manifest.json")) || (await File.ReadAllTextAsync(Path.Join(artifacts, only, "manifest.json"), TestContext.Current.CancellationToken)).Contains("\"taking\"", StringComparison.Ordinal));
            }
            if (!wasTaking) continue;
            await using ExporterProcess next = await ExporterProcess.Start(_scratch, Configuration);
            using var asks = new ControlClient(next);
            JsonElement action = await asks.Get($"/api/v1/actions/{folders[0]}");
            Assert.Equal("interrupted", action.GetProperty("outcome").GetString());
            Assert.DoesNotContain((await asks.Get("/api/v1/artifacts")).GetProperty("artifacts").EnumerateArray(), one => one.GetProperty("id").GetString() == folders[0]);
            Assert.Equal(404, (await asks.Ask(HttpMethod.Get, $"/api/v1/artifacts/{folders[0]}/download", asks.Admin)).Status);
            return;
        }
        Assert.Fail("It was never killed while it took any.");
    }

    private static string[] Folders(string artifacts) => Directory.Exists(artifacts) ? Directory.GetDirectories(artifacts).Select(static folder => Path.GetFileName(folder)!).ToArray() : [];

    private static Task<Command> Run(ControlClient client, params string[] arguments) => Command.Run(Repository.Program, [.. arguments, "--server", client.Address, "--token-file", client.TokenFile]);

    private static Task<Answer> Post(ControlClient client, string path, string body, string token) =>
        client.Ask(HttpMethod.Post, path, token, request => request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

    private static async Task<string> Identity(ControlClient client, int pid) => await Eventually.Get("it was sampled", async () =>
    {
        Answer answer = await client.Ask(HttpMethod.Get, $"/api/v1/processes/{pid}", client.Admin);
        return answer.Status == 200 ? JsonDocument.Parse(answer.Body).RootElement.GetProperty("identity").GetString() : null;
    });

    /// <summary>By the tools that anybody has.</summary>
    private static async Task<Dictionary<string, JsonElement>> Unpack(string bundle)
    {
        Command listed = await Command.Run("tar", ["tzf", bundle]);
        Assert.True(listed.ExitCode == 0, listed.Error);
        string folder = Directory.CreateTempSubdirectory("unpacked-").FullName;
        try
        {
            Command unpacked = await Command.Run("tar", ["xzf", bundle, "-C", folder]);
            Assert.True(unpacked.ExitCode == 0, unpacked.Error);
            return listed.Output.TrimEnd().Split('\n').ToDictionary(static name => name, name => JsonDocument.Parse(File.ReadAllText(Path.Join(folder, name))).RootElement);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<MetricsPage> Told(ExporterProcess exporter, int pid) => exporter.PageWhere("its runtime has told", page => page.Value("dotnet_thread_pool_thread_count", string.Create(CultureInfo.InvariantCulture, $"pid={pid}")) is not null);
}
