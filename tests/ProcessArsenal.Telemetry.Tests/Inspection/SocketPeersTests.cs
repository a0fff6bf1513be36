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
        Assert.Equal((Environment.ProcessId, 1000U), (theirs.Peer?.Pid, theirs.ReceiveQueue));
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

    private static async Task<ProcessInspection> Inspect(ProcessInspector inspector, ProcFs proc, int pid) =>
        (await inspector.InspectAsync(Subjects.Find(proc, pid), new InspectionOptions { MostSockets = 4096 }, readSmaps: false, TestContext.Current.CancellationToken))!;
}
