using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Flows;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Flows;

/// <summary>Real connections between real processes: what they sent against what is told.</summary>
[Collection(Alone.Name)]
public sealed class MessageFlowTests(ITestOutputHelper output) : IDisposable
{
    private readonly ProcFs _proc = ProcFs.Open();
    private readonly Socket _listener = Listen();
    private readonly CancellationTokenSource _end = new();

    /// <summary>They end as soon as all is sent.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Long_connections_count_what_went_through_within_the_window()
    {
        using Process bash = Bash($"exec 7<>/dev/tcp/127.0.0.1/{Port}; head -c 5000 /dev/zero >&7; read -r go; head -c 300000 /dev/zero >&7; read -r end");
        using Socket server = await _listener.AcceptAsync(Cancellation);
        await Receive(server, 5000); // Before the window: none of its bytes.
        Task<FlowReport> watch = await Watch(TimeSpan.FromSeconds(1));
        await bash.StandardInput.WriteLineAsync("go");
        await Receive(server, 300_000);
        await server.SendAsync(new byte[70], Cancellation); // Which bash does not read.
        FlowReport report = await watch;
        await End(bash);
        FlowPair there = Pair(report, bash.Id, Environment.ProcessId), back = Pair(report, Environment.ProcessId, bash.Id);
        Assert.Equal((300_000UL, 0UL, 1L, 0UL), (there.Bytes, there.InferredBytes, there.Connections, there.ReceiveQueue));
        Assert.Equal((70UL, 1L, 70UL), (back.Bytes, back.Connections, back.ReceiveQueue));
        Assert.Equal(("bash", "tcp"), (there.From.Process!.Name, there.Transport));
        Assert.Equal(0, report.LostMessages);
        Assert.InRange(report.Window, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Many_bytes_of_both_directions_and_address_families_are_told_exactly()
    {
        const int there = 50_000_000, back = 20_000_000;
        Assert.SkipUnless(Socket.OSSupportsIPv6, "There is no IPv6 here.");
        using var dual = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        dual.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        dual.Listen();
        int port = ((IPEndPoint)dual.LocalEndPoint!).Port;
        Task<FlowReport> watch = await Watch(Longest);
        using Process four = Bash($"exec 7<>/dev/tcp/127.0.0.1/{port}; head -c {there} /dev/zero >&7; head -c {back} <&7 >/dev/null; read -r end");
        using Process six = Bash($"exec 7<>/dev/tcp/::1/{port}; head -c {there} /dev/zero >&7; head -c {back} <&7 >/dev/null; read -r end");
        await Task.WhenAll(Exchange(), Exchange());
        await _end.CancelAsync();
        FlowReport report = await watch;
        await End(four);
        await End(six);
        foreach (Process process in new[] { four, six })
        {
            Assert.Equal((there, 1L), ((int)Pair(report, process.Id, Environment.ProcessId).Bytes!, Pair(report, process.Id, Environment.ProcessId).Connections));
            Assert.Equal(back, (int)Pair(report, Environment.ProcessId, process.Id).Bytes!);
        }

        async Task Exchange()
        {
            using Socket server = await dual.AcceptAsync(Cancellation);
            await Receive(server, there);
            await server.SendAsync(new byte[back], Cancellation);
            await ProcessArsenal.Tests.Eventually.True("all is acknowledged", () => IsAcknowledged(server));
        }
    }

    [Fact]
    public async Task A_connection_that_is_reset_counts_what_had_arrived()
    {
        using Socket client = await Connect();
        using Socket server = await _listener.AcceptAsync(Cancellation);
        Task<FlowReport> watch = await Watch(Longest, Identify(Environment.ProcessId));
        await client.SendAsync(new byte[5000], Cancellation);
        await Receive(server, 5000);
        client.LingerState = new LingerOption(enable: true, seconds: 0);
        client.Dispose(); // Which forgets all that it has counted.
        await Assert.ThrowsAsync<SocketException>(async () => await server.ReceiveAsync(new byte[1], Cancellation));
        server.Dispose();
        await _end.CancelAsync();
        FlowReport report = await watch;
        Write(report);
        Assert.InRange(report.Pairs.Where(static pair => pair.Transport == "tcp").Sum(static pair => (long)pair.Bytes!), 4999, 5000);
    }

    [Fact]
    public async Task Processes_in_other_network_namespaces_are_told_as_not_seen()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "A network namespace takes root.");
        using Process other = Process.Start(new ProcessStartInfo("unshare", ["--net", "bash", "-c", "echo ready; read -r end"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("ready", await other.StandardOutput.ReadLineAsync(Cancellation));
        Task<FlowReport> watch = await Watch(TimeSpan.FromMilliseconds(100), Identify(other.Id), Identify(Environment.ProcessId));
        FlowReport report = await watch;
        await End(other);
        Assert.Contains(report.Unavailable, static missed => missed.What == "TCP and unix sockets of 1 processes in other network namespaces");
    }

    [Fact]
    public async Task A_watch_can_be_given_up()
    {
        using var cancelled = new CancellationTokenSource();
        Task<FlowReport> watch = new MessageFlow(_proc, TimeProvider.System).WatchAsync([], new FlowOptions { Window = Longest, Began = cancelled.Cancel }, cancelled.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch);
    }

    [Fact]
    public async Task Ten_thousand_connections_of_one_kilobyte_that_all_end_within_the_window_count_all()
    {
        const int connections = 10_000, size = 1024;
        Task<FlowReport> watch = await Watch(Longest, Identify(Environment.ProcessId));
        long began = TimeProvider.System.GetTimestamp();
        Task serve = Serve(connections);
        byte[] message = new byte[size];
        for (int i = 0; i < connections; i++)
        {
            using Socket client = await Connect();
            await client.SendAsync(message, Cancellation);
        }
        await serve;
        output.WriteLine($"{connections} connections took {TimeProvider.System.GetElapsedTime(began)}");
        await _end.CancelAsync();
        FlowReport report = await watch;
        Write(report);
        FlowPair[] pairs = [.. report.Pairs.Where(pair => pair.Transport == "tcp" && pair.To.Process?.Pid == Environment.ProcessId && pair.Bytes > 0)];
        // Others that this process serves meanwhile, in other tests, are among them.
        Assert.Equal(connections * size, (double)pairs.Sum(static pair => (long)pair.Bytes!), connections * size * 0.001);
        Assert.InRange(pairs.Sum(static pair => pair.Connections), connections, connections + 20);
        Assert.Equal(0, report.LostMessages);
        Assert.Null(report.Other);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Short_connections_of_another_process_are_never_those_of_a_wrong_one(bool isAsked)
    {
        const int connections = 500, size = 1024;
        using Process one = Short(connections), other = Short(connections);
        Task<FlowReport> watch = await Watch(Longest, isAsked ? [Identify(one.Id), Identify(other.Id), Identify(Environment.ProcessId)] : []);
        long began = TimeProvider.System.GetTimestamp();
        Task serve = Serve(2 * connections);
        await one.StandardInput.WriteLineAsync("go");
        await other.StandardInput.WriteLineAsync("go");
        await serve;
        output.WriteLine($"{2 * connections} connections took {TimeProvider.System.GetElapsedTime(began)}");
        await _end.CancelAsync();
        FlowReport report = await watch;
        Write(report);
        FlowPair[] pairs = [.. Received(report, one.Id, other.Id)];
        Assert.Equal(2 * connections * size, pairs.Sum(static pair => (long)pair.Bytes!));
        Assert.Equal(2 * connections, pairs.Sum(static pair => pair.Connections));
        Assert.All(pairs, pair => Assert.True(pair.From.Process is null || pair.Bytes <= connections * size, $"{pair}"));
        await End(one);
        await End(other);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Short_connections_of_one_other_process_are_told(bool isAsked)
    {
        const int connections = 1_000, size = 1024;
        using Process client = Short(connections);
        Task<FlowReport> watch = await Watch(Longest, isAsked ? [Identify(client.Id)] : []);
        long began = TimeProvider.System.GetTimestamp();
        Task serve = Serve(connections);
        await client.StandardInput.WriteLineAsync("go");
        await serve;
        output.WriteLine($"{connections} connections took {TimeProvider.System.GetElapsedTime(began)}");
        await _end.CancelAsync();
        FlowReport report = await watch;
        Write(report);
        FlowPair[] pairs = [.. Received(report, client.Id)];
        Assert.Equal((connections * size, connections), (pairs.Sum(static pair => (long)pair.Bytes!), pairs.Sum(static pair => pair.Connections)));
        Assert.All(pairs, pair => Assert.True(pair.From.Process is null || pair.From.Process.Pid == client.Id, $"{pair}"));
        await End(client);
    }

    public void Dispose()
    {
        _proc.Dispose();
        _listener.Dispose();
        _end.Dispose();
    }

    private int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Returns when the window has begun.</summary>
    private async Task<Task<FlowReport>> Watch(TimeSpan window, params ProcessIdentity[] targets)
    {
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<FlowReport> watch = new MessageFlow(_proc, TimeProvider.System).WatchAsync(targets, new FlowOptions { Window = window, Began = began.SetResult, End = _end.Token }, Cancellation);
        await Task.WhenAny(watch, began.Task);
        return watch;
    }

    /// <summary>Connects again and again, and sends 1 KiB each time.</summary>
    private Process Short(int connections) =>
        Bash($"read -r go; for ((i = 0; i < {connections}; i++)); do exec 7<>/dev/tcp/127.0.0.1/{Port}; printf %01024d 0 >&7; exec 7>&-; done; read -r end");

    /// <summary>Accepts so many, and reads each to its end.</summary>
    private Task Serve(int connections) => Task.Run(async () =>
    {
        byte[] buffer = new byte[4096];
        for (int i = 0; i < connections; i++)
        {
            using Socket server = await _listener.AcceptAsync(Cancellation);
            while (await server.ReceiveAsync(buffer, Cancellation) > 0) { }
        }
    }, Cancellation);

    private ProcessIdentity Identify(int pid)
    {
        _proc.OpenProcess(pid, out ProcessDirectory? directory);
        using (directory) return ProcessOpener.Identify(_proc, directory!)!.Value;
    }

    private async Task<Socket> Connect()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, Port, Cancellation);
        return client;
    }

    private static async Task Receive(Socket socket, int count)
    {
        byte[] buffer = new byte[64 * 1024];
        while (count > 0) count -= await socket.ReceiveAsync(buffer, Cancellation);
        Assert.Equal(0, count);
    }

    private static bool IsAcknowledged(Socket server)
    {
        TcpEndpoint local = EndpointOf(server.LocalEndPoint), remote = EndpointOf(server.RemoteEndPoint);
        uint? waiting = null;
        TcpSockets.TryRead(TcpStates.Live, socket => waiting = socket.Local == local && socket.Remote == remote ? socket.SendQueue : waiting, static () => false);
        return waiting == 0;
    }

    private static TcpEndpoint EndpointOf(EndPoint? endpoint) => new(TcpEndpoint.AddressOf(((IPEndPoint)endpoint!).Address), (ushort)((IPEndPoint)endpoint).Port);

    private static FlowPair Pair(FlowReport report, int from, int to) =>
        Assert.Single(report.Pairs, pair => pair.Transport == "tcp" && pair.From.Process?.Pid == from && pair.To.Process?.Pid == to);

    /// <summary>What this process was sent, but for what others send it whom tests beside this one have started. Bytes that are taken for theirs are missing then.</summary>
    private static IEnumerable<FlowPair> Received(FlowReport report, params int[] from) => report.Pairs.Where(pair => pair.Transport == "tcp" && pair.To.Process?.Pid == Environment.ProcessId && pair.Bytes > 0
        && (pair.From.Process is not { } sender || sender.Pid == Environment.ProcessId || from.Contains(sender.Pid)));

    private void Write(FlowReport report)
    {
        foreach (FlowPair pair in report.Pairs) output.WriteLine(pair.ToString());
        foreach (var missed in report.Unavailable) output.WriteLine(missed.ToString());
        output.WriteLine($"lost {report.LostMessages}, other {report.Other}");
    }

    private static Process Bash(FormattableString script) => Process.Start(new ProcessStartInfo("bash", ["-c", script.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardInput = true })!;

    private static async Task End(Process process)
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync(Cancellation);
    }

    private static Socket Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1024);
        return listener;
    }
}
