using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>Dumps by the API and by the command line, of real programs, by the published one.</summary>
public sealed class DumpTests : IAsyncDisposable
{
    private const string Configuration = "sampling: { interval: 500ms }\ndotnet: { attach: 'cmdline ~ \"Troubles.dll\"' }\n", Mine = "process-arsenal-dump-*";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Scratch _scratch = new();

    public ValueTask DisposeAsync()
    {
        _scratch.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_program_is_dumped_and_who_may_have_it_has_it()
    {
        await using ExporterProcess exporter = await ExporterProcess.Start(_scratch, Configuration);
        using var client = new ControlClient(exporter);
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "burn", "2");
        string viewer = await client.MakeToken("looks", "viewer"), diagnoses = await client.MakeToken("diagnoses", "diagnose"), operates = await client.MakeToken("operates", "operate");
        string order = $$"""{"target":{{program.Pid}},"reason":"a test"}""";
        foreach (string token in (string[])[viewer, diagnoses, client.Responder]) Assert.Equal(403, (await Post(client, order, token)).Status);
        foreach (string wrong in (string[])["{}", """{"target":1,"type":"heep"}""", """{"target":1,"max_freeze":"2h"}""", """{"target":1,"max_freeze":0}""", """{"target":1,"file":"/etc/passwd"}"""])
            Assert.Equal(400, (await Post(client, wrong, operates)).Status);
        Assert.Equal(404, (await Post(client, """{"target":4194303}""", operates)).Status);

        Answer dry = await Post(client, $$"""{"target":{{program.Pid}},"dry_run":true}""", operates);
        Assert.Equal(200, dry.Status);
        Assert.Contains("it would be done: a heap dump of about ", dry.Body, StringComparison.Ordinal);
        Answer tooLong = await Post(client, $$"""{"target":{{program.Pid}},"max_freeze":"100ms"}""", operates);
        Assert.Equal((409, "urn:process-arsenal:problem:refused"), (tooLong.Status, tooLong.Type));
        Assert.Contains("To allow it: max_freeze", tooLong.Detail, StringComparison.Ordinal);

        Answer made = await Post(client, order, operates);
        Assert.True(made.Status == 200, made.Body);
        JsonElement result = JsonDocument.Parse(made.Body).RootElement;
        Assert.Equal("succeeded", Text(result, "outcome"));
        string id = Text(result, "id");
        JsonElement dump = await client.Get($"/api/v1/dumps/{id}");
        Assert.Equal(("heap", "done", program.Pid), (Text(dump, "type"), Text(dump, "state"), dump.GetProperty("pid").GetInt32()));
        Assert.InRange(dump.GetProperty("freeze").GetDouble(), 0.01, 30);
        string file = Path.Join(exporter.State, "artifacts", id, "dump.dmp");
        byte[] bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal((Text(dump, "sha256"), dump.GetProperty("bytes").GetInt64()), (Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Join(exporter.State, "artifacts")));
        JsonElement artifact = (await client.Get("/api/v1/artifacts")).GetProperty("artifacts")[0];
        Assert.Equal((id, "dump", "True", Text(dump, "sha256")), (Text(artifact, "id"), Text(artifact, "kind"), Text(artifact, "is_whole"), Text(artifact, "sha256")));
        Answer seen = await client.Ask(HttpMethod.Get, $"/api/v1/artifacts/{id}", diagnoses);
        Assert.Equal(200, seen.Status);
        Answer kept = await client.Ask(HttpMethod.Get, $"/api/v1/artifacts/{id}/download", diagnoses);
        Assert.Equal(403, kept.Status);
        Assert.Contains("takes the role operate", kept.Detail, StringComparison.Ordinal);
        Assert.Equal((200, "application/octet-stream"), await Download(client, $"/api/v1/artifacts/{id}/download", operates));
        Assert.Equal(404, (await client.Ask(HttpMethod.Get, $"/api/v1/traces/{id}", client.Admin)).Status);
        JsonElement action = await client.Get($"/api/v1/actions/{id}");
        Assert.Equal(("dump", "succeeded", "a test"), (Text(action, "action"), Text(action, "outcome"), Text(action, "request")));
        Assert.Empty(Directory.GetFileSystemEntries("/tmp", Mine));
    }

