using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Control;

/// <summary>Actions by the API and by the command line, on real processes, by the published program.</summary>
public sealed class ControlTests : IAsyncLifetime
{
    private readonly Scratch _scratch = new();
    private readonly string _batch = $"e2e-batch-{Guid.NewGuid():N}"[..15], _command = $"e2e-cmd-{Guid.NewGuid():N}"[..15];
    private ExporterProcess _exporter = null!;
    private ControlClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _exporter = await ExporterProcess.Start(_scratch, "sampling: { interval: 500ms }\ndotnet: { attach: none }\ncontrol: { protected: ['exe ~ \"e2e-guarded\"'] }\n");
        _client = new ControlClient(_exporter);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _exporter.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task What_is_asked_for_by_the_api_is_done_once_and_recorded()
    {
        using var target = new Target();
        string identity = await Identity(target.Pid);
        JsonElement signalled = await Post($"/api/v1/processes/{identity}/signal", """{"signal":"USR1","reason":"a test"}""", key: "one");
        Assert.Equal(("succeeded", identity), (Text(signalled, "outcome"), Text(signalled, "identity")));
        JsonElement again = await Post($"/api/v1/processes/{identity}/signal", """{"signal":"USR1","reason":"a test"}""", key: "one");
        Assert.True(again.GetProperty("repeated").GetBoolean());
        Assert.Equal(signalled.GetProperty("id").GetInt64(), again.GetProperty("id").GetInt64());
        Assert.Equal(422, (await Ask($"/api/v1/processes/{identity}/kill", "{}", key: "one")).Status);
        await Eventually.True("it was heard", () => target.Heard.Length == 1);

        JsonElement killed = await Post($"/api/v1/processes/{target.Pid}/kill", "");
        Assert.Equal(("succeeded", 9, true), (Text(killed, "outcome"), killed.GetProperty("signal").GetInt32(), killed.GetProperty("ended").GetBoolean()));
        Assert.False(target.IsAlive);
        Assert.Single(target.Heard);

        JsonElement action = await _client.Get($"/api/v1/actions/{signalled.GetProperty("id")}");
        Assert.Equal(("signal", identity, "api", "admin", "a test", "succeeded"), (Text(action, "action"), Text(action, "target"), Text(action, "trigger"), Text(action, "caller"), Text(action, "request"), Text(action, "outcome")));
        JsonElement list = await _client.Get($"/api/v1/actions?target={identity}");
        Assert.Equal(["kill", "signal"], list.GetProperty("actions").EnumerateArray().Select(static one => Text(one, "action")));

        MetricsPage page = await _exporter.Page();
        Assert.Equal(1, page.Value("process_controller_actions_total", "action=kill", "outcome=succeeded"));
        Assert.Equal(1, page.Value("process_controller_processes_killed_total"));
        Assert.True(page.Value("process_controller_audit_head") > 3);
    }

    [Fact]
    public async Task Guards_refuse_with_a_reason_and_a_pause_refuses_all()
    {
        using var guarded = new Target(_scratch.CopyProgram(Repository.Workload, "e2e-guarded"));
        using var target = new Target();
        string identity = await Identity(guarded.Pid), free = await Identity(target.Pid);
        Answer refused = await Ask($"/api/v1/processes/{identity}/kill", "{}");
        Assert.Equal((409, "urn:process-arsenal:problem:refused"), (refused.Status, refused.Type));
        Assert.Contains("control.protected has exe ~ \"e2e-guarded\"", refused.Detail, StringComparison.Ordinal);
        Assert.Equal("protected", JsonDocument.Parse(refused.Body).RootElement.GetProperty("guard").GetString());
        Assert.Equal("untouchable", JsonDocument.Parse((await Ask($"/api/v1/processes/{_exporter.Pid}/kill", """{"force":true}""")).Body).RootElement.GetProperty("guard").GetString());
        Assert.True(guarded.IsAlive);

        await Post("/api/v1/pause", """{"reason":"moving","duration":"10m"}""");
        Answer paused = await Ask($"/api/v1/processes/{free}/kill", "");
        Assert.Equal(409, paused.Status);
        Assert.Contains("paused until", paused.Detail, StringComparison.Ordinal);
        Assert.Equal(200, (await _client.Ask(HttpMethod.Delete, "/api/v1/pause", _client.Admin)).Status);
        Assert.True(target.IsAlive);

        string operate = await _client.MakeToken("operator", "operate"), viewer = await _client.MakeToken("viewer", "viewer");
        Assert.Equal(403, (await Ask($"/api/v1/processes/{free}/kill", "", token: viewer)).Status);
        Assert.Equal(403, (await Ask($"/api/v1/processes/{identity}/kill", """{"force":true}""", token: operate)).Status);
        Assert.Equal(403, (await Ask("/api/v1/pause", """{"reason":"x"}""", token: operate)).Status);
        Assert.Equal(200, (await Ask($"/api/v1/processes/{free}/stop", """{"timeout":"5s"}""", token: operate)).Status);
        Assert.False(target.IsAlive);
        Assert.Equal(200, (await Ask($"/api/v1/processes/{identity}/kill", """{"force":true}""")).Status);
        Assert.False(guarded.IsAlive);
    }

