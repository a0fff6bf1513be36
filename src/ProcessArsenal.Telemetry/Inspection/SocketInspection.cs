using System.Buffers;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>The sockets of a process: those of its network namespace whose inodes its descriptors name.</summary>
internal static class SocketInspection
{
    /// <summary>Bytes of a table that are read: some 25,000 sockets.</summary>
    private const int MostBytes = 4 * 1024 * 1024;

    private static readonly string[] Tables = ["tcp", "tcp6", "udp", "udp6", "unix"];

    public static SocketList? Read(InspectionRun run, HashSet<ulong> inodes)
    {
        if (inodes.Count == 0) return new SocketList([], null);
        var found = new List<SocketUse>();
        int count = 0;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(MostBytes);
        try
        {
            foreach (string table in Tables)
            {
                if (count == inodes.Count) break;
                if (run.IsLate)
                {
                    run.Late("sockets");
                    break;
                }
                ReadOutcome outcome = run.Directory.ReadSockets(table, buffer, out int length);
                if (outcome == ReadOutcome.Gone) continue; // No IPv6, say.
                if (!run.IsOk(outcome, "sockets", InspectionRun.Ptrace)) break;
                if (length == buffer.Length) run.Miss("sockets", "a network namespace with fewer sockets: not all of them were looked at");
                ReadOnlySpan<byte> text = buffer.AsSpan(0, length);
                if (table == "unix") ProcNetSockets.ReadUnix(text, Take);
                else ProcNetSockets.ReadInternet(text, table, Take);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        int all = inodes.Count;
        return new SocketList(found, all > found.Count ? all - found.Count : null);

        void Take(ProcSocket socket)
        {
            if (!inodes.Contains(socket.Inode)) return;
            count++;
            if (found.Count < run.Options.MostSockets)
                found.Add(new SocketUse(socket.Protocol, socket.State, socket.Local is { } local ? run.Cut(local) : null, socket.Remote, socket.ReceiveQueue, socket.SendQueue));
        }
    }
}
