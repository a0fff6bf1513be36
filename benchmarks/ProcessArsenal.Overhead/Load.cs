using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProcessArsenal.Overhead;

/// <summary>Sends the same request again and again over connections that are kept, a thread for each: the next one when the answer is there.</summary>
internal sealed class Load : IDisposable
{
    private readonly byte[] _request;
    private readonly Socket[] _connections;

    public Load(int port, string route, int connections)
    {
        _request = Encoding.ASCII.GetBytes($"GET {route} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
        _connections = [.. Enumerable.Range(0, connections).Select(_ =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 20_000 };
            socket.Connect(IPAddress.Loopback, port);
            return socket;
        })];
    }

    /// <summary>Sends so many in all, and returns when all are answered.</summary>
    public void Send(int requests)
    {
        int left = requests;
        Exception? failure = null;
        Thread[] threads = [.. _connections.Select(socket => new Thread(() =>
        {
            try
            {
                byte[] buffer = new byte[64 * 1024];
                while (Interlocked.Decrement(ref left) >= 0) Ask(socket, buffer);
            }
            catch (Exception e)
            {
                failure = e;
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        if (failure is not null) throw new InvalidOperationException("The load broke off.", failure);
    }

    public void Dispose()
    {
        foreach (Socket socket in _connections) socket.Dispose();
    }

    private void Ask(Socket socket, byte[] buffer)
    {
        socket.Send(_request);
        int length = 0;
        while (!IsWhole(buffer.AsSpan(0, length)))
        {
            int more = socket.Receive(buffer.AsSpan(length));
            if (more == 0) throw new InvalidOperationException("The target closed a connection.");
            length += more;
        }
        if (!buffer.AsSpan().StartsWith("HTTP/1.1 200"u8)) throw new InvalidOperationException(Encoding.ASCII.GetString(buffer, 0, length));
    }

    /// <summary>Not all answers are of one length: a server that has not let go of the one before parts the next into two chunks now and then.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        int head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0) return false;
        if (answer[..head].IndexOf("Transfer-Encoding: chunked"u8) >= 0) return answer.EndsWith("\r\n0\r\n\r\n"u8);
        ReadOnlySpan<byte> name = "Content-Length: "u8;
        ReadOnlySpan<byte> rest = answer[(answer.IndexOf(name) + name.Length)..];
        return answer.Length == head + 4 + int.Parse(rest[..rest.IndexOf((byte)'\r')], null);
    }
}
