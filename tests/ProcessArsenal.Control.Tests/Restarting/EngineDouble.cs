using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ProcessArsenal.Control.Tests.Restarting;

/// <summary>Stands in for an engine: a unix socket that answers each request with bytes of the test's choice, then closes.</summary>
internal sealed class EngineDouble : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("engine-").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string, byte[]?> _answer;
    private readonly Task _loop;

    /// <param name="answer">From the first line of a request, <c>GET /containers/ID/json</c>; null: none ever.</param>
    public EngineDouble(Func<string, byte[]?> answer)
    {
        _answer = answer;
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen(10);
        _loop = RunAsync();
    }

    public string Path => _directory + "/engine.sock";

    public ConcurrentQueue<string> Calls { get; } = [];

    /// <summary>An answer as engines give it.</summary>
    public static byte[] Http(int status, string body = "") => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"HTTP/1.1 {status} X\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\nServer: Libpod/4.3.1 (linux)\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));

    /// <summary>An inspection in the shape of Podman 4.3.1, shortened where nobody looks.</summary>
    public static string Inspection(string id, int pid) => Podman.Replace("4711", pid.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("\"ID\"", $"\"{id}\"", StringComparison.Ordinal); // In this order: an id may have any digits in it.

    private const string Podman = """
        {"Id":"ID","Created":"2026-11-29T16:13:19.512845693Z","Path":"/bin/sleep","Args":["100000"],"State":{"Status":"running","Running":true,"Paused":false,"Restarting":false,"OOMKilled":false,"Dead":false,"Pid":4711,"ExitCode":0,"Error":"","StartedAt":"2026-11-29T16:13:19.698119905Z","FinishedAt":"0001-01-01T00:00:00Z","Health":{"Status":"","FailingStreak":0,"Log":null}},"Image":"sha256:2c7d815e1370e44d6d745641bad1e140455f22d6ca8aad1d8c34849338a735c3","Name":"/shop","RestartCount":0,"Driver":"vfs","HostConfig":{"Binds":[],"NetworkMode":"none","RestartPolicy":{"Name":"","MaximumRetryCount":0},"AutoRemove":false,"VolumesFrom":null},"GraphDriver":{"Data":null,"Name":"vfs"},"Mounts":[],"Config":{"Hostname":"7895a2a17b38","Env":["PATH=/bin","container=podman"],"Cmd":["/bin/sleep","100000"],"Labels":{},"StopSignal":"15","StopTimeout":10},"NetworkSettings":{"Networks":{}}}

        """;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _listener.Dispose();
        _stop.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                using Socket call = await _listener.AcceptAsync(_stop.Token);
                var request = new StringBuilder();
                byte[] buffer = new byte[4096];
                while (!request.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
                {
                    int read = await call.ReceiveAsync(buffer, _stop.Token);
                    if (read == 0) break;
                    request.Append(Encoding.UTF8.GetString(buffer, 0, read));
                }
                string line = request.ToString().Split(" HTTP/")[0];
                if (line.Length == 0) continue;
                Calls.Enqueue(line);
                if (_answer(line) is not { } answer)
                {
                    await call.ReceiveAsync(buffer, _stop.Token); // Until they give up.
                    continue;
                }
                try
                {
                    await call.SendAsync(answer, _stop.Token);
                }
                catch (SocketException)
                {
                    // They have heard enough.
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
