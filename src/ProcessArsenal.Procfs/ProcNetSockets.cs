using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;
using System.Text;

namespace ProcessArsenal.Procfs;

/// <summary>/proc/PID/net/{tcp,tcp6,udp,udp6,unix} (proc_pid_net(5), net/ipv4/tcp_ipv4.c, net/unix/af_unix.c): the sockets of a network namespace.</summary>
public static class ProcNetSockets
{
    /// <summary>include/net/tcp_states.h, from 1 on.</summary>
    private static readonly string[] TcpStates =
        ["established", "syn_sent", "syn_received", "fin_wait_1", "fin_wait_2", "time_wait", "close", "close_wait", "last_ack", "listen", "closing", "new_syn_received"];

    /// <summary>Longest path of a unix socket that is kept: as long as an address can be (unix(7)).</summary>
    private const int MaxPath = 108;

    /// <summary>Goes through a table of TCP or UDP. Lines of another shape, and a last one without an end, are passed over.</summary>
    /// <param name="protocol">Of the sockets: <c>tcp</c>, <c>udp6</c>, ...</param>
    /// <param name="each">Told each.</param>
    public static void ReadInternet(ReadOnlySpan<byte> text, string protocol, Action<ProcSocket> each)
    {
        var lines = new Utf8Scanner(text[..(text.LastIndexOf((byte)'\n') + 1)]);
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            // "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 12345 ..."
            var s = new Utf8Scanner(line);
            if (!s.ReadWord().EndsWith(":"u8) || !TryReadEndpoint(s.ReadWord(), out IPEndPoint? local) || !TryReadEndpoint(s.ReadWord(), out IPEndPoint? remote)) continue;
            ReadOnlySpan<byte> state = s.ReadWord(), queues = s.ReadWord();
            if (!TryReadHexadecimal(state, out uint number) || queues.Length != 17 || queues[8] != ':') continue;
            if (!TryReadHexadecimal(queues[..8], out uint sending) || !TryReadHexadecimal(queues[9..], out uint receiving)) continue;
            if (!s.TrySkipWords(2) || !s.TryReadUInt64(out _) || !s.TrySkipWords(1) || !s.TryReadUInt64(out ulong inode)) continue;
            string name = protocol.StartsWith("tcp", StringComparison.Ordinal) ? NameOf(number) : number == 1 ? "established" : "unconnected";
            each(new ProcSocket(protocol, inode, local.ToString(), remote.Port == 0 ? null : remote.ToString(), name, receiving, sending));
        }
    }

    /// <summary>A socket that sock_diag(7) tells of, as the table of its protocol has it.</summary>
    public static ProcSocket Of(in TcpSocket socket) => new(
        socket.IsIPv6 ? "tcp6" : "tcp", socket.Inode, socket.Local.ToString(), socket.Remote.Port == 0 ? null : socket.Remote.ToString(), NameOf((uint)socket.State),
        socket.ReceiveQueue, socket.State == TcpState.Listen ? 0 : socket.SendQueue); // Of one that listens, that is another thing there.

    private static string NameOf(uint state) => state >= 1 && state <= TcpStates.Length ? TcpStates[state - 1] : "unconnected";

    /// <summary>Goes through the table of unix sockets, as <see cref="ReadInternet"/>.</summary>
    public static void ReadUnix(ReadOnlySpan<byte> text, Action<ProcSocket> each)
    {
        var lines = new Utf8Scanner(text[..(text.LastIndexOf((byte)'\n') + 1)]);
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            // "0000000000000000: 00000002 00000000 00010000 0001 01 20914 /run/systemd/private"
            var s = new Utf8Scanner(line);
            if (!s.ReadWord().EndsWith(":"u8) || !s.TrySkipWords(2)) continue;
            ReadOnlySpan<byte> flags = s.ReadWord(), type = s.ReadWord(), state = s.ReadWord();
            if (!TryReadHexadecimal(flags, out uint bits) || !TryReadHexadecimal(type, out uint kind) || !TryReadHexadecimal(state, out uint number) || !s.TryReadUInt64(out ulong inode)) continue;
            s.SkipBlanks();
            ReadOnlySpan<byte> path = s.Rest[..Math.Min(s.Rest.Length, MaxPath)];
            bool isListening = (bits & 0x10000) != 0; // __SO_ACCEPTCON
            string name = isListening ? "listen" : number switch { 1 => "unconnected", 2 => "connecting", 3 => "established", 4 => "disconnecting", _ => "unconnected" };
            each(new ProcSocket(kind switch { 2 => "unix_datagram", 5 => "unix_seqpacket", _ => "unix_stream" }, inode, path.IsEmpty ? null : Encoding.UTF8.GetString(path), null, name, null, null));
        }
    }

    /// <summary>An address as the machine has it in memory, 32 bits at a time, and a port.</summary>
    private static bool TryReadEndpoint(ReadOnlySpan<byte> text, out IPEndPoint endpoint)
    {
        endpoint = null!;
        int colon = text.IndexOf((byte)':');
        if (colon is not (8 or 32) || text.Length != colon + 5 || !TryReadHexadecimal(text[(colon + 1)..], out uint port)) return false;
        Span<byte> address = stackalloc byte[16];
        for (int word = 0; word < colon / 8; word++)
        {
            if (!TryReadHexadecimal(text.Slice(word * 8, 8), out uint value)) return false;
            if (BitConverter.IsLittleEndian) BinaryPrimitives.WriteUInt32LittleEndian(address[(word * 4)..], value);
            else BinaryPrimitives.WriteUInt32BigEndian(address[(word * 4)..], value);
        }
        var ip = new IPAddress(address[..(colon / 2)]);
        endpoint = new IPEndPoint(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip, (int)port);
        return true;
    }

    private static bool TryReadHexadecimal(ReadOnlySpan<byte> text, out uint value) =>
        Utf8Parser.TryParse(text, out value, out int used, 'x') && used == text.Length && text.Length > 0;
}

/// <summary>A socket.</summary>
/// <param name="Protocol"><c>tcp</c>, <c>tcp6</c>, <c>udp</c>, <c>udp6</c>, <c>unix_stream</c>, <c>unix_datagram</c> or <c>unix_seqpacket</c>.</param>
/// <param name="Inode">As in <c>socket:[inode]</c>.</param>
/// <param name="Local">Address and port; the path of a unix socket, which its owner chose; null if it has none.</param>
/// <param name="Remote">Null if it is not connected, or is a unix socket.</param>
/// <param name="State">As netstat(8) has it, in lower case.</param>
/// <param name="ReceiveQueue">Bytes that wait to be read; of a TCP socket that listens, connections that wait to be accepted. Null if that is not told.</param>
/// <param name="SendQueue">Bytes that are not acknowledged yet. Null if that is not told.</param>
public readonly record struct ProcSocket(string Protocol, ulong Inode, string? Local, string? Remote, string State, uint? ReceiveQueue, uint? SendQueue);
