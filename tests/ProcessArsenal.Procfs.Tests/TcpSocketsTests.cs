using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ProcessArsenal.Procfs.Tests.Support;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Procfs.Tests;

public sealed class TcpSocketsTests
{
    private static readonly IPEndPoint Here = new(IPAddress.Loopback, 0x1234), There = new(IPAddress.Parse("10.1.2.3"), 443);

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    public void Both_ends_of_a_real_connection_are_told_with_what_went_through(string address, bool isDual)
    {
        Assert.SkipUnless(isDual is false || Socket.OSSupportsIPv6, "There is no IPv6 here.");
        using Socket listener = Listen(isDual);
        using Socket client = Connect(address, listener);
        using Socket server = listener.Accept();
        client.Send(new byte[1000]);
        server.Send(new byte[77]);
        Assert.Equal(40, server.Receive(new byte[40]));
        Dictionary<uint, TcpSocket> all = [];
        Assert.True(TcpSockets.TryRead(TcpStates.Live, socket => all[socket.Inode] = socket, static () => false));
        TcpSocket ours = all[InodeOf(client)], theirs = all[InodeOf(server)], listening = all[InodeOf(listener)];
        Assert.Equal((ours.Local, ours.Remote), (theirs.Remote, theirs.Local));
        Assert.Equal($"{new IPEndPoint(IPAddress.Parse(address), PortOf(listener))}", ours.Remote.ToString());
        Assert.Equal((1000UL, 77UL, 77U, TcpState.Established), (ours.BytesSent, ours.BytesReceived, ours.ReceiveQueue, ours.State));
        Assert.Equal((77UL, 1000UL, 960U), (theirs.BytesSent, theirs.BytesReceived, theirs.ReceiveQueue));
        Assert.NotEqual(ours.Cookie, theirs.Cookie);
        foreach (TcpSocket socket in (TcpSocket[])[ours, theirs, listening])
            Assert.Equal(Assert.Single(Tables(), told => told.Inode == socket.Inode), ProcNetSockets.Of(socket)); // The same in both ways.
        Assert.Equal((TcpState.Listen, true, (ushort)0), (listening.State, listening.Local.IsAnyAddress, listening.Remote.Port));
    }

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("::1", true)]
    public async Task The_end_of_both_is_told_with_all_that_went_through(string address, bool isDual)
    {
        Assert.SkipUnless(isDual is false || Socket.OSSupportsIPv6, "There is no IPv6 here.");
        using TcpEndings endings = TcpEndings.Open(1 << 20, out string needs)!;
        Assert.Equal("", needs);
        using Socket listener = Listen(isDual);
        Socket client = Connect(address, listener);
        Socket server = listener.Accept();
        int port = ((IPEndPoint)client.LocalEndPoint!).Port;
        client.Send(new byte[1000]);
        Assert.Equal(1000, server.Receive(new byte[2000]));
        client.Dispose();
        Assert.Equal(0, server.Receive(new byte[1]));
        server.Dispose();
        TcpSocket? ours = null, theirs = null;
        await Eventually.True("both ends are told", () =>
        {
            while (endings.TryReceive(out TcpSocket socket))
            {
                if (socket.Local.Port == port) ours = socket;
                if (socket.Remote.Port == port) theirs = socket;
            }
            return ours is not null && theirs is not null;
        });
        Assert.Equal((TcpState.Closed, 0U, null), (ours!.Value.State, ours.Value.Inode, ours.Value.UserId));
        Assert.Equal((1000UL, 1002UL, 1UL), (ours.Value.BytesSent, ours.Value.BytesAcknowledged, ours.Value.BytesReceived)); // SYN and FIN
        Assert.Equal((0UL, 1UL, 1001UL), (theirs!.Value.BytesSent, theirs.Value.BytesAcknowledged, theirs.Value.BytesReceived));
        Assert.Equal(0U, endings.Lost);
    }

    [Fact]
    public async Task Endings_for_which_there_was_no_room_are_counted()
    {
        using TcpEndings endings = TcpEndings.Open(1, out _)!; // The kernel takes that as its least.
        using Socket listener = Listen(isDual: false);
        int opened = 0;
        await Eventually.True("some are lost", () =>
        {
            Connect("127.0.0.1", listener).Dispose();
            listener.Accept().Dispose();
            opened++;
            return endings.Lost > 0;
        });
        int told = 0;
        while (endings.TryReceive(out _)) told++;
        Assert.InRange(told, 1, 2 * opened);
    }

    [Theory]
    [InlineData(280, 5UL, 6UL, 8UL)]
    [InlineData(216, 5UL, 6UL, 8UL)]
    [InlineData(208, 5UL, 6UL, null)] // Linux 4.18
    [InlineData(136, 5UL, 6UL, null)]
    [InlineData(104, null, null, null)] // Linux 4.0
    [InlineData(0, null, null, null)]
    public void What_an_older_kernel_does_not_tell_is_missing(int length, ulong? acknowledged, ulong? received, ulong? sent)
    {
        TcpSocket socket = Assert.Single(Parse(DiagMessage.Tcp(Here, There, info: DiagMessage.Info(length, 5, 6, 10, 2))));
        Assert.Equal((acknowledged, received, sent), (socket.BytesAcknowledged, socket.BytesReceived, socket.BytesSent));
    }

    [Fact]
    public void All_of_a_message_is_read()
    {
        var expected = new TcpSocket
        {
            State = TcpState.CloseWait,
            Local = new TcpEndpoint(TcpEndpoint.AddressOf(Here.Address), 0x1234),
            Remote = new TcpEndpoint(TcpEndpoint.AddressOf(There.Address), 443),
            Cookie = 0x1_0000_0002,
            Inode = 9,
            UserId = 1000,
            ReceiveQueue = 3,
            SendQueue = 4,
        };
        Assert.Equal([expected], Parse(DiagMessage.Tcp(Here, There, TcpState.CloseWait, 0x1_0000_0002, 9)));
        Assert.Empty(Parse(DiagMessage.Tcp(Here, There, protocol: 132))); // SCTP, which shares the groups
        ReadOnlySpan<byte> ending = DiagMessage.Tcp(Here, There, TcpState.Closed, 7, 0, DiagMessage.Info(280, 2, 3, 1, 0), protocol: 6);
        Assert.True(TcpEndings.TryNext(ref ending, out TcpSocket socket));
        Assert.Equal((7UL, null, 2UL), (socket.Cookie, socket.UserId, socket.BytesAcknowledged));
    }

    [Fact]
    public void One_that_was_disconnected_before_it_ended_says_nothing_of_bytes()
    {
        ReadOnlySpan<byte> ending = DiagMessage.Tcp(Here, new IPEndPoint(IPAddress.Any, 0), TcpState.Closed, 7, 0, DiagMessage.Info(280, 0, 0, 0, 0), protocol: 6);
        Assert.True(TcpEndings.TryNext(ref ending, out TcpSocket socket));
        Assert.Equal((null, null, null), (socket.BytesAcknowledged, socket.BytesReceived, socket.BytesSent));
    }

    [Fact]
    public void An_IPv4_address_is_the_same_in_an_IPv6_socket()
    {
        TcpSocket four = Assert.Single(Parse(DiagMessage.Tcp(Here, There)));
        Assert.False(four.IsIPv6);
        TcpSocket six = Assert.Single(Parse(DiagMessage.Tcp(new IPEndPoint(Here.Address.MapToIPv6(), Here.Port), new IPEndPoint(There.Address.MapToIPv6(), There.Port))));
        Assert.True(six.IsIPv6);
        Assert.Equal((four.Local, four.Remote), (six.Local, six.Remote));
        Assert.Equal("127.0.0.1:4660", six.Local.ToString());
        Assert.True(six.Local.IsLoopback && !six.Remote.IsLoopback);
        Assert.True(new TcpEndpoint(TcpEndpoint.AddressOf(IPAddress.IPv6Loopback), 1).IsLoopback);
        Assert.True(new TcpEndpoint(TcpEndpoint.AddressOf(IPAddress.Any), 1).IsAnyAddress && new TcpEndpoint(TcpEndpoint.AddressOf(IPAddress.IPv6Any), 1).IsAnyAddress);
        Assert.Equal("[fe80::1]:80", new TcpEndpoint(TcpEndpoint.AddressOf(IPAddress.Parse("fe80::1")), 80).ToString());
    }

    private static List<ProcSocket> Tables()
    {
        List<ProcSocket> sockets = [];
        foreach (string table in (string[])["tcp", "tcp6"])
            if (File.Exists("/proc/self/net/" + table)) ProcNetSockets.ReadInternet(File.ReadAllBytes("/proc/self/net/" + table), table, sockets.Add);
        return sockets;
    }

    private static List<TcpSocket> Parse(byte[] datagram)
    {
        List<TcpSocket> sockets = [];
        Assert.Null(TcpSockets.Parse(datagram, sockets.Add));
        return sockets;
    }

    private static Socket Listen(bool isDual)
    {
        Socket listener = isDual ? new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true } : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(isDual ? IPAddress.IPv6Any : IPAddress.Any, 0));
        listener.Listen();
        return listener;
    }

    private static Socket Connect(string address, Socket listener)
    {
        var to = new IPEndPoint(IPAddress.Parse(address), PortOf(listener));
        var client = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(to);
        return client;
    }

    private static int PortOf(Socket listener) => ((IPEndPoint)listener.LocalEndPoint!).Port;

    private static uint InodeOf(Socket socket)
    {
        string target = new FileInfo($"/proc/self/fd/{socket.Handle}").LinkTarget!; // socket:[12345]
        return uint.Parse(target.AsSpan("socket:[".Length, target.Length - "socket:[]".Length), CultureInfo.InvariantCulture);
    }
}
