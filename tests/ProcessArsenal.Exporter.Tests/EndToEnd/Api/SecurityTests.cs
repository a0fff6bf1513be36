using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Api;

/// <summary>Who is refused, how, and that it costs us little: of each kind one.</summary>
public sealed class SecurityTests(ApiExporter fixture) : IClassFixture<ApiExporter>
{
    private const string List = "/api/v1/processes";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private ControlClient Client => fixture.Client;

    [Fact]
    public async Task Without_a_token_nobody_is_told_anything()
    {
        foreach (string path in (string[])[List, "/openapi.json", "/", "/nowhere", "/api/v1/events"])
        {
            Answer answer = await Client.Ask(HttpMethod.Get, path, token: null);
            Assert.Equal((401, "urn:process-arsenal:problem:unauthorized"), (answer.Status, answer.Type));
        }
        Answer basic = await Client.Ask(HttpMethod.Get, List, null, request => request.Headers.Authorization = new AuthenticationHeaderValue("Basic", "YWRtaW46YWRtaW4="));
        Assert.Equal(401, basic.Status);
        Assert.Contains("401", await Client.Say($"GET {List} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {Client.Admin}\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n", Soon), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_counts_in_its_place_alone()
    {
        Assert.Equal(401, (await Client.Ask(HttpMethod.Get, List, null, request => request.Headers.Add("Cookie", "token=" + Client.Admin))).Status);
        Assert.Equal(401, (await Client.Ask(HttpMethod.Get, $"{List}?access_token={Client.Admin}", null)).Status);
        // 429 if other tests have sent their share of wrong tokens within the minute.
        Assert.True((await Client.Ask(HttpMethod.Get, List, Client.Admin.ToUpperInvariant())).Status is 401 or 429);
    }

    [Fact]
    public async Task A_role_that_is_too_low_is_told_so_and_one_that_is_high_enough_let_in()
    {
        Answer refused = await Client.Ask(HttpMethod.Get, List, Client.Responder);
        Assert.Equal((403, "urn:process-arsenal:problem:forbidden"), (refused.Status, refused.Type));
        Assert.Contains("takes the role viewer, and the token 'responder' has responder", refused.Detail, StringComparison.Ordinal);
        foreach (string role in (string[])["viewer", "diagnose", "operate", "admin"])
            Assert.Equal(200, (await Client.Ask(HttpMethod.Get, List, await Client.MakeToken("of-" + role, role))).Status);
    }

    [Fact]
    public async Task A_token_that_was_revoked_is_worth_nothing_within_a_second()
    {
        string token = await Client.MakeToken("gone", "viewer");
        Command revoked = await Command.Run(Repository.Program, ["token", "revoke", "gone", "--state-directory", fixture.Exporter.State]);
        Assert.Equal(0, revoked.ExitCode);
        await Eventually.True("it is refused", async () => (await Client.Ask(HttpMethod.Get, List, token)).Status is 401 or 429, within: TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Whoever_guesses_is_told_to_stay_away_and_whoever_knows_is_not()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, "dotnet: { attach: none }\n");
        using var client = new ControlClient(exporter);
        for (int i = 0; i < 10; i++)
        {
            long began = TimeProvider.System.GetTimestamp();
            Assert.Equal(401, (await client.Ask(HttpMethod.Get, List, $"guess-{i}")).Status);
            Assert.True(TimeProvider.System.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(180));
        }
        Answer away = await client.Ask(HttpMethod.Get, List, "guess-10");
        Assert.Equal((429, "urn:process-arsenal:problem:too-many-requests"), (away.Status, away.Type));
        Assert.InRange(away.RetryAfter!.Value.TotalSeconds, 1, 60);
        Assert.Equal(200, (await client.Ask(HttpMethod.Get, List, client.Admin)).Status);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task A_page_of_another_site_gets_nothing_even_with_a_token(string header, string value)
    {
        Answer answer = await Client.Ask(HttpMethod.Get, List, Client.Admin, request => request.Headers.Add(header, value));
        Assert.Equal((403, "urn:process-arsenal:problem:cross-site"), (answer.Status, answer.Type));
    }

    [Fact]
    public async Task Our_own_site_may_ask_and_nobody_is_promised_more()
    {
        Assert.Equal(200, (await Client.Ask(HttpMethod.Get, List, Client.Admin, request => request.Headers.Add("Origin", Client.Address))).Status);
        string answer = await Client.Say($"GET {List}?limit=1 HTTP/1.1\r\nHost: localhost:{fixture.Exporter.ControlPort}\r\nAuthorization: Bearer {Client.Admin}\r\nConnection: close\r\n\r\n", Soon);
        Assert.DoesNotContain("Access-Control", answer, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Set-Cookie", answer, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Server:", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Cache-Control: no-store", answer, StringComparison.Ordinal);
        Assert.Contains("X-Content-Type-Options: nosniff", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evil.example", 403)]
    [InlineData("evil.example:9465", 403)]
    [InlineData("localhost.evil.example", 403)]
    [InlineData("127.0.0.1.evil.example", 403)]
    [InlineData("localhost", 200)]
    [InlineData("LOCALHOST:1", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("[::1]:9465", 200)]
    public async Task A_name_that_somebody_had_resolve_to_us_is_refused(string host, int status)
    {
        string answer = await Client.Say($"GET {List}?limit=1 HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {Client.Admin}\r\nConnection: close\r\n\r\n", Soon);
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        if (status == 403) Assert.Contains("host-refused", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_name_of_this_host_is_its_own()
    {
        string answer = await Client.Say($"GET {List}?limit=1 HTTP/1.1\r\nHost: {Dns.GetHostName()}\r\nAuthorization: Bearer {Client.Admin}\r\nConnection: close\r\n\r\n", Soon);
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
    }

    /// <summary>It is not read to its end, whoever sends it.</summary>
    [Theory]
    [InlineData(true, "Content-Length: 104857600")]
    [InlineData(false, "Content-Length: 104857600")]
    [InlineData(true, "Transfer-Encoding: chunked")]
    public async Task A_body_of_100_MB_is_refused_before_it_is_sent(bool hasToken, string length)
    {
        string token = hasToken ? $"Authorization: Bearer {Client.Admin}\r\n" : "";
        string answer = await Client.Say($"POST {List} HTTP/1.1\r\nHost: localhost\r\n{token}{length}\r\n\r\n", Soon);
        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("body-too-large", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET " + List + "?where={0} HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET " + List + " HTTP/1.1\r\nHost: localhost\r\nX: {0}\r\n\r\n")]
    public async Task A_head_of_a_request_that_is_too_long_is_refused(string request)
    {
        string answer = await Client.Say(request.Replace("{0}", new string('a', 40_000), StringComparison.Ordinal), Soon);
        Assert.Matches("^HTTP/1.1 (414|431|400) |^$", answer.Split('\n')[0]);
    }

    [Fact]
    public async Task A_request_that_never_ends_is_hung_up_on()
    {
        using TcpClient slow = await Client.Connect();
        NetworkStream stream = slow.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {List} HTTP/1.1\r\nHost: localhost\r\n"), TestContext.Current.CancellationToken);
        long began = TimeProvider.System.GetTimestamp();
        Task<int> end = stream.ReadAsync(new byte[1024], TestContext.Current.CancellationToken).AsTask();
        await Eventually.True("the end", async () =>
        {
            if (end.IsCompleted) return true;
            await stream.WriteAsync("X: a\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            return false;
        });
        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 2, 20);
    }

    /// <summary>Whoever holds all the connections that there may be, and asks nothing, makes room for those who do ask.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_holds_connections_keeps_nobody_out(bool ofMetrics)
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, "dotnet: { attach: none }\n");
        using var client = new ControlClient(exporter);
        int port = ofMetrics ? exporter.Port : exporter.ControlPort;
        var held = new List<TcpClient>();
        try
        {
            for (int i = 0; i < 400; i++)
            {
                var connection = new TcpClient();
                await connection.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
                held.Add(connection);
                if (ofMetrics && i % 2 == 0) await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"), TestContext.Current.CancellationToken);
            }
            long began = TimeProvider.System.GetTimestamp();
            for (int i = 0; i < 20; i++)
            {
                // A connection of its own each time.
                if (ofMetrics)
                {
                    using var http = new HttpClient();
                    Assert.Contains("arsenal_ticks_total", await http.GetStringAsync($"http://127.0.0.1:{port}/metrics", TestContext.Current.CancellationToken), StringComparison.Ordinal);
                }
                else
                {
                    using var other = new ControlClient(exporter);
                    Assert.Equal(200, (await other.Ask(HttpMethod.Get, "/api/v1/groups", other.Admin)).Status);
                }
            }
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(10));
        }
        finally
        {
            foreach (TcpClient connection in held) connection.Dispose();
        }
        Assert.DoesNotContain("Kestrel.Connections", exporter.Log, StringComparison.Ordinal);
    }

    /// <summary>They take no more than a share of our descriptors, and metrics are answered all the while.</summary>
    [Fact]
    public async Task Ten_thousand_connections_are_bounded_and_end()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, "dotnet: { attach: none }\n");
        using var client = new ControlClient(exporter);
        int before = Sockets(exporter.Pid), most = 0;
        var connections = new List<TcpClient>();
        try
        {
            for (int i = 0; i < 10_000; i++)
            {
                if (connections.Count >= 500)
                {
                    connections[0].Dispose(); // We must not run out of ports and descriptors before it does.
                    connections.RemoveAt(0);
                }
                connections.Add(await client.Connect());
                if (i % 500 != 0) continue;
                most = Math.Max(most, Sockets(exporter.Pid));
                Assert.Equal(HttpStatusCode.OK, await exporter.Status("/readyz"));
            }
            // Those beyond 256 are hung up on, though their other end stays.
            await Eventually.True("the rest is let go of", () => Sockets(exporter.Pid) - before <= 300, () => $"{Sockets(exporter.Pid)} sockets, {before} before");
        }
        finally
        {
            foreach (TcpClient connection in connections) connection.Dispose();
        }
        Assert.True(most - before <= 1000, $"{most - before} more sockets");
        await Eventually.True("it answers again", async () =>
        {
            try
            {
                return (await client.Ask(HttpMethod.Get, List, client.Admin)).Status == 200;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    /// <summary>Of all its descriptors: those of processes grow with what starts beside this test.</summary>
    private static int Sockets(int pid) =>
        new DirectoryInfo($"/proc/{pid}/fd").EnumerateFiles().Count(each => each.LinkTarget is { } target && target.StartsWith("socket:", StringComparison.Ordinal));

    [Fact]
    public async Task Who_is_refused_is_logged_and_no_secret_is()
    {
        // One of its own: of what is refused sixty lines a minute are logged, and other tests are refused as often.
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, "dotnet: { attach: none }\n");
        using var client = new ControlClient(exporter);
        await client.Ask(HttpMethod.Get, List + "?where=name%3D%22hidden%22", "wrong-token-1234");
        await client.Ask(HttpMethod.Get, List, client.Responder);
        await Eventually.True("the log", () => exporter.Log.Contains("Refused 127.0.0.1: GET /api/v1/processes: 403", StringComparison.Ordinal), () => exporter.Log);
        foreach (string secret in (string[])["wrong-token-1234", "hidden", client.Admin, client.Responder])
            Assert.DoesNotContain(secret, exporter.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://0.0.0.0:9465", "by https only")]
    [InlineData("https://0.0.0.0:9465", "takes a certificate")]
    public async Task It_does_not_listen_to_other_hosts_in_the_clear(string url, string words)
    {
        Command refused = await Command.Run(Repository.Program, ["serve", "--listen-control", url, "--state-directory", fixture.Scratch.PathOf("none")]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(words, refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Https_shows_its_certificate_and_asks_for_one_where_it_is_told_to()
    {
        using Scratch scratch = new();
        OtlpReceiverTls tls = Certificates.Make(scratch);
        int port = ExporterProcess.FreePort();
        string config = string.Create(CultureInfo.InvariantCulture,
            $$"""
            dotnet: { attach: none }
            listen: { tls: { certificate: {{tls.Certificate}}, key: {{tls.Key}}, client_ca: {{tls.Certificate}} } }
            """);
        await using ExporterProcess exporter = await ExporterProcess.Start(scratch, config, control: $"https://127.0.0.1:{port}");
        string token = (await File.ReadAllTextAsync(Path.Join(exporter.State, "admin.token"), TestContext.Current.CancellationToken)).Trim();
        Assert.Equal(HttpStatusCode.OK, await Ask(withCertificate: true));
        await Assert.ThrowsAsync<HttpRequestException>(() => Ask(withCertificate: false));

        async Task<HttpStatusCode> Ask(bool withCertificate)
        {
            using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown?.Subject == "CN=process-arsenal-test" };
            if (withCertificate) handler.ClientCertificates.Add(System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPemFile(tls.Certificate, tls.Key));
            using var http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(10) };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using HttpResponseMessage answer = await http.GetAsync(new Uri($"https://127.0.0.1:{port}{List}"), TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }
    }
}
