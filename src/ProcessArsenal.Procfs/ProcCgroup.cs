using System.Text;

namespace ProcessArsenal.Procfs;

/// <summary>/proc/PID/cgroup (cgroups(7)): the control groups that a process is in, on v1, v2 and hybrid hosts.
/// Paths are relative to the reader's cgroup namespace.</summary>
/// <param name="Unified">Path in the v2 hierarchy; null if there is none.</param>
/// <param name="Systemd">Path in systemd's own v1 hierarchy (<c>name=systemd</c>); null if there is none.</param>
/// <param name="Memory">Path in the v1 memory hierarchy; null if there is none.</param>
public sealed record ProcCgroup(string? Unified, string? Systemd, string? Memory)
{
    /// <summary>Path in the v1 pids hierarchy; null if there is none.</summary>
    public string? Pids { get; init; }

    /// <summary>Path in the v1 cpu hierarchy; null if there is none.</summary>
    public string? Cpu { get; init; }

    /// <summary>The path that says most: on a hybrid host the v2 hierarchy is often empty, and names live in systemd's own.</summary>
    public string Path
    {
        get
        {
            if (Unified is { Length: > 1 }) return Unified;
            if (Systemd is { Length: > 1 }) return Systemd;
            return Memory ?? Unified ?? Systemd ?? "/";
        }
    }

    /// <summary>Parses the content; false if a line has another shape than <c>number:controllers:path</c> or the last has no end.
    /// No line at all is valid: a v1 host with no hierarchy mounted.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ProcCgroup? cgroup)
    {
        cgroup = null;
        if (!text.IsEmpty && !Utf8Scanner.IsWhole(text)) return false;
        string? unified = null, systemd = null, memory = null, pids = null, cpu = null;
        var lines = new Utf8Scanner(text);
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            int first = line.IndexOf((byte)':');
            if (first <= 0 || line[..first].ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
            ReadOnlySpan<byte> rest = line[(first + 1)..];
            int second = rest.IndexOf((byte)':');
            if (second < 0) return false;
            ReadOnlySpan<byte> controllers = rest[..second];
            ReadOnlySpan<byte> path = rest[(second + 1)..];
            if (path.IsEmpty || path[0] != '/') return false;
            if (controllers.IsEmpty) unified ??= Encoding.UTF8.GetString(path);
            else if (controllers.SequenceEqual("name=systemd"u8)) systemd ??= Encoding.UTF8.GetString(path);
            else
            {
                // A hierarchy may have several.
                if (HasController(controllers, "memory"u8)) memory ??= Encoding.UTF8.GetString(path);
                if (HasController(controllers, "pids"u8)) pids ??= Encoding.UTF8.GetString(path);
                if (HasController(controllers, "cpu"u8)) cpu ??= Encoding.UTF8.GetString(path);
            }
        }
        cgroup = new ProcCgroup(unified, systemd, memory) { Pids = pids, Cpu = cpu };
        return true;
    }

    /// <summary>All paths in the order of the file, as process-exporter writes them: <c>[/a /b]</c>. Of text that <see cref="TryParse"/> accepts.</summary>
    public static string ListPaths(ReadOnlySpan<byte> text)
    {
        var list = new StringBuilder("[");
        var lines = new Utf8Scanner(text);
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            int first = line.IndexOf((byte)':');
            int second = first < 0 ? -1 : line[(first + 1)..].IndexOf((byte)':');
            if (second < 0) continue;
            if (list.Length > 1) list.Append(' ');
            list.Append(Encoding.UTF8.GetString(line[(first + second + 2)..]));
        }
        return list.Append(']').ToString();
    }

    private static bool HasController(ReadOnlySpan<byte> list, ReadOnlySpan<byte> controller)
    {
        foreach (Range part in list.Split((byte)','))
            if (list[part].SequenceEqual(controller)) return true;
        return false;
    }
}
