using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Api;

/// <summary>Every route of the control listener, asked as a program would.</summary>
public sealed class ApiTests(ApiExporter fixture) : IClassFixture<ApiExporter>
{
    private ControlClient Client => fixture.Client;

    private string Named => $"name%3D%22{fixture.Name}%22";

    [Fact]
    public async Task A_process_is_listed_with_what_is_known_of_it()
    {
        JsonElement list = await Client.Get($"/api/v1/processes?where={Named}");
        Assert.Equal(1, list.GetProperty("total").GetInt32());
        JsonElement process = Assert.Single(list.GetProperty("processes").EnumerateArray());
        Assert.Equal(fixture.Workload.Pid, process.GetProperty("pid").GetInt32());
        Assert.StartsWith($"{fixture.Workload.Pid}-", process.GetProperty("identity").GetString(), StringComparison.Ordinal);
        Assert.Equal(Environment.ProcessId, process.GetProperty("ppid").GetInt32());
        Assert.EndsWith("/" + fixture.Name, process.GetProperty("exe").GetString(), StringComparison.Ordinal);
        Assert.True(process.GetProperty("memory").GetDouble() > 100_000);
        Assert.True(process.GetProperty("fds").GetDouble() >= 3);
        Assert.Equal("sleeping", process.GetProperty("state").GetString());
        Assert.InRange((TimeProvider.System.GetUtcNow() - list.GetProperty("time").GetDateTimeOffset()).TotalSeconds, 0, 10);
    }

    [Fact]
    public async Task Page_after_page_each_is_there_once_and_in_order()
    {
        var seen = new List<(double Memory, int Pid)>();
        string? cursor = null;
        int total = 0;
        do
        {
            JsonElement page = await Client.Get("/api/v1/processes?where=has(memory)&sort=memory&order=desc&limit=7" + (cursor is null ? "" : "&cursor=" + cursor));
            total = Math.Max(total, page.GetProperty("total").GetInt32());
            Assert.True(page.GetProperty("processes").GetArrayLength() <= 7);
            seen.AddRange(page.GetProperty("processes").EnumerateArray().Select(process => (process.GetProperty("memory").GetDouble(), process.GetProperty("pid").GetInt32())));
            cursor = page.TryGetProperty("next", out JsonElement next) ? next.GetString() : null;
        }
        while (cursor is not null);
        Assert.Equal(seen.OrderByDescending(place => place.Memory).ThenBy(place => place.Pid), seen);
        // Some begin, end, or change their place meanwhile: those that did not are there once.
        Assert.InRange(seen.Select(place => place.Pid).Distinct().Count(), total * 8 / 10, total * 12 / 10);
        Assert.Single(seen, place => place.Pid == fixture.Workload.Pid);
    }

    [Fact]
    public async Task All_that_proc_has_are_listed()
    {
        JsonElement list = await Client.Get("/api/v1/processes?limit=5000");
        int[] listed = [.. list.GetProperty("processes").EnumerateArray().Select(process => process.GetProperty("pid").GetInt32())];
        Assert.Equal(listed.Order(), listed);
        Assert.Contains(1, listed);
        Assert.Contains(Environment.ProcessId, listed);
        Assert.Contains(fixture.Exporter.Pid, listed);
    }