    [Fact]
    public async Task So_it_is_by_the_command_line()
    {
        await using ExporterProcess exporter = await ExporterProcess.Start(_scratch, Configuration);
        using var client = new ControlClient(exporter);
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "burn", "2");
        await using Workload other = await Workload.Start(_scratch, "not-dotnet");
        string pid = program.Pid.ToString(CultureInfo.InvariantCulture), file = _scratch.PathOf("a.dmp"), again = _scratch.PathOf("b.dmp");
        Task<Command> Run(params string[] arguments) => Command.Run(Repository.Program, [.. arguments, "--server", client.Address, "--token-file", client.TokenFile], within: Patience);
        Command dry = await Run("dump", pid, "--dry-run");
        Assert.Equal((0, ""), (dry.ExitCode, dry.Error));
        Assert.Contains("it would be done: a heap dump of about ", dry.Output, StringComparison.Ordinal);
        Command dump = await Run("dump", pid, "-t", "mini", "-f", file);
        Assert.Equal((0, ""), (dump.ExitCode, dump.Error));
        Assert.Contains("it stood still for ", dump.Output, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.StartsWith("\u007fELF", Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken), 0, 4), StringComparison.Ordinal);
        string[] list = (await Run("dump", "list")).Output.TrimEnd().Split('\n');
        Assert.Equal(2, list.Length);
        string id = list[1].Split(' ', 2)[0];
        Assert.Equal(0, (await Run("dump", "get", id, again)).ExitCode);
        Assert.Equal(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(again, TestContext.Current.CancellationToken));
        Command over = await Run("dump", "get", id, again);
        Assert.Equal(1, over.ExitCode);
        Assert.Contains("is there already: name another file", over.Error, StringComparison.Ordinal);
        Command refused = await Run("dump", other.Pid.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("it is no .NET process", refused.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await Run("dump", "nobody")).ExitCode);
        Assert.Equal(2, (await Run("dump", pid, "-t", "heep")).ExitCode);
    }

    [Fact]
    public async Task As_the_service_that_is_shipped_it_dumps_those_of_all_users()
    {
        Assert.SkipUnless(Signals.IsRoot, "Capabilities, and processes of other users, take root.");
        await using ExporterProcess exporter = await ExporterProcess.Start(_scratch, Configuration, Users.AsService);
        using var client = new ControlClient(exporter);
        await using ShopTarget roots = await ShopTarget.Start();
        await using ShopTarget nobodys = await ShopTarget.Start(null, ["sh", "-c", "\"$@\"; exit", "sh", .. Users.AsNobody]);
        foreach (int pid in (int[])[roots.Pid, nobodys.Pid])
        {
            Answer made = await Post(client, $$"""{"target":{{pid}},"type":"mini"}""", client.Admin);
            Assert.True(made.Status == 200 && made.Body.Contains("succeeded", StringComparison.Ordinal), made.Body);
            Assert.Empty(Directory.GetFileSystemEntries("/tmp", Mine));
        }
    }

    [Fact]
    public async Task An_ordinary_user_is_told_what_it_takes()
    {
        Assert.SkipUnless(Signals.IsRoot, "A process of another user takes root.");
        await using ExporterProcess exporter = await ExporterProcess.Start(_scratch, Configuration, Users.AsNobody);
        using var client = new ControlClient(exporter);
        await using ShopTarget roots = await ShopTarget.Start();
        await using ShopTarget own = await ShopTarget.Start(null, ["sh", "-c", "\"$@\"; exit", "sh", .. Users.AsNobody]);
        Answer foreign = await Post(client, $$"""{"target":{{roots.Pid}}}""", client.Admin);
        Assert.Equal(409, foreign.Status);
        Assert.Contains("it is of another user: that takes the same user, root, or CAP_SYS_PTRACE and CAP_DAC_OVERRIDE", foreign.Detail, StringComparison.Ordinal);
        Answer made = await Post(client, $$"""{"target":{{own.Pid}},"type":"mini"}""", client.Admin);
        Assert.True(made.Status == 200 && made.Body.Contains("succeeded", StringComparison.Ordinal), made.Body);
    }

    [Fact]
    public async Task After_an_exporter_that_was_killed_nothing_is_left_and_the_program_goes_on()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "burn", "2");
        await using (ExporterProcess exporter = await ExporterProcess.Start(_scratch, Configuration))
        {
            using var client = new ControlClient(exporter);
            Task<Answer> dump = Post(client, $$"""{"target":{{program.Pid}},"type":"full"}""", client.Admin);
            await Eventually.True("it is written", () => Directory.GetFileSystemEntries("/tmp", Mine) is [var one] && Directory.GetFiles(one).Length == 1);
            await exporter.Kill();
            await Assert.ThrowsAsync<HttpRequestException>(() => dump);
        }
        Assert.Single(Directory.GetFileSystemEntries("/tmp", Mine));
        await using ExporterProcess next = await ExporterProcess.Start(_scratch, Configuration);
        using var asks = new ControlClient(next);
        Assert.Equal(0, (await asks.Get("/api/v1/dumps")).GetProperty("dumps").GetArrayLength());
        Assert.Empty(Directory.GetFileSystemEntries("/tmp", Mine));
        Assert.Empty(Directory.GetDirectories(Path.Join(next.State, "artifacts")));
        Assert.Equal("interrupted", Text((await asks.Get("/api/v1/actions")).GetProperty("actions")[0], "outcome"));
        await Eventually.True("it goes on", () => File.ReadAllText($"/proc/{program.Pid}/status").Contains("TracerPid:\t0\n", StringComparison.Ordinal));
        Answer made = await Post(asks, $$"""{"target":{{program.Pid}},"type":"mini"}""", asks.Admin);
        Assert.True(made.Status == 200 && made.Body.Contains("succeeded", StringComparison.Ordinal), made.Body);
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).ToString();

    private static Task<Answer> Post(ControlClient client, string body, string token) =>
        client.Ask(HttpMethod.Post, "/api/v1/dumps", token, request => request.Content = new StringContent(body, Encoding.UTF8, "application/json"));

    private static async Task<(int Status, string? MediaType)> Download(ControlClient client, string path, string token)
    {
        using HttpResponseMessage answer = await client.Stream(path, token);
        return ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType);
    }
}
