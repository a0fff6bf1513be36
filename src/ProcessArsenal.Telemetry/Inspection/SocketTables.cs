using System.Buffers;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>The tables of sockets in the network namespace of a process that is looked at.</summary>
internal static class SocketTables
{
    public static readonly string[] All = ["tcp", "tcp6", "udp", "udp6", "unix"];

    /// <summary>Bytes of a table that are read: some 25,000 sockets.</summary>
    private const int MostBytes = 4 * 1024 * 1024;

    /// <summary>Goes through some of them.</summary>
    /// <param name="each">Told each; false ends it.</param>
    public static void Read(InspectionRun run, IEnumerable<string> tables, string part, Func<ProcSocket, bool> each)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(MostBytes);
        bool goOn = true;
        try
        {
            foreach (string table in tables)
            {
                if (!goOn) break;
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
    }
}