    [Fact]
    public async Task The_tree_has_children_below_their_parents()
    {
        JsonElement root = Assert.Single((await Client.Get($"/api/v1/tree?root={Environment.ProcessId}")).GetProperty("roots").EnumerateArray());
        Assert.Contains(fixture.Workload.Pid, root.GetProperty("children").EnumerateArray().Select(child => child.GetProperty("pid").GetInt32()));
        Answer text = await Client.Ask(HttpMethod.Get, $"/api/v1/tree?root={Environment.ProcessId}&format=text", Client.Admin);
        Assert.Equal("text/plain", text.MediaType);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{fixture.Name} {fixture.Workload.Pid} "), text.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identity_is_that_process_and_no_other()
    {
        JsonElement process = (await Client.Get($"/api/v1/processes?where={Named}")).GetProperty("processes")[0];
        string identity = process.GetProperty("identity").GetString()!;
        Assert.Equal(identity, (await Client.Get($"/api/v1/tree?root={identity}")).GetProperty("roots")[0].GetProperty("identity").GetString());
        string another = identity.Replace("-", "-9", StringComparison.Ordinal).Replace("-9" + identity.Split('-')[2], "-" + identity.Split('-')[2], StringComparison.Ordinal);
        Answer refused = await Client.Ask(HttpMethod.Get, $"/api/v1/tree?root={another}", Client.Admin);
        Assert.Equal(404, refused.Status);
        Assert.Contains(identity, refused.Detail, StringComparison.Ordinal);
    }

    /// <summary>Also of one that has ended: it is evidence then.</summary>
    [Fact]
    public async Task What_a_process_was_like_is_remembered_and_asked_about()
    {
        string identity;
        await using (Workload busy = await Workload.Start(fixture.Scratch, "e2e-busy", "--rss-mib", "50"))
        {
            await busy.BurnCpu(1500);
            identity = (await Client.Get("/api/v1/processes?where=name%3D%22e2e-busy%22")).GetProperty("processes")[0].GetProperty("identity").GetString()!;
            JsonElement points = default;
            await Eventually.True("five samples", async () => (points = (await Client.Get($"/api/v1/processes/{identity}/history?signal=memory")).GetProperty("signals")[0].GetProperty("points")).GetArrayLength() >= 5);
            double[] memory = [.. points.EnumerateArray().Where(point => point.TryGetProperty("value", out _)).Select(point => point.GetProperty("value").GetDouble())];
            Assert.InRange(memory[^1], 50 << 20, 60 << 20);
            JsonElement[] cpu = [.. (await Client.Get($"/api/v1/processes/{busy.Pid}/history?signal=cpu&since=1m")).GetProperty("signals")[0].GetProperty("points").EnumerateArray()];
            Assert.Contains(cpu, point => point.TryGetProperty("value", out JsonElement value) && value.GetDouble() > 0.5);
            // The same by an expression that looks back, which here is sure to be true, and of a time that it has not lived.
            Assert.Equal(1, (await Client.Get("/api/v1/processes?where=name%3D%22e2e-busy%22+and+memory+%3E+40MiB+for+1s")).GetProperty("total").GetInt32());
            Assert.Equal(0, (await Client.Get("/api/v1/processes?where=name%3D%22e2e-busy%22+and+memory+%3E+40MiB+for+1h")).GetProperty("total").GetInt32());
            Command shown = await Command.Run(Repository.Program, ["inspect", identity, "--history", "--server", Client.Address, "--token-file", Client.TokenFile]);
            Assert.Equal((0, ""), (shown.ExitCode, shown.Error));
            Assert.Matches(@"(?m)^  cpu +\S+% +\S+%  .*[▂▃▄▅▆▇█]", shown.Output);
        }
        JsonElement ended = default;
        await Eventually.True("it has ended", async () => (ended = await Client.Get($"/api/v1/processes/{identity}/history")).TryGetProperty("ended", out _));
        Assert.NotEmpty(ended.GetProperty("signals").EnumerateArray());
        Command last = await Command.Run(Repository.Program, ["inspect", identity, "--history", "--server", Client.Address, "--token-file", Client.TokenFile]);
        Assert.Contains("History, until it ended at", last.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Groups_are_what_their_members_come_to()
    {
        JsonElement group = Assert.Single((await Client.Get("/api/v1/groups")).GetProperty("groups").EnumerateArray(), group => group.GetProperty("name").GetString() == fixture.Name);
        Assert.Equal(1, group.GetProperty("processes").GetInt32());
        Assert.True(group.GetProperty("memory").GetDouble() > 100_000);
        Assert.Equal(1, group.GetProperty("threads").GetInt32());
    }

    [Fact]
    public async Task Exits_are_told_with_how_they_were_and_followed_as_they_happen()
    {
        using HttpResponseMessage stream = await Client.Stream("/api/v1/events?group=e2e-ends", Client.Admin);
        Assert.Equal("text/event-stream", stream.Content.Headers.ContentType?.MediaType);
        await using Workload workload = await Workload.Start(fixture.Scratch, "e2e-ends");
        await workload.Spawn(3);
        await Eventually.True("they are seen", async () => (await Client.Get("/api/v1/processes?where=name%3D%22e2e-ends%22")).GetProperty("total").GetInt32() == 4);
        await workload.Exit(1, 7);
        await workload.Kill(1, Signals.Kill);
        await workload.Exit(1, 0);
        var wanted = new HashSet<string> { "failure 7", "signal 9", "success 0" };
        var starts = new HashSet<int>();
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(Eventually.Patience);
        await foreach (SseItem<string> item in SseParser.Create(await stream.Content.ReadAsStreamAsync(late.Token)).EnumerateAsync(late.Token))
        {
            JsonElement data = JsonDocument.Parse(item.Data).RootElement;
            Assert.Equal("e2e-ends", data.GetProperty("group").GetString());
            Assert.Equal(item.EventId, data.GetProperty("id").GetInt64().ToString(CultureInfo.InvariantCulture));
            Assert.Equal(item.EventType, data.GetProperty("type").GetString());
            if (item.EventType == "start") starts.Add(data.GetProperty("pid").GetInt32());
            else if (data.GetProperty("ppid").GetInt32() == workload.Pid) wanted.Remove($"{data.GetProperty("outcome").GetString()} {(data.TryGetProperty("signal", out JsonElement signal) ? signal : data.GetProperty("exit_code")).GetInt32()}");
            if (wanted.Count == 0) break;
        }
        Assert.Contains(workload.Pid, starts);
        Assert.Equal(4, starts.Count);

        JsonElement lifecycle = await Client.Get("/api/v1/lifecycle?window=1h&group=e2e-ends");
        JsonElement ended = Assert.Single(lifecycle.GetProperty("groups").EnumerateArray(), group => group.GetProperty("group").GetString() == "e2e-ends");
        Assert.Equal((4, 3), (ended.GetProperty("starts").GetInt32(), ended.GetProperty("exits").GetInt32()));
        Assert.Equal(3, lifecycle.GetProperty("recent").EnumerateArray().Count(exit => exit.GetProperty("name").GetString() == "e2e-ends"));
    }

    [Fact]
    public async Task Who_comes_back_misses_nothing_that_is_remembered()
    {
        await using Workload workload = await Workload.Start(fixture.Scratch, "e2e-back");
        using HttpResponseMessage first = await Client.Stream("/api/v1/events?since=0", Client.Admin);
        SseItem<string> met = await Next(first, "e2e-back");
        Assert.Equal("start", met.EventType);
        using (HttpResponseMessage again = await Client.Stream($"/api/v1/events?since={long.Parse(met.EventId!, CultureInfo.InvariantCulture) - 1}", Client.Admin))
            Assert.Equal(met.EventId, (await Next(again, "\"id\":")).EventId); // The very next one.
        using var request = new HttpRequestMessage(HttpMethod.Get, Client.Address + "/api/v1/events");
        request.Headers.Authorization = new("Bearer", Client.Admin);
        request.Headers.Add("Last-Event-ID", "9000000000000");
        using var http = new HttpClient();
        using HttpResponseMessage restarted = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await foreach (SseItem<string> item in SseParser.Create(await restarted.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)).EnumerateAsync(TestContext.Current.CancellationToken))
        {
            Assert.Equal("lost", item.EventType); // Of another run of the exporter: said first, and then all that is remembered.
            break;
        }
    }

    [Fact]
    public async Task Who_follows_does_not_keep_it_from_stopping()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, "dotnet: { attach: none }\n");
        using var client = new ControlClient(exporter);
        using HttpResponseMessage stream = await client.Stream("/api/v1/events", client.Admin);
        await exporter.Stop(); // Within five seconds, and with 0.
        using Stream content = await stream.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith(": starts and exits", await new StreamReader(content).ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_streams_than_are_allowed_are_refused_and_a_place_is_free_again()
    {
        string token = await Client.MakeToken("streams", "viewer");
        var streams = new List<HttpResponseMessage>();
        for (int i = 0; i < 8; i++) streams.Add(await Client.Stream("/api/v1/events", token));
        Answer refused = await Client.Ask(HttpMethod.Get, "/api/v1/events", token);
        Assert.Equal(429, refused.Status);
        foreach (HttpResponseMessage stream in streams) stream.Dispose();
        await Eventually.True("a place", async () =>
        {
            using HttpResponseMessage again = await Client.Stream("/api/v1/events", token);
            return again.IsSuccessStatusCode;
        });
    }

    [Fact]
    public async Task More_requests_than_are_allowed_are_refused_with_when_to_come_again()
    {
        string token = await Client.MakeToken("hasty", "viewer");
        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 1500).Select(_ => Client.Ask(HttpMethod.Head, "/openapi.json", token)));
        Assert.Contains(answers, answer => answer.Status == 200);
        Answer refused = Assert.IsType<Answer>(answers.First(answer => answer.Status == 429));
        Assert.Equal(1, refused.RetryAfter!.Value.TotalSeconds);
        Assert.Equal(200, (await Client.Ask(HttpMethod.Get, "/api/v1/groups", Client.Admin)).Status); // Another's requests are not counted as ours.
    }

