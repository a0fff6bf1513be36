using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;

namespace ProcessArsenal.Control.Restarting.Containers;

/// <summary>The unix socket of an engine. Who listens there is asked of the kernel at each connection (unix(7), SO_PEERCRED): only root or our own user is believed,
/// whoever owns the file, and nobody can be put in its place in between.</summary>
internal static class EngineSocket
{
    private const int SolSocket = 1, SoPeerCred = 17, CredentialsSize = 12;

    /// <summary>Headers of an answer, KiB.</summary>
    private const int MostHeaders = 16;

    /// <param name="ownUser">Null: not known, then only root is believed.</param>
    public static SocketsHttpHandler Handler(string path, uint? ownUser) => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
        MaxResponseHeadersLength = MostHeaders,
        MaxConnectionsPerServer = 1,
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
                if (ListenerOf(socket) is var user && user != 0 && (user is null || user != ownUser))
                    throw new IOException(string.Create(CultureInfo.InvariantCulture, $"user {user} listens there, who is neither root nor ours"));
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    /// <summary>The user who called listen(2); null if the kernel does not tell.</summary>
    private static uint? ListenerOf(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[CredentialsSize]; // struct ucred: pid, uid, gid
        return socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials) == CredentialsSize ? BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]) : null;
    }
}
