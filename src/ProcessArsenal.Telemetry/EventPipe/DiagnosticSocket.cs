using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>Where a .NET process is asked: the socket that its runtime listens on
/// (<see href="https://github.com/dotnet/diagnostics/blob/main/documentation/design-docs/ipc-protocol.md">ipc-protocol.md</see>). Anyone may put one
/// of that name into a shared directory, so it is believed once the kernel says that the process itself listens there; and held, so that nobody can
/// put another in its place afterwards.</summary>
internal sealed class DiagnosticSocket : IDisposable
{
    private const int SolSocket = 1, SoPeerCred = 17;

    private readonly InnerFile _file;

    private DiagnosticSocket(InnerFile file) => _file = file;

    /// <summary>Leads to it while it is held.</summary>
    internal string Path => _file.Path;

    /// <summary>As Microsoft.Diagnostics.NETCore.Client takes it.</summary>
    public string Port => Path + ",connect";

    /// <summary>Looks for the socket of a process.</summary>
    /// <param name="directory">Of the process.</param>
    /// <param name="stat">Of the process: its start time is part of the name, so that a socket left by another with its pid is not taken for its own.</param>
    /// <param name="status">Of the process: the name has the pid that it has in its own namespace.</param>
    /// <param name="cancellationToken">The deadline: connecting to one whose queue is full may wait.</param>
    public static async Task<(DiagnosticSocketOutcome Outcome, DiagnosticSocket? Socket)> FindAsync(
        ProcessDirectory directory, ProcStat stat, ProcStatus status, CancellationToken cancellationToken)
    {
        int pid = status.InnermostPid > 0 ? status.InnermostPid : stat.Pid;
        string name = string.Create(CultureInfo.InvariantCulture, $"dotnet-diagnostic-{pid}-{stat.StartTicks}-socket");
        var verdict = DiagnosticSocketOutcome.None;
        for (int place = 0; place < 2; place++)
        {
            if ((place == 0 ? "/tmp" : TemporaryDirectory(directory)) is not { } folder) continue;
            if (directory.OpenInner(folder.TrimEnd('/') + "/" + name, out ReadOutcome outcome) is not { } file)
            {
                // Of a process whose files we may not see it is not known that it is a .NET one, unless it shares our own directory.
                if (outcome == ReadOutcome.Denied && File.Exists(System.IO.Path.Join(folder, name))) verdict = DiagnosticSocketOutcome.Denied;
                else if (outcome == ReadOutcome.Malformed) verdict = DiagnosticSocketOutcome.Unreachable; // We are out of descriptors, say: not for long.
                continue;
            }
            var socket = new DiagnosticSocket(file);
            try
            {
                verdict = await socket.ListenerAsync(stat.Pid, status.EffectiveUserId, cancellationToken);
                if (verdict == DiagnosticSocketOutcome.Found) return (verdict, socket);
            }
            finally
            {
                if (verdict != DiagnosticSocketOutcome.Found) socket.Dispose();
            }
        }
        return (verdict, null);
    }

    public void Dispose() => _file.Dispose();

    private async Task<DiagnosticSocketOutcome> ListenerAsync(int pid, uint user, CancellationToken cancellationToken)
    {
        Socket? probe = null;
        byte[] credentials = new byte[12]; // struct ucred: pid, uid, gid of the one who called listen(2) (unix(7))
        try
        {
            probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await probe.ConnectAsync(new UnixDomainSocketEndPoint(Path), cancellationToken);
            if (probe.GetRawSocketOption(SolSocket, SoPeerCred, credentials) != credentials.Length) return DiagnosticSocketOutcome.Impostor;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode is SocketError.AccessDenied ? DiagnosticSocketOutcome.Denied : DiagnosticSocketOutcome.Unreachable;
        }
        finally
        {
            probe?.Dispose();
        }
        // The user as of listen(2), which one that began as root may have left since.
        uint listener = BinaryPrimitives.ReadUInt32LittleEndian(credentials.AsSpan(4));
        return BinaryPrimitives.ReadInt32LittleEndian(credentials) == pid && (listener == user || listener == 0)
            ? DiagnosticSocketOutcome.Found
            : DiagnosticSocketOutcome.Impostor;
    }

    private static string? TemporaryDirectory(ProcessDirectory directory)
    {
        ReadOutcome outcome = directory.ReadEnvironment(static environment => ProcEnviron.Find(environment, "TMPDIR"u8), out string? value);
        return outcome == ReadOutcome.Ok && value is ['/', ..] ? value : null;
    }
}

/// <summary>How looking for a <see cref="DiagnosticSocket"/> ended.</summary>
internal enum DiagnosticSocketOutcome
{
    /// <summary>The process itself listens there.</summary>
    Found,

    /// <summary>There is none: no .NET, too early, or DOTNET_EnableDiagnostics=0.</summary>
    None,

    /// <summary>We are not of its user, who alone may connect (the mode of the socket is 0600), and lack CAP_DAC_OVERRIDE, or CAP_SYS_PTRACE to get
    /// there.</summary>
    Denied,

    /// <summary>Nobody listens, or its queue is full: it is stopped, hung, or has ended.</summary>
    Unreachable,

    /// <summary>Somebody else listens there.</summary>
    Impostor,
}
