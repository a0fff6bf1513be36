namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>What the path of a control group says: the systemd unit and the container. Pure functions.</summary>
internal static class CgroupNames
{
    private const int ContainerIdLength = 64;
    private static readonly System.Buffers.SearchValues<char> HexadecimalDigits = System.Buffers.SearchValues.Create("0123456789abcdef");

    /// <summary>The innermost service or scope on the path, in full; null if none. A scope within a service hides it, since systemd
    /// puts a process that is not the service's own (a session, an application of a user) into a scope.</summary>
    public static string? UnitOf(string path)
    {
        foreach (Range range in Reversed(path))
        {
            ReadOnlySpan<char> part = path.AsSpan(range);
            if (part.EndsWith(".service") || part.EndsWith(".scope")) return part.ToString();
        }
        return null;
    }

    /// <summary>The innermost container id: 64 hexadecimal digits, bare (cgroupfs driver: Docker, containerd, CRI-O) or as
    /// <c>runtime-ID.scope</c> (systemd driver); null if none.</summary>
    public static string? ContainerOf(string path)
    {
        foreach (Range range in Reversed(path))
        {
            ReadOnlySpan<char> part = path.AsSpan(range);
            if (part.EndsWith(".scope")) part = part[..^".scope".Length];
            // containerd under systemd without its own driver writes slice:cri-containerd:ID.
            int start = part.LastIndexOfAny('-', ':') + 1;
            part = part[start..];
            if (part.Length == ContainerIdLength && !part.ContainsAnyExcept(HexadecimalDigits)) return part.ToString();
        }
        return null;
    }

    /// <summary>The pod's UID: of <c>kubepods-burstable-podUID.slice</c> (systemd driver, with underscores) or <c>podUID</c> (cgroupfs driver), with what
    /// containerd adds to it under systemd without its own driver (<c>:cri-containerd:ID</c>); null if it is in none.</summary>
    public static string? PodOf(string path)
    {
        foreach (Range range in Reversed(path))
        {
            ReadOnlySpan<char> part = path.AsSpan(range);
            if (part.IndexOf(':') is > 0 and var colon) part = part[..colon];
            if (part.EndsWith(".slice")) part = part[..^".slice".Length];
            int start = part.LastIndexOf("pod");
            if (start < 0 || (start > 0 && part[start - 1] != '-')) continue;
            string uid = part[(start + "pod".Length)..].ToString().Replace('_', '-');
            if (Guid.TryParseExact(uid, "D", out _) || (uid.Length == 32 && !uid.AsSpan().ContainsAnyExcept(HexadecimalDigits))) return uid;
        }
        return null;
    }

    private static List<Range> Reversed(string path)
    {
        var parts = new List<Range>();
        foreach (Range range in path.AsSpan().Split('/')) parts.Add(range);
        parts.Reverse();
        return parts;
    }
}
