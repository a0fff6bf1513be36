using System.Text;

namespace ProcessArsenal.Procfs;

/// <summary>/proc/PID/environ (proc_pid_environ(5)): <c>name=value</c> entries, each ended by a NUL byte.</summary>
public static class ProcEnviron
{
    /// <summary>The first value of that name, as getenv(3) finds it; null if there is none, or if its end is cut off.</summary>
    public static string? Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        while (text.IndexOf((byte)0) is var end and >= 0)
        {
            ReadOnlySpan<byte> entry = text[..end];
            if (entry.Length > name.Length && entry[name.Length] == '=' && entry.StartsWith(name)) return Encoding.UTF8.GetString(entry[(name.Length + 1)..]);
            text = text[(end + 1)..];
        }
        return null;
    }

    /// <summary>The entries, in their order. One whose end is cut off is left out, as is one that has no name.</summary>
    /// <param name="most">How many at most.</param>
    /// <param name="count">How many there are.</param>
    public static List<KeyValuePair<string, string>> List(ReadOnlySpan<byte> text, int most, out int count)
    {
        var entries = new List<KeyValuePair<string, string>>();
        count = 0;
        while (text.IndexOf((byte)0) is var end and >= 0)
        {
            ReadOnlySpan<byte> entry = text[..end];
            text = text[(end + 1)..];
            int equals = entry.IndexOf((byte)'=');
            if (equals <= 0) continue;
            count++;
            if (entries.Count < most) entries.Add(KeyValuePair.Create(Encoding.UTF8.GetString(entry[..equals]), Encoding.UTF8.GetString(entry[(equals + 1)..])));
        }
        return entries;
    }
}
