using System.Buffers.Text;

namespace ProcessArsenal.Procfs;

/// <summary>/proc/PID/fdinfo/NUMBER (proc_pid_fdinfo(5)): how a file was opened. Reading it touches neither the file nor the process.</summary>
public static class ProcFdInfo
{
    /// <summary>Finds what may be done by the descriptor, which is in the lowest two bits of <c>flags:</c>, octal (seq_show, fs/proc/fd.c).</summary>
    public static bool TryParseAccess(ReadOnlySpan<byte> text, out DescriptorAccess access)
    {
        access = default;
        var lines = new Utf8Scanner(text);
        while (lines.TryReadLine(out ReadOnlySpan<byte> line))
        {
            if (!line.StartsWith("flags:"u8)) continue;
            ReadOnlySpan<byte> digits = line["flags:"u8.Length..].TrimStart((byte)'\t').TrimStart((byte)' ');
            if (digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'7')) return false;
            access = (DescriptorAccess)((digits[^1] - '0') & 3);
            return access <= DescriptorAccess.Both;
        }
        return false;
    }

    /// <summary>Reads what may be done by one descriptor. Of another user's process it takes CAP_SYS_PTRACE.</summary>
    public static ReadOutcome ReadDescriptorAccess(this ProcessDirectory directory, int descriptor, Span<byte> buffer, out DescriptorAccess access)
    {
        Span<byte> path = stackalloc byte[32];
        path.Clear();
        "fdinfo/"u8.CopyTo(path);
        _ = Utf8Formatter.TryFormat(descriptor, path[7..], out _);
        ReadOutcome outcome = directory.Read(path, buffer, out int length);
        access = default;
        return outcome != ReadOutcome.Ok || TryParseAccess(buffer[..length], out access) ? outcome : ReadOutcome.Malformed;
    }
}

/// <summary>O_ACCMODE (open(2)).</summary>
public enum DescriptorAccess
{
    Read,
    Write,
    Both,
}
