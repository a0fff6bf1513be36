using System.Globalization;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Security.Cryptography;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>Recordings by the API and by the command line, of real programs, by the published one.</summary>
public sealed class TraceTests : IAsyncLifetime
{
    private const string Configuration = "sampling: { interval: 500ms }\ndotnet: { attach: 'cmdline ~ \"Troubles.dll\"' }\n";

    private static readonly string Trace = Path.Join(Repository.Root, "artifacts/tools/dotnet-trace");

    private readonly Scratch _scratch = new();
    private readonly HttpClient _http = new();
    private ExporterProcess _exporter = null!;
    private ControlClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _exporter = await ExporterProcess.Start(_scratch, Configuration);
        _client = new ControlClient(_exporter);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _client.Dispose();
        await _exporter.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task Who_follows_is_told_of_the_end_also_when_we_end_and_what_nobody_wants_is_removed()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "burn", "20");
        string first = Text(JsonDocument.Parse((await Post($$"""{"target":{{program.Pid}},"preset":"gc","duration":"2s"}""")).Body).RootElement, "id"), artifact = $"/api/v1/artifacts/{first}";
        Assert.Equal(409, (await _client.Ask(HttpMethod.Delete, artifact, _client.Admin)).Status); // It goes on.
        await Done(first);
        Assert.Equal(404, (await _client.Ask(HttpMethod.Delete, $"/api/v1/artifacts/0{first}", _client.Admin)).Status); // There is no such.
        Assert.Equal((200, 404), ((await _client.Ask(HttpMethod.Delete, artifact, _client.Admin)).Status, (await _client.Ask(HttpMethod.Get, artifact, _client.Admin)).Status));

        string second = Text(JsonDocument.Parse((await Post($$"""{"target":{{program.Pid}},"preset":"gc","duration":"60s"}""")).Body).RootElement, "id");
        using HttpResponseMessage stream = await Follow($"/api/v1/traces/{second}/events");
        Task<string> told = stream.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        await _exporter.Stop();
        string end = (await told).Split("event: end\ndata: ")[^1];
        JsonElement record = JsonDocument.Parse(end).RootElement;
        Assert.Equal((second, "shutdown"), (Text(record, "id"), Text(record, "ended")));
    }

    [Fact]
    public async Task A_program_is_recorded_and_the_session_that_is_always_there_goes_on()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "burn", "20");
        await _exporter.PageWhere("it is listened to", page => page.Where("dotnet_process_memory_working_set_bytes", program.Label).Any());
        Answer begun = await Post($$"""{"target":{{program.Pid}},"preset":"cpu","duration":"3s","reason":"a test"}""");
        JsonElement record = JsonDocument.Parse(begun.Body).RootElement;
        Assert.Equal((200, "recording"), (begun.Status, Text(record, "state")));
        string id = Text(record, "id");
        Task<string[]> tail = Tail($"/api/v1/traces/{id}/events?provider=SampleProfiler");
        Answer early = await _client.Ask(HttpMethod.Get, $"/api/v1/traces/{id}/report", _client.Admin);
        Assert.Equal((409, "urn:process-arsenal:problem:not-traced"), (early.Status, early.Type));
        Assert.Contains("goes on", early.Detail, StringComparison.Ordinal);

        record = await Done(id);
        Assert.Equal(("duration", 0), (Text(record, "ended"), record.GetProperty("lost").GetInt64()));
        Assert.False(record.TryGetProperty("wrong", out _), record.GetRawText());
        JsonElement report = await _client.Get($"/api/v1/traces/{id}/report");
        JsonElement hottest = report.GetProperty("cpu").GetProperty("hot")[0];
        Assert.Equal("Troubles.Burn.Seventy()", Text(hottest, "method"));
        Assert.InRange(hottest.GetProperty("exclusive_part").GetDouble(), 0.65, 0.75);
        Assert.InRange(report.GetProperty("cpu").GetProperty("seconds").GetDouble(), 0.3, 4); // The kernel's account of one thread.

        // One by one, as they came and afterwards.
        string[] events = await tail;
        Assert.InRange(events.Length, 1000, int.MaxValue);
        Assert.Equal(id, Text(JsonDocument.Parse(events[^1]).RootElement, "id"));
        JsonElement page = await _client.Get($"/api/v1/traces/{id}/events?provider=SampleProfiler&method=Burn.Seventy&limit=5");
        Assert.Equal(5, page.GetProperty("events").GetArrayLength());
        Assert.Equal("Troubles.Burn.Seventy()", Text(page.GetProperty("events")[0].GetProperty("stack")[0], ""));
        Assert.Equal((400, 400), ((await _client.Ask(HttpMethod.Get, $"/api/v1/traces/{id}/events?method=", _client.Admin)).Status, (await _client.Ask(HttpMethod.Get, $"/api/v1/traces/{id}/events?limit=1001", _client.Admin)).Status));
        JsonElement calls = (await _client.Get($"/api/v1/traces/{id}/report?method=burn.seventy")).GetProperty("calls");
        Assert.Equal("Troubles.Burn.Work()", Text(calls.GetProperty("callers")[0], "method"));

        // Who hangs up gives the place back, whatever is being read then.
        for (int i = 0; i < 12; i++) (await Follow($"/api/v1/traces/{id}/events?provider=SampleProfiler")).Dispose();
        await Eventually.True("four follow", async () =>
        {
            var all = new List<HttpResponseMessage>();
            for (int i = 0; i < 4; i++) all.Add(await Follow($"/api/v1/traces/{id}/events?provider=SampleProfiler&after={i}"));
            bool isEach = all.TrueForAll(static answer => answer.IsSuccessStatusCode);
            all.ForEach(static answer => answer.Dispose());
            return isEach;
        });
        Assert.DoesNotContain("[501]", _exporter.Log, StringComparison.Ordinal);

        string file = Path.Join(_exporter.State, "artifacts", id, "trace.nettrace");
        byte[] bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal((Text(record, "sha256"), record.GetProperty("bytes").GetInt64()), (Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        JsonElement artifact = (await _client.Get("/api/v1/artifacts")).GetProperty("artifacts")[0];
        Assert.Equal((id, "trace", Text(record, "sha256")), (Text(artifact, "id"), Text(artifact, "kind"), Text(artifact, "sha256")));
        Assert.Equal(artifact.GetRawText(), (await _client.Get($"/api/v1/artifacts/{id}")).GetRawText().Replace("\n", "\n    ", StringComparison.Ordinal));
        Answer download = await _client.Ask(HttpMethod.Get, $"/api/v1/artifacts/{id}/download", _client.Admin);
        Assert.Equal((200, "application/octet-stream"), (download.Status, download.MediaType));
        JsonElement action = await _client.Get($"/api/v1/actions/{id}");
        Assert.Equal(("trace", "succeeded", "a test"), (Text(action, "action"), Text(action, "outcome"), Text(action, "request")));

        // The session that is always there is not disturbed, and ours is gone.
        double Told(MetricsPage page) => page.Where("dotnet_process_cpu_time_seconds_total", program.Label).Sum(static sample => sample.Value);
        double before = Told(await _exporter.Page());
        await _exporter.PageWhere("it is still listened to", page => Told(page) > before);
        string copy = _scratch.PathOf("copy.nettrace");
        File.Copy(file, copy);
        await File.WriteAllBytesAsync(file, bytes.AsMemory(0, bytes.Length / 2), TestContext.Current.CancellationToken);
        foreach (string changed in (string[])[$"/api/v1/traces/{id}/download", $"/api/v1/artifacts/{id}/download", $"/api/v1/traces/{id}/events"])
            Assert.Contains("its file was changed by somebody else", (await _client.Ask(HttpMethod.Get, changed, _client.Admin)).Detail, StringComparison.Ordinal);
        Assert.Contains("it breaks off", Text((await _client.Get($"/api/v1/traces/{id}/report")).GetProperty("trace"), "incomplete"), StringComparison.Ordinal);
        if (!File.Exists(Trace)) return;
        Command convert = await Command.Run(Trace, ["convert", copy, "--format", "speedscope"], within: TimeSpan.FromSeconds(60));
        Assert.True(convert.ExitCode == 0, convert.Output + convert.Error);
        Assert.Contains("Troubles.Burn.Seventy()", await File.ReadAllTextAsync(_scratch.PathOf("copy.speedscope.json"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task So_it_is_by_the_command_line()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "exceptions");
        string pid = program.Pid.ToString(CultureInfo.InvariantCulture), file = _scratch.PathOf("a.nettrace"), folded = _scratch.PathOf("a.folded"), speedscope = _scratch.PathOf("a.json");
        Command trace = await Run("trace", pid, "-p", "exceptions", "--method", "ParseNothing", "-d", "2s", "-f", file);
        Assert.Equal((0, ""), (trace.ExitCode, trace.Error));
        Assert.Contains("! exceptions\n", trace.Output, StringComparison.Ordinal);
        Assert.Contains("Troubles.Failures.ParseNothing()", trace.Output, StringComparison.Ordinal);
        Assert.Contains("the recording has no samples of stacks", trace.Output, StringComparison.Ordinal);
        Command report = await Command.Run(Repository.Program, ["report", file]);
        Assert.Contains("! exceptions\n", report.Output, StringComparison.Ordinal);

        string recorded = (await Run("trace", "list")).Output.Split('\n')[1].Split(' ', 2)[0];
        Command events = await Run("trace", "events", recorded, "--event", "Exception/Start", "--method", "ParseNothing", "--limit", "3");
        Assert.Equal((0, 3), (events.ExitCode, events.Output.TrimEnd().Split('\n').Length));
        Assert.Contains("ExceptionType=System.FormatException", events.Output, StringComparison.Ordinal);
        Assert.Contains("There are more: --after ", events.Error, StringComparison.Ordinal);
        Command followed = await Run("trace", "events", recorded, "--event", "Exception/Start", "--follow", "--limit", "2", "-o", "json");
        Assert.Equal((0, 2), (followed.ExitCode, followed.Output.TrimEnd().Split('\n').Length));
        Command calls = await Run("trace", "report", recorded, "--method", "ParseNothing");
        Assert.Contains("Thrown in it\n", calls.Output, StringComparison.Ordinal);

        Command profile = await Run("profile", pid, "--managed", "-d", "2s", "--speedscope", speedscope);
        Assert.Equal((0, ""), (profile.ExitCode, profile.Error));
        Assert.Contains("Troubles.Failures", profile.Output, StringComparison.Ordinal);
        Assert.StartsWith("{", await File.ReadAllTextAsync(speedscope, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Command list = await Run("trace", "list");
        string[] lines = list.Output.TrimEnd().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Contains("cpu", lines[1], StringComparison.Ordinal); // The latest first.
        string id = lines[1].Split(' ', 2)[0];
        Assert.Equal((0, ""), await Outcome("trace", "get", id, folded, "--format", "folded"));
        Assert.NotEmpty(await File.ReadAllLinesAsync(folded, TestContext.Current.CancellationToken));

        await _exporter.PageWhere("it is listened to", page => page.Where("dotnet_process_memory_working_set_bytes", program.Label).Any());
        Command busiest = await Run("profile", "--busiest", "1", "--managed", "-d", "1s");
        Assert.Equal((0, ""), (busiest.ExitCode, busiest.Error));
        Assert.Contains("Troubles.Failures", busiest.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_can_t_be_recorded_is_refused_with_the_reason_and_only_so_many_go_on_at_once()
    {
        await using Workload other = await Workload.Start(_scratch, "not-dotnet");
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "burn", "1");
        Answer none = await Post($$"""{"target":{{other.Pid}}}""");
        Assert.Equal((409, "urn:process-arsenal:problem:not-traced"), (none.Status, none.Type));
        Assert.Contains("it is no .NET process", none.Detail, StringComparison.Ordinal);
        Assert.Equal(404, (await Post("""{"target":4194303}""")).Status);
        foreach (string wrong in (string[])["""{"preset":"cpu"}""", """{"target":1,"preset":"cup"}""", """{"target":1,"duration":"2h"}""", """{"target":1,"providers":["Microsoft-Diagnostics-DiagnosticSource:0x3"]}""", """{"target":1,"max_bytes":1}""", """{"target":1,"preset":"cpu","presets":["gc"]}""", """{"target":1,"presets":["native","cpu"]}""", """{"target":1,"presets":["profile","gc"]}""", """{"target":1,"preset":"offcpu","providers":["A:0x1"]}""", """{"target":1,"presets":[]}""", """{"target":1,"filters":[]}""", """{"target":1,"filters":{"methods":"a"}}""", """{"target":1,"filters":{"method":""}}""", """{"target":1,"filters":{"method":5}}""", """{"target":1,"filters":{"event":null}}"""])
            Assert.Equal(400, (await Post(wrong)).Status);
        string viewer = await _client.MakeToken("looks", "viewer"), diagnoses = await _client.MakeToken("diagnoses", "diagnose");
        Assert.Equal(403, (await _client.Ask(HttpMethod.Get, "/api/v1/traces", viewer)).Status);
        for (int i = 0; i < 4; i++) Assert.Equal(200, (await Post($$"""{"target":{{program.Pid}},"preset":"threads","duration":"10m"}""", diagnoses)).Status);
        Answer fifth = await Post($$"""{"target":{{program.Pid}}}""", diagnoses);
        Assert.Equal(409, fifth.Status);
        Assert.Contains("4 recordings go on already", fifth.Detail, StringComparison.Ordinal);
        Assert.Equal((0, ""), await Outcome("trace", "stop", "--all"));
        await Eventually.True("all have ended", async () => (await _client.Get("/api/v1/traces")).GetProperty("traces").EnumerateArray().All(static one => Text(one, "state") == "done"));
        Assert.Equal(200, (await Post($$"""{"target":{{program.Pid}},"duration":"1s"}""", diagnoses)).Status);
    }

    [Fact]
    public async Task After_an_exporter_that_was_killed_what_it_had_is_there_and_no_session_is_left()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "burn", "5");
        // A runtime may lock itself up if a session ends while it collects values of instruments for the first time (README): so not then.
        await _exporter.PageWhere("it is listened to", page => page.Where("dotnet_process_memory_working_set_bytes", program.Label).Any());
        string id = Text(JsonDocument.Parse((await Post($$"""{"target":{{program.Pid}},"duration":"10m"}""")).Body).RootElement, "id");
        await Eventually.True("there are samples", async () => (await _client.Get($"/api/v1/traces/{id}")).GetProperty("bytes").GetInt64() > 100_000);
        await _exporter.Kill();
        _client.Dispose();
        await using ExporterProcess next = await ExporterProcess.Start(_scratch, Configuration);
        using var client = new ControlClient(next);
        JsonElement record = await client.Get($"/api/v1/traces/{id}");
        Assert.Equal(("done", "interrupted", "the exporter ended meanwhile"), (Text(record, "state"), Text(record, "ended"), Text(record, "wrong")));
        JsonElement report = await client.Get($"/api/v1/traces/{id}/report");
        Assert.Contains("it breaks off", Text(report.GetProperty("trace"), "incomplete"), StringComparison.Ordinal);
        await Eventually.True("no session of it is left", () => Directory.GetDirectories($"/proc/{program.Pid}/task").Count(static task => File.ReadAllText(Path.Join(task, "comm")).Trim() == ".NET EventPipe") <= 4); // One listens, three are of the next.
        Answer? answer = null;
        await Eventually.True("another can be made", async () => (answer = await client.Ask(HttpMethod.Post, "/api/v1/traces", client.Admin, Body($$"""{"target":{{program.Pid}},"duration":"1s"}"""))).Status == 200, () => $"{answer} {next.Log}");
    }

    private static string Text(JsonElement element, string name) => (name.Length == 0 ? element : element.GetProperty(name)).ToString();

    private async Task<HttpResponseMessage> Follow(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_client.Address + path)) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", _client.Admin), Accept = { new MediaTypeWithQualityHeaderValue("text/event-stream") } } };
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    /// <summary>Data of all events of a stream, to its end.</summary>
    private async Task<string[]> Tail(string path)
    {
        using HttpResponseMessage answer = await Follow(path);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        var data = new List<string>();
        await foreach (SseItem<string> item in SseParser.Create(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)).EnumerateAsync(TestContext.Current.CancellationToken))
        {
            data.Add(item.Data);
            if (item.EventType == "end") return [.. data];
        }
        Assert.Fail($"It ended without saying so, after {data.Count} events.");
        return [];
    }

    private async Task<JsonElement> Done(string id)
    {
        JsonElement record = default;
        await Eventually.True("it has ended", async () => Text(record = await _client.Get($"/api/v1/traces/{id}"), "state") == "done");
        return record;
    }

    private Task<Answer> Post(string body, string? token = null) => _client.Ask(HttpMethod.Post, "/api/v1/traces", token ?? _client.Admin, Body(body));

    private static Action<HttpRequestMessage> Body(string json) => request => request.Content = new StringContent(json, new MediaTypeHeaderValue("application/json"));

    private Task<Command> Run(params string[] arguments) => Command.Run(Repository.Program, [.. arguments, "--server", _client.Address, "--token-file", _client.TokenFile], within: TimeSpan.FromSeconds(60));

    private async Task<(int Code, string Error)> Outcome(params string[] arguments)
    {
        Command command = await Run(arguments);
        return (command.ExitCode, command.Error);
    }
}
