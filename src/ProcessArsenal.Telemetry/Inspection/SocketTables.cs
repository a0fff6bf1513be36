using System.Buffers;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>The tables of sockets in the network namespace of a process that is looked at.</summary>
internal static class SocketTables
{
    public static readonly string[] All = ["tcp", "tcp6", "udp", "udp6", "unix"];

    /// <summary>Goes through some of them. Of our own namespace, TCP sockets are asked for by sock_diag(7): there those can be left out that wait after their
    /// end, of which there may be so many that the tables, of which so much is read, hold nothing else.</summary>
    /// <param name="isOurs">It is our own network namespace; null if that is not known.</param>
    /// <param name="each">Told each, some perhaps twice; false ends it.</param>
    public static void Read(InspectionRun run, IEnumerable<string> tables, bool? isOurs, string part, Func<ProcSocket, bool> each)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(run.Options.MostTableBytes);
        bool goOn = true;
        try
        {
            bool hasTcp = isOurs == true && tables.Any(IsTcp) && TcpSockets.TryRead(TcpStates.Live, TakeTcp, () => !goOn || run.IsLate);
            foreach (string table in tables)
            {
                if (!goOn) break;
                if (hasTcp && IsTcp(table)) continue;
                if (run.IsLate)
                {
                    run.Late(part);
                    break;
                }
                ReadOutcome outcome = run.Directory.ReadSockets(table, buffer, out int length);
                if (outcome == ReadOutcome.Gone) continue; // No IPv6, say.
                if (!run.IsOk(outcome, part, InspectionRun.Ptrace)) break;
                if (length == buffer.Length) run.Miss(part, "a network namespace with fewer sockets: not all of them were looked at");
                ReadOnlySpan<byte> text = buffer.AsSpan(0, length);
                if (table == "unix") ProcNetSockets.ReadUnix(text, Take);
                else ProcNetSockets.ReadInternet(text, table, Take);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        void Take(ProcSocket socket) => goOn = goOn && each(socket);

        void TakeTcp(TcpSocket socket)
        {
            if (socket.Inode > 0) Take(ProcNetSockets.Of(socket)); // Else it is nobody's.
        }
    }

    private static bool IsTcp(string table) => table.StartsWith("tcp", StringComparison.Ordinal);
}
