using System.Text;
using CsCheck;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcNetSocketsTests
{
    private const string Tcp =
        """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:1F90 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 12345 1 0000000000000000 100 0 0 10 0
           1: 0100007F:D431 0100007F:1F90 01 00000010:00000020 00:00000000 00000000  1000        0 12346 1 0000000000000000 20 4 30 10 -1
           2: 0100007F:D431 0100007F:1F90 01 00000010:000000

        """;

    [Fact]
    public void Tcp_tells_addresses_state_and_queues()
    {
        Assert.Equal(
            [new ProcSocket("tcp", 12345, "127.0.0.1:8080", null, "listen", 3, 0), new ProcSocket("tcp", 12346, "127.0.0.1:54321", "127.0.0.1:8080", "established", 32, 16)],
            Internet(Tcp, "tcp"));
    }

    [Fact]
    public void Addresses_of_ipv6_are_read_and_mapped_ones_shown_as_what_they_are()
    {
        const string Tcp6 =
            "   0: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 7 1\n"
            + "   1: 0000000000000000FFFF00000100007F:0050 0000000000000000FFFF00000100007F:1000 06 00000000:00000000 00:00000000 00000000     0        0 8 1\n";
        Assert.Equal(["[::1]:80 listen", "127.0.0.1:80 time_wait"], Internet(Tcp6, "tcp6").Select(socket => $"{socket.Local} {socket.State}"));
    }

    [Fact]
    public void Unix_sockets_have_paths_of_any_kind()
    {
        const string Unix =
            "Num       RefCount Protocol Flags    Type St Inode Path\n"
            + "0000000000000000: 00000002 00000000 00010000 0001 01 20914 /run/a socket\n"
            + "0000000000000000: 00000003 00000000 00000000 0001 03 20915\n"
            + "0000000000000000: 00000002 00000000 00000000 0002 01 20916 @/abstract\n"
            + "0000000000000000: 00000002 00000000 00000000 0005 03 209";
        var sockets = new List<ProcSocket>();
        ProcNetSockets.ReadUnix(Encoding.ASCII.GetBytes(Unix), sockets.Add);
        Assert.Equal(
            [("unix_stream", 20914UL, "/run/a socket", "listen"), ("unix_stream", 20915UL, null, "established"), ("unix_datagram", 20916UL, "@/abstract", "unconnected")],
            sockets.Select(socket => (socket.Protocol, socket.Inode, socket.Local, socket.State)));
    }

    [Fact]
    public void Garbage_does_no_harm() => Gen.OneOf(Gen.Byte.Array[0, 300], Mutated(Encoding.ASCII.GetBytes(Tcp))).Sample(bytes =>
    {
        ProcNetSockets.ReadInternet(bytes, "tcp", static _ => { });
        ProcNetSockets.ReadUnix(bytes, static _ => { });
        ProcLimitTable.Parse(bytes);
        CgroupUsage.ParseQuota(bytes);
        ProcEnviron.List(bytes, 5, out _);
    });

    [Fact]
    public void Limits_are_read_whatever_their_names()
    {
        const string Limits =
            "Limit                     Soft Limit           Hard Limit           Units     \n"
            + "Max cpu time              unlimited            unlimited            seconds   \n"
            + "Max open files            1024                 524288               files     \n"
            + "Max nice priority         0                    0                    \n"
            + "Max realtime timeout      unlim";
        Assert.Equal(
            [new ProcLimit("cpu_time", null, null, "seconds"), new ProcLimit("open_files", 1024, 524288, "files"), new ProcLimit("nice_priority", 0, 0, null)],
            ProcLimitTable.Parse(Encoding.ASCII.GetBytes(Limits)));
    }

    [Theory]
    [InlineData("max 100000\n", null)]
    [InlineData("150000 100000\n", 1.5)]
    [InlineData("150000 0\n", null)]
    [InlineData("", null)]
    public void A_quota_is_cores(string text, double? cores) => Assert.Equal(cores, CgroupUsage.ParseQuota(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void The_environment_is_listed_as_far_as_is_asked_for()
    {
        byte[] text = Encoding.UTF8.GetBytes("A=1\0B=x=y\0=no\0noequals\0C=\0D=cut");
        Assert.Equal([new("A", "1"), new("B", "x=y")], ProcEnviron.List(text, 2, out int count));
        Assert.Equal(3, count);
    }

    private static List<ProcSocket> Internet(string text, string protocol)
    {
        var sockets = new List<ProcSocket>();
        ProcNetSockets.ReadInternet(Encoding.ASCII.GetBytes(text), protocol, sockets.Add);
        return sockets;
    }

    private static Gen<byte[]> Mutated(byte[] text) => Gen.Select(Gen.Int[0, text.Length - 1], Gen.Byte, Gen.Int[0, text.Length]).Select((at, value, length) =>
    {
        byte[] copy = [.. text];
        copy[at] = value;
        return copy[..length];
    });
}
