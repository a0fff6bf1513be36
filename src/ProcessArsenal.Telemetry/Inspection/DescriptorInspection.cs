using System.Globalization;
using System.Text;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.Inspection;

/// <summary>The open descriptors and what they are, told by where their links point; nothing is opened.</summary>
internal static class DescriptorInspection
{
    /// <summary>Descriptors that are looked at; more are only counted.</summary>
    private const int MostRead = 16 * 1024;

    /// <param name="sockets">Filled with the inodes of sockets, each with the lowest descriptor that leads to it.</param>
    /// <param name="sizeIsCount">See <see cref="ProcFs.DescriptorSizeIsCount"/>.</param>
    public static DescriptorList? Read(InspectionRun run, bool sizeIsCount, Dictionary<ulong, int> sockets)
    {
        var numbers = new List<int>();
        ReadOutcome listed = run.Directory.ListDescriptors(run.Buffer, numbers, MostRead, out int count);
        if (!run.IsOk(listed, "descriptors", InspectionRun.PtraceAndSearch))
        {
            // How many there are is told to anyone.
            return listed == ReadOutcome.Denied && sizeIsCount && run.Directory.ReadDescriptorCount(run.Buffer, sizeIsCount, out count) == ReadOutcome.Ok
                ? new DescriptorList(count, null, null, null) : null;
        }
        if (count > numbers.Count) run.Miss("descriptors", FormattableString.Invariant($"fewer of them: of those after the first {numbers.Count} it was not looked at what they are"));
        numbers.Sort();
        var kinds = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var list = new List<DescriptorUse>();
        foreach (int number in numbers)
        {
            if (run.IsLate)
            {
                run.Late("descriptors");
                break;
            }
            ReadOutcome outcome = run.Directory.ReadDescriptor(number, run.Buffer.AsSpan(0, 4096), out int length);
            if (outcome != ReadOutcome.Ok)
            {
                if (!run.IsOk(outcome, "descriptors", InspectionRun.PtraceAndSearch) && outcome == ReadOutcome.Denied) break;
                continue; // Closed by now.
            }
            string target = Encoding.UTF8.GetString(run.Buffer, 0, length);
            string kind = KindOf(target, out ulong socket);
            if (socket > 0) sockets.TryAdd(socket, number);
            kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
            if (list.Count < run.Options.MostDescriptors) list.Add(new DescriptorUse(number, kind, run.Cut(target)));
        }
        return new DescriptorList(count, kinds, list, count > list.Count ? count - list.Count : null);
    }

    /// <param name="socket">Its inode if it is a socket, else 0.</param>
    internal static string KindOf(string target, out ulong socket)
    {
        socket = 0;
        if (target.StartsWith("socket:[", StringComparison.Ordinal) && target.EndsWith(']'))
        {
            _ = ulong.TryParse(target.AsSpan("socket:[".Length, target.Length - "socket:[]".Length), NumberStyles.None, CultureInfo.InvariantCulture, out socket);
            return "socket";
        }
        if (target.StartsWith("pipe:[", StringComparison.Ordinal)) return "pipe";
        if (target.StartsWith("anon_inode:", StringComparison.Ordinal)) return target["anon_inode:".Length..].Trim('[', ']') is { Length: > 0 and < 32 } kind ? kind : "anon_inode";
        if (target.StartsWith("/memfd:", StringComparison.Ordinal)) return "memfd";
        if (target.StartsWith("/dev/", StringComparison.Ordinal) && !target.StartsWith("/dev/shm/", StringComparison.Ordinal)) return "device";
        if (target.StartsWith('/')) return target.EndsWith(" (deleted)", StringComparison.Ordinal) ? "deleted_file" : "file";
        int colon = target.IndexOf(':', StringComparison.Ordinal);
        return colon is > 0 and < 16 ? target[..colon] : "other"; // net:[...], mnt:[...]: namespaces
    }
}
