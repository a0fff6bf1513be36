using System.Globalization;
using System.Net.Sockets;
using CsCheck;

namespace ProcessArsenal.Procfs.Tests;

public sealed class UnixSocketsTests
{
    private static readonly byte[] Answer = Make(inode: 7, peer: 8, waiting: 5);

    [Fact]
    public void A_real_pair_is_told_with_what_waits_to_be_read()
    {
        string path = Path.Join(Path.GetTempPath(), $"pair-{Environment.ProcessId}");
        File.Delete(path);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(path));
        using Socket server = listener.Accept();
        File.Delete(path);
        server.Send(new byte[300]);
        var sockets = new Dictionary<ulong, UnixSocket>();
        Assert.True(UnixSockets.TryRead(socket => sockets[socket.Inode] = socket, static () => false));
        Assert.Equal(new UnixSocket(InodeOf(client), InodeOf(server), 300), sockets[InodeOf(client)]);
        Assert.Equal(new UnixSocket(InodeOf(server), InodeOf(client), 0), sockets[InodeOf(server)]);
    }

    [Fact]
    public void Answers_are_read_until_the_last()
    {
        var sockets = new List<UnixSocket>();
        Assert.Null(UnixSockets.Parse([.. Answer, .. Make(9, 0, 1), .. Make(10, 11, 0)], sockets.Add));
        Assert.Equal([new UnixSocket(7, 8, 5), new UnixSocket(10, 11, 0)], sockets); // The one in between is connected to nobody.
        Assert.True(UnixSockets.Parse([.. Answer, .. End(3)], sockets.Add));
        Assert.False(UnixSockets.Parse([.. Answer, .. End(2)], sockets.Add));
        Assert.False(UnixSockets.Parse(Answer.AsSpan(0, Answer.Length - 4), sockets.Add));
    }

    [Fact]
    public void Garbage_does_no_harm() => Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[0, 80], Gen.Byte).Sample((garbage, at, value) =>
    {
        UnixSockets.Parse(garbage, static _ => { });
        byte[] mutated = [.. Answer, .. Answer];
        mutated[at % mutated.Length] = value;
        UnixSockets.Parse(mutated, static _ => { });
        UnixSockets.Parse(mutated.AsSpan(0, at % mutated.Length), static _ => { });
    });

    private static byte[] Make(uint inode, uint peer, uint waiting)
    {
        byte[] message = new byte[16 + 16 + 8 + 12];
        BitConverter.TryWriteBytes(message, message.Length);
        BitConverter.TryWriteBytes(message.AsSpan(4), (ushort)20);
        message[16] = 1;
        BitConverter.TryWriteBytes(message.AsSpan(20), inode);
        Attribute(message.AsSpan(32), 2, peer);
        Attribute(message.AsSpan(40), 4, waiting);
        BitConverter.TryWriteBytes(message.AsSpan(40), (ushort)12);
        return message;
    }

    private static void Attribute(Span<byte> at, ushort type, uint value)
    {
        BitConverter.TryWriteBytes(at, (ushort)8);
        BitConverter.TryWriteBytes(at[2..], type);
        BitConverter.TryWriteBytes(at[4..], value);
    }

    private static byte[] End(ushort type)
    {
        byte[] message = new byte[20];
        BitConverter.TryWriteBytes(message, message.Length);
        BitConverter.TryWriteBytes(message.AsSpan(4), type);
        return message;
    }

    private static ulong InodeOf(Socket socket)
    {
        string target = new FileInfo($"/proc/self/fd/{socket.Handle}").LinkTarget!; // socket:[12345]
        return ulong.Parse(target.AsSpan("socket:[".Length, target.Length - "socket:[]".Length), CultureInfo.InvariantCulture);
    }
}
