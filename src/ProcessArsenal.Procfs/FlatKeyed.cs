namespace ProcessArsenal.Procfs;

/// <summary>Files of lines <c>key value</c>, which the kernel calls flat keyed (Documentation/admin-guide/cgroup-v2.rst): /proc/vmstat,
/// memory.events, and the v1 memory.oom_control.</summary>
public static class FlatKeyed
{
    /// <summary>Finds one counter; false if it is not there, or not a number. A last line without an end is not looked at: it may have been cut.
    /// </summary>
    public static bool TryFind(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key, out ulong value)
    {
        var lines = new Utf8Scanner(text[..(text.LastIndexOf((byte)'\n') + 1)]);
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            if (line.Length <= key.Length || line[key.Length] != ' ' || !line.StartsWith(key)) continue;
            var number = new Utf8Scanner(line[key.Length..]);
            return number.TryReadUInt64(out value) && number.Rest.IsEmpty;
        }
        value = 0;
        return false;
    }
}
