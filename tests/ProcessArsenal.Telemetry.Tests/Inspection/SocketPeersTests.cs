using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Inspection;

namespace ProcessArsenal.Telemetry.Tests.Inspection;

/// <summary>Real connections: who holds the other end is told, whichever end is looked at.</summary>
public sealed class SocketPeersTests
{
    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    public async Task The_peer_of_a_connection_is_told_on_both_sides(string address, bool listensToBoth)
    {
        Assert.SkipUnless(listensToBoth is false || Socket.OSSupportsIPv6, "There is no IPv6 here.");
        using Socket listener = listensToBoth ? new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true } : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(listensToBoth ? IPAddress.IPv6Any : IPAddress.Loopback, 0));
        listener.Listen();
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        using Process bash = Process.Start(new ProcessStartInfo("bash", ["-c", string.Create(CultureInfo.InvariantCulture, $"exec 7<>/dev/tcp/{address}/{port}; read -r end")]) { RedirectStandardInput = true })!;
        using Socket accepted = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        accepted.Send(new byte[1000]); // Which it does not read.
        using ProcFs proc = ProcFs.Open();
        var inspector = new ProcessInspector(proc, TimeProvider.System);
        SocketUse theirs = Assert.Single((await Inspect(inspector, proc, bash.Id)).Sockets!.List, static socket => socket.Protocol.StartsWith("tcp", StringComparison.Ordinal));
        SocketUse ours = Assert.Single((await Inspect(inspector, proc, Environment.ProcessId)).Sockets!.List, socket => socket.Local == theirs.Remote && socket.Remote == theirs.Local);
        bash.StandardInput.Close();
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((Environment.ProcessId, 1000U, 7), (theirs.Peer?.Pid, theirs.ReceiveQueue, theirs.Fd));
        Assert.Equal((bash.Id, "bash"), (ours.Peer?.Pid, ours.Peer?.Name));
        Assert.StartsWith($"{bash.Id}-", ours.Peer!.Identity, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_peer_of_a_unix_socket_is_told_with_what_it_has_not_read()
    {
        string path = Path.Join(Path.GetTempPath(), $"peers-{Environment.ProcessId}");
        File.Delete(path);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(path));
        using Socket server = listener.Accept();
        File.Delete(path);
        client.Send(new byte[77]);
        using ProcFs proc = ProcFs.Open();
        IReadOnlyList<SocketUse> sockets = (await Inspect(new ProcessInspector(proc, TimeProvider.System), proc, Environment.ProcessId)).Sockets!.List;
        SocketUse read = Assert.Single(sockets, socket => socket.Local == path && socket.State == "established");
        Assert.Equal((77U, 0U, Environment.ProcessId), (read.ReceiveQueue, read.SendQueue, read.Peer?.Pid));
        Assert.Contains(sockets, static socket => socket is { Protocol: "unix_stream", SendQueue: 77, Peer.Pid: var pid } && pid == Environment.ProcessId);
    }

    [Fact]
    public async Task One_whose_other_end_is_elsewhere_has_none()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using ProcFs proc = ProcFs.Open();
        ProcessInspection process = await Inspect(new ProcessInspector(proc, TimeProvider.System), proc, Environment.ProcessId);
        SocketUse socket = Assert.Single(process.Sockets!.List, socket => socket.State == "listen" && socket.Local == listener.LocalEndpoint.ToString());
        Assert.Null(socket.Peer);
    }

    [Fact]
    public async Task Each_that_is_listed_is_told_with_its_descriptor_and_the_others_are_counted()
    {
        Socket[] listeners = [.. Enumerable.Range(0, 5).Select(static _ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))];
        foreach (Socket listener in listeners)
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
        }
        using ProcFs proc = ProcFs.Open();
        var inspector = new ProcessInspector(proc, TimeProvider.System);
        SocketList all = (await Inspect(inspector, proc, Environment.ProcessId)).Sockets!, some = (await Inspect(inspector, proc, Environment.ProcessId, most: 3)).Sockets!;
        foreach (Socket listener in listeners)
        {
            Assert.Equal(listener.Handle, Assert.Single(all.List, socket => socket.State == "listen" && socket.Local == listener.LocalEndPoint!.ToString()).Fd);
            listener.Dispose();
        }
        Assert.Equal(all.Count, all.List.Count + (all.Omitted ?? 0));
        Assert.Equal(3, some.List.Count);
        Assert.Equal(some.Count, 3 + some.Omitted);
    }

    [Fact]
    public async Task One_that_several_descriptors_lead_to_is_listed_once_with_the_lowest()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string script = string.Create(CultureInfo.InvariantCulture, $"exec 9<>/dev/tcp/127.0.0.1/{((IPEndPoint)listener.LocalEndpoint).Port} 6<&9 8<&9; echo; read -r end");
        using Process bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await bash.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        using ProcFs proc = ProcFs.Open();
        SocketList sockets = (await Inspect(new ProcessInspector(proc, TimeProvider.System), proc, bash.Id)).Sockets!;
        bash.StandardInput.Close();
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(6, Assert.Single(sockets.List, static socket => socket.Protocol == "tcp").Fd);
    }

    /// <summary>As if sockets that wait after their end took all of the tables.</summary>
    [Fact]
    public async Task Of_our_own_namespace_no_socket_of_TCP_is_lost_in_a_long_table()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken);
        using Socket server = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        using ProcFs proc = ProcFs.Open();
        IReadOnlyList<SocketUse> sockets = (await Inspect(new ProcessInspector(proc, TimeProvider.System), proc, Environment.ProcessId, most: 4096, mostTableBytes: 256)).Sockets!.List;
        SocketUse theirs = Assert.Single(sockets, socket => socket.Fd == server.Handle);
        Assert.Equal((client.Client.LocalEndPoint!.ToString(), "established", Environment.ProcessId), (theirs.Remote, theirs.State, theirs.Peer?.Pid));
    }

    private static async Task<ProcessInspection> Inspect(ProcessInspector inspector, ProcFs proc, int pid, int most = 4096, int mostTableBytes = 4 << 20) =>
        (await inspector.InspectAsync(Subjects.Find(proc, pid), new InspectionOptions { MostSockets = most, MostTableBytes = mostTableBytes }, readSmaps: false, TestContext.Current.CancellationToken))!;
}
