using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Api;

/// <summary>Who sends how much to whom, by the published program: what real pairs of processes sent against what it tells.</summary>
public sealed class FlowsTests(ApiExporter fixture, ITestOutputHelper output) : IClassFixture<ApiExporter>
{
    private const string Flows = "/api/v1/flows";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Suffix => fixture.Name[4..8];

    [Fact]
    public async Task The_command_counts_a_long_connection_exactly()
    {
        using Socket listener = Listen();
        using Process talker = Talker(Copy("long"), $"exec 7<>/dev/tcp/127.0.0.1/{Port(listener)}; while read -r size; do head -c $size /dev/zero >&7; done");
        using Socket server = await listener.AcceptAsync(Cancellation);
        Task<Command> watch = Command.Run(Repository.Program, ["flows", Number(talker.Id), "--seconds", "3", "--output", "json"]);
        await Send(talker, server, 300_000, until: watch);
        JsonElement report = Json(await watch);
        await End(talker);
        JsonElement flow = Assert.Single(report.GetProperty("flows").EnumerateArray(), one => IsTcp(one) && Pid(one, "from") == talker.Id);
        Assert.Equal((Environment.ProcessId, 1), (Pid(flow, "to"), flow.GetProperty("connections").GetInt32()));
        Assert.InRange(report.GetProperty("window_seconds").GetDouble(), 2.9, 10);
        // In pieces of one size: what arrived within the window are whole ones.
        ulong bytes = flow.GetProperty("bytes").GetUInt64();
        Assert.True(bytes > 0 && bytes % 300_000 == 0, flow.ToString());
    }