    [Fact]
    public async Task A_batch_is_a_preview_unless_it_is_confirmed()
    {
        string program = _scratch.CopyProgram(Repository.Workload, _batch);
        using Target first = new(program), second = new(program), other = new();
        await Identity(second.Pid);
        JsonElement preview = await Post("/api/v1/batch", """{"action":"stop","where":"exe ~ \"/BATCH$\""}""".Replace("BATCH", _batch, StringComparison.Ordinal));
        Assert.True(preview.GetProperty("preview").GetBoolean());
        Assert.Equal([first.Pid, second.Pid], preview.GetProperty("successful").EnumerateArray().Select(static one => one.GetProperty("pid").GetInt32()).Order());
        Assert.True(first.IsAlive && second.IsAlive);
        Assert.Equal(2, (await Post("/api/v1/batch", """{"action":"stop","where":"exe ~ \"/BATCH$\"","confirm":true,"max_targets":1}""".Replace("BATCH", _batch, StringComparison.Ordinal))).GetProperty("failed").GetArrayLength());
        JsonElement none = await Post("/api/v1/batch", """{"action":"kill","where":"cmdline ~ \"heard\"","confirm":true}""");
        Assert.Equal((0, 0), (none.GetProperty("successful").GetArrayLength(), none.GetProperty("failed").GetArrayLength()));
        JsonElement done = await Post("/api/v1/batch", """{"action":"stop","where":"exe ~ \"/BATCH$\"","confirm":true,"timeout":"5s"}""".Replace("BATCH", _batch, StringComparison.Ordinal));
        Assert.Equal(2, done.GetProperty("successful").GetArrayLength());
        Assert.True(!first.IsAlive && !second.IsAlive && other.IsAlive);
        foreach (string wrong in (string[])["{}", """{"action":"stop"}""", """{"action":"stop","targets":[]}""", """{"action":"stop","where":""}""", """{"action":"stop","where":"nome = 1"}""", """{"action":"stop","where":"pid = 1","targets":[1]}""", """{"action":"explode","targets":[1]}""", """{"action":"signal","targets":[1]}""", """{"action":"kill","targets":[1],"timeout":"1s"}"""])
            Assert.Equal(400, (await Ask("/api/v1/batch", wrong)).Status);
    }

    /// <summary>Restarts that are done are in RestartTests of ProcessArsenal.Control.Tests, with control groups and owners.</summary>
    [Fact]
    public async Task Who_belongs_to_nobody_is_not_restarted()
    {
        using var target = new Target();
        string identity = await Identity(target.Pid);
        Answer refused = await Ask($"/api/v1/processes/{identity}/restart", """{"timeout":"30s"}""");
        Assert.Equal((409, "owner"), (refused.Status, JsonDocument.Parse(refused.Body).RootElement.GetProperty("guard").GetString()));
        Assert.Contains("nobody would start it again", refused.Detail, StringComparison.Ordinal);
        Assert.Equal(400, (await Ask($"/api/v1/processes/{identity}/restart", """{"timeout":"11m"}""")).Status);
        Assert.Equal(400, (await Ask($"/api/v1/processes/{identity}/stop", """{"timeout":"6m"}""")).Status);
        Assert.True(target.IsAlive);
        Assert.Equal(1, (await _exporter.Page()).Value("process_controller_guard_refusals_total", "guard=owner"));
    }

