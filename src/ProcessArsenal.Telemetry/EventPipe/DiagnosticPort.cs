using System.Buffers.Binary;
using System.Net.Sockets;

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>A socket that runtimes call when they begin: <c>DOTNET_DiagnosticPorts=PATH,connect,suspend</c>
/// (<see href="https://github.com/dotnet/diagnostics/blob/main/documentation/design-docs/ipc-protocol.md">ipc-protocol.md</see>). One that
/// waits to be resumed (<c>suspend</c>, what a runtime does without another word) goes on as soon as it is listened to, or when that takes too long, and
/// so is listened to from its first moment on; others when they have begun (<see cref="ProgramStart"/>). Whom it is about is said by the kernel, not by who calls.</summary>
internal sealed class DiagnosticPort : IAsyncDisposable
{
    /// <summary>Runtimes on the line at once: each costs a descriptor. Who finds no place tries again.</summary>
    private const int MostCalls = 512;

    /// <summary>Runtimes that are remembered to have gone on. Who is forgotten is told once more, which does no harm.</summary>
    private const int MostKnown = 4096;

    /// <summary>Bytes that one may say after its name and its answer to <see cref="Resume"/>.</summary>
    private const int MostUnasked = 4096;

    private const int CookieSize = 16, AdvertisementSize = 34, SolSocket = 1, SoPeerCred = 17;

    /// <summary>How long one that waits is kept waiting. After five seconds it would complain, on the output of its program.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>How long the answer to <see cref="Resume"/> is waited for. A runtime that finds us gone together with a command does not read the command.</summary>
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(2);

    private static readonly byte[] Resume = [.. "DOTNET_IPC_V1\0"u8, 20, 0, 0x04, 0x01, 0, 0];

    private readonly Socket _listener;
    private readonly Func<int, Task> _called;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<Guid> _order = new();
    private readonly HashSet<Guid> _known = [];
    private readonly TaskCompletionSource _hungUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _run;

    /// <summary>On the line, and one for ourselves until we stop.</summary>
    private int _calls = 1;

    private DiagnosticPort(string path, Socket listener, Func<int, Task> called, TimeProvider time)
    {
        (Path, _listener, _called, _time) = (path, listener, called, time);
        _run = Task.Run(AcceptAsync);
    }

    public string Path { get; }

    /// <summary>Begins to listen. A socket that nobody listens on any more is replaced.</summary>
    /// <param name="called">Told of a process, on any thread; ends when it is listened to, or will not be.</param>
    /// <param name="needs">What it takes, if it can't; else null.</param>
    public static DiagnosticPort? Open(string path, Func<int, Task> called, TimeProvider time, out string? needs)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (File.Exists(path) && IsInTheWay(path))
            {
                needs = $"{path} to be free: another process listens there, or it is no socket";
                listener.Dispose();
                return null;
            }
            File.Delete(path);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            // Runtimes of all users may call: it is they who are looked into.
            File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
            listener.Listen(128);
            needs = null;
            return new DiagnosticPort(path, listener, called, time);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            listener.Dispose();
            needs = e is DirectoryNotFoundException ? $"the directory of {path} to exist" : $"{path} to be a place for a socket of ours: {e.Message}";
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        RemoveSocket(); // Before anything is waited for: another of ours may be made there at once.
        await _stop.CancelAsync();
        _listener.Dispose();
        await _run;
        Leave();
        await _hungUp.Task; // Who waits is told to go on before.
    }

    private void RemoveSocket()
    {
        try
        {
            File.Delete(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its directory is gone, or no longer ours. What is left behind is replaced by whoever comes next.
        }
    }

    private static bool IsInTheWay(string path)
    {
        if (new FileInfo(path).Length > 0) return true;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode != SocketError.ConnectionRefused;
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket call = await _listener.AcceptAsync(_stop.Token);
                if (Interlocked.Increment(ref _calls) <= MostCalls + 1) _ = Task.Run(() => HoldAsync(call));
                else HangUp(call);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), _time, CancellationToken.None); // Out of descriptors, say.
            }
        }
    }

    private async Task HoldAsync(Socket call)
    {
        try
        {
            byte[] said = new byte[AdvertisementSize];
            using var late = new CancellationTokenSource(Patience, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stop.Token);
            for (int length = 0; length < said.Length;)
            {
                int more = await call.ReceiveAsync(said.AsMemory(length), either.Token);
                if (more == 0) return;
                length += more;
            }
            if (!said.AsSpan().StartsWith("ADVR_V1\0"u8) || CallerOf(call) is not { } pid) return;
            if (IsNew(new Guid(said.AsSpan(8, CookieSize))))
            {
                await Task.WhenAny(_called(pid), Task.Delay(Patience, _time, _stop.Token));
                // It answers, hangs up, and calls again. Whom we leave now has nobody else to wait for: it goes on too.
                await call.SendAsync(Resume, CancellationToken.None);
                using var unanswered = new CancellationTokenSource(AnswerPatience, _time);
                if (await call.ReceiveAsync(said, unanswered.Token) == 0) return;
            }
            // One that is hung up on calls again at once: it stays on the line for as long as it lives.
            for (int unasked = 0; unasked < MostUnasked;)
            {
                int more = await call.ReceiveAsync(said, _stop.Token);
                if (more == 0) return;
                unasked += more;
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // It is gone, says nothing, or we are told to stop.
        }
        finally
        {
            HangUp(call);
        }
    }

    private void HangUp(Socket call)
    {
        call.Dispose();
        Leave();
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _calls) == 0) _hungUp.SetResult();
    }

    /// <summary>It has not called before. Each runtime has a number of its own.</summary>
    private bool IsNew(Guid cookie)
    {
        lock (_known)
        {
            if (!_known.Add(cookie)) return false;
            _order.Enqueue(cookie);
            if (_order.Count > MostKnown) _known.Remove(_order.Dequeue());
            return true;
        }
    }

    /// <summary>The process that called connect(2), as we see it (unix(7), SO_PEERCRED); null if we don't.</summary>
    private static int? CallerOf(Socket call)
    {
        byte[] credentials = new byte[12];
        return call.GetRawSocketOption(SolSocket, SoPeerCred, credentials) == credentials.Length && BinaryPrimitives.ReadInt32LittleEndian(credentials) is > 0 and var pid ? pid : null;
    }
}