    [Fact]
    public async Task Short_connections_are_counted_all_whoever_is_seen_to_make_them()
    {
        const int connections = 300, size = 1024;
        using Socket listener = Listen();
        using Process talker = Talker(Copy("short"), $"read -r go; for i in $(seq {connections}); do exec 7<>/dev/tcp/127.0.0.1/{Port(listener)}; printf '%{size}s' >&7; exec 7>&-; done; read -r end");
        await Eventually.True("it is sampled", async () => (await fixture.Client.Ask(HttpMethod.Get, $"/api/v1/processes/{talker.Id}", fixture.Client.Admin)).Status == 200);
        Task<JsonElement> watch = Post($$"""{"targets": [{{talker.Id}}, "{{Environment.ProcessId}}"], "seconds": 8}""");
        await Eventually.True("the watch listens to what ends", IsListening);
        await Eventually.Every(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), static () => Task.CompletedTask); // It looks twice before it begins, some 50 ms.
        await talker.StandardInput.WriteLineAsync("go");
        for (int i = 0; i < connections; i++)
        {
            using Socket server = await listener.AcceptAsync(Cancellation);
            Assert.Equal(size, await Read(server, size));
        }
        JsonElement report = await watch;
        await End(talker);
        JsonElement[] flows = [.. report.GetProperty("flows").EnumerateArray().Where(one => IsTcp(one) && Pid(one, "to") == Environment.ProcessId && one.GetProperty("bytes").GetUInt64() > 0 && IsFrom(one, talker.Id))];
        output.WriteLine(string.Join('\n', flows.Select(static flow => flow.ToString())));
        Assert.InRange(flows.Sum(static flow => flow.GetProperty("bytes").GetDouble()), connections * size * 0.98, connections * size * 1.02);
    }

    [Fact]
    public async Task A_chatty_pair_by_a_unix_socket_is_told_with_what_waits()
    {
        string path = Path.Join(fixture.Scratch.MakeFolderForAll("sockets"), "chatty");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using Process perl = Process.Start(new ProcessStartInfo("perl", ["-e", "use IO::Socket::UNIX; my $s = IO::Socket::UNIX->new($ARGV[0]) or die; $s->autoflush(1); print $s 'x' x 5000; <STDIN>", path]) { RedirectStandardInput = true })!;
        using Socket server = await listener.AcceptAsync(Cancellation);
        await Eventually.True("it has arrived", () => server.Available == 5000);
        JsonElement report = Json(await Command.Run(Repository.Program, ["flows", Number(perl.Id), "-s", "1", "-o", "json"]));
        await End(perl);
        JsonElement flow = Assert.Single(report.GetProperty("flows").EnumerateArray(), one => one.GetProperty("transport").GetString() == "unix" && Pid(one, "from") == perl.Id && Pid(one, "to") == Environment.ProcessId);
        Assert.False(flow.TryGetProperty("bytes", out _)); // The kernel does not count them.
        Assert.True(flow.GetProperty("receive_queue").GetInt64() >= 5000, flow.ToString());
    }

    [Fact]
    public async Task People_are_shown_a_table()
    {
        Command text = await Command.Run(Repository.Program, ["flows", "-s", "1"]);
        Assert.Equal((0, ""), (text.ExitCode, text.Error));
        Assert.Matches("(?m)^ *BYTES +BYTES/s +CONN +UNSENT +UNREAD BY +FROM +TO$", text.Output);
        Command remote = await Command.Run(Repository.Program, ["flows", "-s", "1", "--server", fixture.Client.Address, "--token-file", fixture.Client.TokenFile]);
        Assert.Equal((0, ""), (remote.ExitCode, remote.Error));
        Assert.Matches("(?m)^ *BYTES ", remote.Output);
    }

    [Theory]
    [InlineData("", 200, "")]
    [InlineData("{}", 200, "")]
    [InlineData("""{"seconds": 1, "targets": []}""", 200, "")]
    [InlineData("[]", 400, "must be a JSON object")]
    [InlineData("{\"seconds\": 1", 400, "no JSON that can be read: line 1, byte")]
    [InlineData("""{"second": 1}""", 400, "did you mean 'seconds'?")]
    [InlineData("""{"seconds": 1, "seconds": 2}""", 400, "a name is given twice")]
    [InlineData("""{"targets": ["\ud800"]}""", 400, "half of a surrogate pair")]
    [InlineData("""{"\ud800": 1}""", 400, "half of a surrogate pair")]
    [InlineData("""{"seconds": 0}""", 400, "a whole number from 1 to 60")]
    [InlineData("""{"seconds": 61}""", 400, "a whole number from 1 to 60")]
    [InlineData("""{"seconds": null}""", 400, "not 'null'")]
    [InlineData("""{"seconds": {"a": 1}}""", 400, "seconds must be")]
    [InlineData("""{"targets": 1}""", 400, "targets must be a list of at most 256")]
    [InlineData("""{"targets": ["nginx"]}""", 400, "identities such as")]
    [InlineData("""{"targets": [[1]]}""", 400, "identities such as")]
    [InlineData("""{"targets": [2147483647]}""", 404, "no process 2147483647")]
    [InlineData("""{"targets": ["1-1-00000000"]}""", 404, "its pid is 1-")]
    public async Task A_body_is_read_strictly(string body, int status, string words)
    {
        if (status == 200) body = body.Length > 2 ? body : """{"seconds": 1}"""; // Shorter than by default.
        Answer answer = await fixture.Client.Ask(HttpMethod.Post, Flows, fixture.Client.Admin, request => request.Content = new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.True(answer.Status == status, answer.Body);
        Assert.Contains(words, answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_does_not_come_is_refused()
    {
        Answer large = await fixture.Client.Ask(HttpMethod.Post, Flows, fixture.Client.Admin, request => request.Content = new ByteArrayContent(new byte[70_000]));
        Assert.Equal(413, large.Status);
        Answer garbage = await fixture.Client.Ask(HttpMethod.Post, Flows, fixture.Client.Admin, request => request.Content = new ByteArrayContent([.. "{\"targets\":[\""u8, 0xff, .. "\"]}"u8]));
        Assert.Equal((400, "The body is no UTF-8."), (garbage.Status, garbage.Detail));
        Answer chunked = await fixture.Client.Ask(HttpMethod.Post, Flows, fixture.Client.Admin, request =>
        {
            request.Content = new StreamContent(new MemoryStream(new byte[70_000]));
            request.Headers.TransferEncodingChunked = true;
        });
        Assert.Equal(413, chunked.Status);
        string late = await fixture.Client.Say($"POST {Flows} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {fixture.Client.Admin}\r\nContent-Length: 10\r\n\r\n{{", TimeSpan.FromSeconds(20));
        Assert.Contains("did not come within 5 s", late, StringComparison.Ordinal);
    }

    private async Task<JsonElement> Post(string body)
    {
        Answer answer = await fixture.Client.Ask(HttpMethod.Post, Flows, fixture.Client.Admin, request => request.Content = new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.True(answer.Status == 200, answer.Body);
        return JsonDocument.Parse(answer.Body).RootElement;
    }

    /// <summary>Whether the exporter listens to sockets that end: NETLINK_SOCK_DIAG is 4, and it has groups.</summary>
    private static bool IsListening() => File.ReadLines("/proc/net/netlink").Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Any(words => words[1] == "4" && words[3] != "00000000");

    /// <summary>Has it send pieces until the watch is over, each when the one before has arrived.</summary>
    private static async Task Send(Process talker, Socket server, int size, Task until)
    {
        while (!until.IsCompleted)
        {
            await talker.StandardInput.WriteLineAsync(Number(size));
            Assert.Equal(size, await Read(server, size));
            await Task.WhenAny(until, Eventually.Every(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), () => Task.CompletedTask));
        }
    }

    private static async Task<int> Read(Socket socket, int size)
    {
        byte[] room = new byte[size];
        int read = 0;
        while (read < size && await socket.ReceiveAsync(room.AsMemory(read), Cancellation) is > 0 and var more) read += more;
        return read;
    }

    private string Copy(string name) => fixture.Scratch.CopyProgram("/bin/bash", $"e2e-{name}-{Suffix}");

    private static Process Talker(string bash, string script) => Process.Start(new ProcessStartInfo(bash, ["-c", script]) { RedirectStandardInput = true })!;

    private static Socket Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(512);
        return listener;
    }

    private static int Port(Socket listener) => ((IPEndPoint)listener.LocalEndPoint!).Port;

    private static async Task End(Process process)
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync(Cancellation);
    }

    private static JsonElement Json(Command command)
    {
        Assert.Equal((0, ""), (command.ExitCode, command.Error));
        return JsonDocument.Parse(command.Output).RootElement;
    }

    private static bool IsTcp(JsonElement flow) => flow.GetProperty("transport").GetString() == "tcp";

    /// <summary>From it, or from nobody known; of short connections together no port is told, as of others that tests beside this one have.</summary>
    private static bool IsFrom(JsonElement flow, int pid) => Pid(flow, "from") is { } from ? from == pid : flow.GetProperty("from").GetProperty("address").GetString() == "127.0.0.1";

    private static int? Pid(JsonElement flow, string end) => flow.GetProperty(end).TryGetProperty("process", out JsonElement process) ? process.GetProperty("pid").GetInt32() : null;

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