    [Fact]
    public async Task It_is_described_by_openapi()
    {
        Answer answer = await Client.Ask(HttpMethod.Get, "/openapi.json", Client.Admin);
        Assert.Equal("application/json", answer.MediaType);
        string text = System.Text.RegularExpressions.Regex.Replace(answer.Body, "\"version\": \"[^\"]*\"", "\"version\": \"(varies)\"");
        Golden.Check("tests/golden/openapi.json", text);
    }

    [Theory]
    [InlineData("/api/v1/processes")]
    [InlineData("/api/v1/processes/1")]
    [InlineData("/api/v1/processes/1/history")]
    [InlineData("/api/v1/tree")]
    [InlineData("/api/v1/groups")]
    [InlineData("/api/v1/supervisors")]
    [InlineData("/api/v1/analysis")]
    [InlineData("/api/v1/lifecycle")]
    [InlineData("/api/v1/events")]
    [InlineData("/openapi.json")]
    public async Task Head_is_get_without_its_body(string path)
    {
        Answer answer = await Client.Ask(HttpMethod.Head, path, Client.Admin);
        Assert.Equal((200, ""), (answer.Status, answer.Body));
    }

    private static async Task<SseItem<string>> Next(HttpResponseMessage stream, string name)
    {
        using var late = new CancellationTokenSource(Eventually.Patience);
        await foreach (SseItem<string> item in SseParser.Create(await stream.Content.ReadAsStreamAsync(late.Token)).EnumerateAsync(late.Token))
            if (item.Data.Contains(name, StringComparison.Ordinal)) return item;
        throw new InvalidOperationException("The stream ended.");
    }
}