    [Fact]
    public async Task The_command_line_does_the_same()
    {
        string program = _scratch.CopyProgram(Repository.Workload, _command);
        using Target first = new(program), second = new(program);
        await Identity(second.Pid);
        Command signalled = await Run("signal", "USR1", Text(first.Pid), "--reason", "why not");
        Assert.True(signalled.ExitCode == 0, signalled.Error);
        Assert.Contains("SIGUSR1 was delivered, and it lives on", signalled.Output, StringComparison.Ordinal);
        Command preview = await Run("kill", "--where", "exe ~ \"/COMMAND$\"".Replace("COMMAND", _command, StringComparison.Ordinal));
        Assert.Equal(0, preview.ExitCode);
        Assert.Contains("Nothing was done. To kill these: the same with --yes.", preview.Error, StringComparison.Ordinal);
        Assert.True(first.IsAlive);
        Assert.Equal(0, (await Run("pause", "--reason", "wait")).ExitCode);
        Command paused = await Run("kill", Text(first.Pid));
        Assert.Equal(1, paused.ExitCode);
        Assert.Contains("refused (pause)", paused.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await Run("pause", "--end")).ExitCode);
        Assert.Equal(0, (await Run("kill", "--where", "exe ~ \"/COMMAND$\"".Replace("COMMAND", _command, StringComparison.Ordinal), "--yes")).ExitCode);
        Assert.True(!first.IsAlive && !second.IsAlive);
        Command actions = await Run("actions");
        Assert.Contains("admin (cli)", actions.Output, StringComparison.Ordinal);
        Command verified = await Run("audit", "verify");
        Assert.True(verified.ExitCode == 0, verified.Error);
        string head = verified.Output.Split("head: ")[1][..64];
        Assert.Equal(0, (await Run("audit", "verify", "--head", head)).ExitCode);
        Assert.Equal(1, (await Run("audit", "verify", "--head", new string('a', 64))).ExitCode);
        Assert.Equal(2, (await Run("kill")).ExitCode);
        Assert.Equal(2, (await Run("signal", "SEGV", "1")).ExitCode);
        Assert.Equal(2, (await Run("stop", Text(Environment.ProcessId), "--timeout", "soon")).ExitCode); // Which the daemon finds wrong.
        Assert.Equal(1, (await Run("kill", "999999999")).ExitCode);

        Task<Command> Run(params string[] words) => Command.Run(Repository.Program, [.. words, "--state-directory", _exporter.State, "--config", "/dev/null", .. words[0] == "audit" ? (string[])[] : ["--server", _client.Address, "--token-file", _client.TokenFile]]);
    }

    private async Task<string> Identity(int pid) => (await Eventually.Get("it was sampled", async () =>
    {
        Answer answer = await _client.Ask(HttpMethod.Get, $"/api/v1/processes?where=pid%20%3D%20{pid}", _client.Admin);
        return JsonDocument.Parse(answer.Body).RootElement.GetProperty("processes").EnumerateArray().Select(static one => Text(one, "identity")).FirstOrDefault();
    }))!;

    private async Task<JsonElement> Post(string path, string body, string? key = null)
    {
        Answer answer = await Ask(path, body, key);
        Assert.True(answer.Status == 200, $"{path}: {answer.Status} {answer.Body}\n{_exporter.Log}");
        return JsonDocument.Parse(answer.Body).RootElement;
    }

    private Task<Answer> Ask(string path, string body, string? key = null, string? token = null) => _client.Ask(HttpMethod.Post, path, token ?? _client.Admin, request =>
    {
        request.Content = new StringContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
    });

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
