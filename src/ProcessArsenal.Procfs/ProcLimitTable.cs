using System.Text;

namespace ProcessArsenal.Procfs;

/// <summary>/proc/PID/limits (proc_pid_limits(5)), every line of it.</summary>
public static class ProcLimitTable
{
    private const int NameWidth = 26; // fs/proc/base.c: "%-25s %-20s %-20s %-10s\n"

    /// <summary>Parses the content; what is not of that shape is passed over.</summary>
    public static List<ProcLimit> Parse(ReadOnlySpan<byte> text)
    {
        var limits = new List<ProcLimit>();
        var lines = new Utf8Scanner(text[..(text.LastIndexOf((byte)'\n') + 1)]);
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            if (line.Length <= NameWidth || !line.StartsWith("Max "u8)) continue;
            var values = new Utf8Scanner(line[NameWidth..]);
            if (!TryReadLimit(ref values, out ulong? soft) || !TryReadLimit(ref values, out ulong? hard)) continue;
            string name = Encoding.UTF8.GetString(line[4..NameWidth]).Trim().Replace(' ', '_');
            string unit = Encoding.UTF8.GetString(values.ReadWord());
            limits.Add(new ProcLimit(name, soft, hard, unit.Length > 0 ? unit : null));
        }
        return limits;
    }

    private static bool TryReadLimit(ref Utf8Scanner values, out ulong? limit)
    {
        limit = null;
        if (values.TryReadUInt64(out ulong number))
        {
            limit = number;
            return true;
        }
        return values.ReadWord().SequenceEqual("unlimited"u8);
    }
}

/// <summary>One resource limit (getrlimit(2)).</summary>
/// <param name="Name">As the kernel names it: <c>open_files</c>, <c>processes</c>, <c>address_space</c>.</param>
/// <param name="Soft">What counts; null: unlimited.</param>
/// <param name="Hard">What it may be raised to; null: unlimited.</param>
/// <param name="Unit"><c>bytes</c>, <c>files</c>, ...; null: none.</param>
public readonly record struct ProcLimit(string Name, ulong? Soft, ulong? Hard, string? Unit);
