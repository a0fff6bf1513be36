using System.Net;
using System.Net.Sockets;
using System.Text;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Procfs;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Control.Tests.Supervision;

/// <summary>What is said to a child, and asked of it; and its log while it runs.</summary>
public sealed class MessageAndHealthTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly SupervisionPlace _place = new();

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task Lines_arrive_whole_and_in_order_in_each_life()
    {
        _place.Start(SupervisionPlace.Script("orders", "while read line; do test \"$line\" = crash && exit 1; echo \"<$line>\"; done"));
        await _place.Becomes("Running");
        ProcessIdentity child = _place.Child().Identity!.Value;
        string longest = new('x', ChildInput.LongestMessage - 1);
        Assert.Null(await _place.Send("orders", "one", Patience));
        Assert.Null(await _place.Send("orders", longest, Patience));
        Assert.Null(await _place.Send("orders", "crash", Patience));
        Assert.NotEqual(child, await _place.Next(child));
        Assert.Null(await _place.Send("orders", "two", Patience));
        await _place.Says("<two>");
        Assert.Equal($"<one>\n<{longest}>\n<two>\n", _place.Output());
    }

    [Theory]
    [InlineData("a\nb", "a message is one line")]
    [InlineData("a\rb", "a message is one line")]
    [InlineData("a\0b", "a message is one line")]
    public void What_is_no_line_is_refused(string line, string why) => Assert.StartsWith(why, ChildInput.Error(line), StringComparison.Ordinal);

    [Fact]
    public async Task A_message_that_can_not_be_given_is_refused_within_its_time()
    {
        _place.Start(SupervisionPlace.Sleeper("orders"), SupervisionPlace.Script("closed", "exec sleep 1000 < /dev/null"));
        await _place.Becomes("Running Running");
        Assert.Equal("a message has at most 4095 bytes, this one 4096", await _place.Send("orders", new string('x', 4096), Patience));
        await Eventually.True("it has closed its input", () => new FileInfo($"/proc/{_place.Child(1).Identity!.Value.Pid}/fd/0").LinkTarget == "/dev/null");
        Assert.StartsWith("it does not read its standard input", await _place.Send("closed", "x", Patience), StringComparison.Ordinal);
        string? why = null;
        int sent = 0;
        for (; sent < 100 && why is null; sent++) why = await _place.Send("orders", new string('x', 4000), TimeSpan.FromMilliseconds(200));
        Assert.Equal("its standard input was full for 0.2 s: it does not read it", why);
        Assert.InRange(sent, 2, 50);
        await _place.Stop("orders");
        Assert.Equal("it does not run", await _place.Send("orders", "x", Patience));
        Assert.Equal("there is no child 'none' in the supervisor 'shop'", await _place.Send("none", "x", Patience));
    }

    [Fact]
    public async Task One_that_answers_no_more_is_stopped_and_started_again()
    {
        using var server = new Answerer();
        _place.Start(SupervisionPlace.Sleeper("orders") with
        {
            Health = new HealthSpec(server.Address) { Interval = TimeSpan.FromMilliseconds(100), Failures = 3, Timeout = TimeSpan.FromSeconds(1), StartPeriod = TimeSpan.FromHours(1) },
        });
        await Eventually.True("it is well", () => _place.Child().Health is { IsHealthy: true, Failures: 0 });
        ProcessIdentity child = _place.Child().Identity!.Value;
        server.Status = 503;
        await _place.Next(child);
        Assert.Contains("stopped as 3 health checks in a row failed", _place.Child().LastEnd!.Why, StringComparison.Ordinal);
        Assert.Contains("answers 503", _place.Child().LastEnd!.Why, StringComparison.Ordinal);
        Assert.Equal((1, 1), (_place.View.RestartsWithin, _place.Child().Restarts));
        Assert.False(_place.Lives(child));
        await Eventually.True("it is not well", () => _place.Child().Health is { IsHealthy: false, Failures: 0 }); // They don't count yet.
        server.Status = 302;
        await Eventually.True("a redirect is an answer", () => _place.Child().Health is { IsHealthy: true });
    }

    [Fact]
    public async Task A_check_takes_no_longer_than_it_may()
    {
        using var server = new Answerer { Status = 0 };
        using var check = new HealthCheck();
        var spec = new HealthSpec(server.Address) { Timeout = TimeSpan.FromMilliseconds(200) };
        Assert.EndsWith("did not answer within 0.2 s", await check.AskAsync(spec, TimeProvider.System, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Uri address = server.Address;
        server.Dispose();
        Assert.Contains("can't be asked", await check.AskAsync(spec with { Http = address, Timeout = TimeSpan.FromSeconds(5) }, TimeProvider.System, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_of_one_that_runs_is_rotated()
    {
        string log = Path.Join(_place.State, "own.log");
        _place.Start(SupervisionPlace.Script("orders", "while :; do echo 0123456789012345678901234567890123456789012345678901234567890123456789; done") with { Log = new ChildLogSpec(log, 64 << 10, 2) });
        await Eventually.True("rotated twice", () => File.Exists(log + ".2"));
        Assert.Equal(log, _place.Child().Log);
        await _place.Stop("orders");
        await Eventually.True("it is no larger than it may be", () => new FileInfo(log).Length <= 64 << 10);
        Assert.False(File.Exists(log + ".3"));
        Assert.Null(_place.Child().Trouble);
    }

    /// <summary>Answers each connection with a status; 0: never.</summary>
    private sealed class Answerer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly List<TcpClient> _held = [];

        public Answerer()
        {
            _listener.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/healthz");
            _ = Serve();
        }

        public Uri Address { get; }

        public int Status { get; set; } = 200;

        public void Dispose()
        {
            _listener.Dispose();
            foreach (TcpClient client in _held) client.Dispose();
        }

        private async Task Serve()
        {
            try
            {
                while (true)
                {
                    TcpClient client = await _listener.AcceptTcpClientAsync();
                    _held.Add(client);
                    if (Status == 0) continue;
                    NetworkStream stream = client.GetStream();
                    _ = await stream.ReadAsync(new byte[4096]);
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {Status} x\r\nContent-Length: 0\r\nLocation: http://127.0.0.1:1/\r\nConnection: close\r\n\r\n"));
                    client.Close();
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
            {
                // The test is over.
            }
        }
    }
}
