using System.Text;

namespace ProcessArsenal.Procfs;

/// <summary>Where the hierarchies of control groups are mounted with the controllers that we look at, from /proc/self/mountinfo
/// (proc_pid_mountinfo(5)).</summary>
/// <param name="Memory">The v1 hierarchy with the memory controller; null if there is none. A host that has it has no memory controller
/// in v2, even if that is mounted too (hybrid).</param>
/// <param name="Unified">The v2 hierarchy; null if there is none.</param>
public sealed record CgroupMounts(CgroupMount? Memory, CgroupMount? Unified)
{
    /// <summary>The v1 hierarchy with the pids controller; null if there is none.</summary>
    public CgroupMount? Pids { get; private init; }

    /// <summary>The v1 hierarchy with the cpu controller; null if there is none.</summary>
    public CgroupMount? Cpu { get; private init; }

    /// <summary>Systemd's own v1 hierarchy, without controllers (<c>name=systemd</c>); null if there is none.</summary>
    public CgroupMount? Systemd { get; private init; }

    /// <summary>Parses the content. Lines of another shape are passed over, and a last line without an end: there is no harm in a mount
    /// that is not found.</summary>
    public static CgroupMounts Parse(ReadOnlySpan<byte> text)
    {
        CgroupMount? memory = null, unified = null, pids = null, cpu = null, systemd = null;
        var lines = new Utf8Scanner(text[..(text.LastIndexOf((byte)'\n') + 1)]);
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            // 36 35 98:0 /root /mount options [tag:value ...] - type source super-options
            int separator = line.IndexOf(" - "u8);
            if (separator < 0) continue;
            var tail = new Utf8Scanner(line[(separator + 3)..]);
            ReadOnlySpan<byte> type = tail.ReadWord();
            bool isUnified = type.SequenceEqual("cgroup2"u8);
            if (!isUnified && !type.SequenceEqual("cgroup"u8)) continue;
            tail.ReadWord();
            ReadOnlySpan<byte> options = tail.ReadWord();
            var head = new Utf8Scanner(line[..separator]);
            if (!head.TrySkipWords(3)) continue;
            var mount = new CgroupMount(Unescape(head.ReadWord()), Unescape(head.ReadWord()));
            if (mount.Root.Length == 0 || mount.Path.Length == 0) continue;
            if (isUnified) unified = Better(unified, mount);
            else
            {
                if (HasOption(options, "memory"u8)) memory = Better(memory, mount);
                if (HasOption(options, "pids"u8)) pids = Better(pids, mount);
                if (HasOption(options, "cpu"u8)) cpu = Better(cpu, mount);
                if (HasOption(options, "name=systemd"u8)) systemd = Better(systemd, mount);
            }
        }
        return new CgroupMounts(memory, unified) { Pids = pids, Cpu = cpu, Systemd = systemd };
    }

    /// <summary>The whole hierarchy rather than a part of it.</summary>
    private static CgroupMount Better(CgroupMount? known, CgroupMount found) => known is null || (known.Root != "/" && found.Root == "/") ? found : known;

    private static bool HasOption(ReadOnlySpan<byte> list, ReadOnlySpan<byte> option)
    {
        foreach (Range part in list.Split((byte)','))
            if (list[part].SequenceEqual(option)) return true;
        return false;
    }

    /// <summary>Blanks, newlines and backslashes are written as three octal digits.</summary>
    private static string Unescape(ReadOnlySpan<byte> text)
    {
        byte[] bytes = new byte[text.Length];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && !text.Slice(i + 1, 3).ContainsAnyExceptInRange((byte)'0', (byte)'7'))
            {
                bytes[length++] = unchecked((byte)((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + text[i + 3] - '0'));
                i += 3;
            }
            else bytes[length++] = text[i];
        }
        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}

/// <summary>One mount of a hierarchy.</summary>
/// <param name="Root">The control group that is mounted: <c>/</c>, or the one that a container is confined to.</param>
/// <param name="Path">Where.</param>
public sealed record CgroupMount(string Root, string Path)
{
    /// <summary>Deeper than any hierarchy that is in use; each level costs some calls.</summary>
    private const int MostLevels = 32;

    /// <summary>The directory of a control group; null if it lies outside of what is mounted, as one that a control group namespace hides
    /// from us (<c>/../...</c>).</summary>
    public string? DirectoryOf(string cgroup)
    {
        if (!cgroup.StartsWith('/') || $"{cgroup}/".Contains("/../", StringComparison.Ordinal)) return null;
        if (cgroup == "/") cgroup = "";
        if (Root == "/") return Path + cgroup;
        if (cgroup == Root) return Path;
        return cgroup.StartsWith(Root + "/", StringComparison.Ordinal) ? Path + cgroup[Root.Length..] : null;
    }

    /// <summary>A control group and those above it, as far as they are mounted, the innermost first; none if it lies outside of what is mounted.</summary>
    public IEnumerable<(string Cgroup, string Directory)> LevelsOf(string cgroup)
    {
        if (DirectoryOf(cgroup) is not { } directory) yield break;
        string name = cgroup.TrimEnd('/');
        for (int level = 0; level < MostLevels && directory.Length >= Path.Length; level++)
        {
            yield return (name.Length > 0 ? name : "/", directory);
            directory = directory[..Math.Max(0, directory.LastIndexOf('/'))];
            name = name[..Math.Max(0, name.LastIndexOf('/'))];
        }
    }
}
