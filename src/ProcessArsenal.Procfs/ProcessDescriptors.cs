using System.Buffers.Text;

namespace ProcessArsenal.Procfs;

/// <summary>What the file descriptors of one open /proc/PID are: /proc/PID/fd/* (proc_pid_fd(5)). Of another user's process it takes CAP_SYS_PTRACE and
/// CAP_DAC_READ_SEARCH.</summary>
public static class ProcessDescriptors
{
    private const int MaxPath = 32;

    /// <summary>Lists the numbers of descriptors in ascending order, into a list that the caller keeps and reuses.</summary>
    /// <param name="most">How many to list at most.</param>
    /// <param name="count">How many there are.</param>
    public static ReadOutcome ListDescriptors(this ProcessDirectory directory, Span<byte> buffer, List<int> descriptors, int most, out int count) =>
        directory.ListNumbers("fd\0"u8, buffer, descriptors, most, out count);

    /// <summary>Reads what one is: the path of a file, or <c>socket:[inode]</c>, <c>pipe:[inode]</c>, <c>anon_inode:...</c>, <c>/memfd:...</c>. The file is not
    /// opened, so that no device or pipe is touched.</summary>
    /// <param name="length">Bytes read; the buffer's length if it may not have fitted.</param>
    public static ReadOutcome ReadDescriptor(this ProcessDirectory directory, int descriptor, Span<byte> buffer, out int length)
    {
        Span<byte> path = stackalloc byte[MaxPath];
        path.Clear();
        "fd/"u8.CopyTo(path);
        _ = Utf8Formatter.TryFormat(descriptor, path[3..], out _);
        return directory.ReadLink(path, buffer, out length);
    }

    /// <summary>Reads which namespace a process is in (namespaces(7)): <c>pid:[4026531836]</c>. Takes ptrace access to the process.</summary>
    /// <param name="kind">cgroup, ipc, mnt, net, pid, time, user or uts.</param>
    /// <param name="length">Bytes read.</param>
    public static ReadOutcome ReadNamespace(this ProcessDirectory directory, string kind, Span<byte> buffer, out int length) =>
        directory.ReadLink(System.Text.Encoding.ASCII.GetBytes($"ns/{kind}\0"), buffer, out length);

    /// <summary>Reads one of the tables of sockets in the network namespace of the process: /proc/PID/net/* (proc_pid_net(5)).</summary>
    /// <param name="table">tcp, tcp6, udp, udp6 or unix.</param>
    /// <param name="length">Bytes read; the buffer's length if it did not fit.</param>
    public static ReadOutcome ReadSockets(this ProcessDirectory directory, string table, Span<byte> buffer, out int length) =>
        directory.ReadLong(System.Text.Encoding.ASCII.GetBytes($"net/{table}\0"), buffer, out length);

    /// <summary>Reads /proc/PID/limits, for <see cref="ProcLimitTable"/>.</summary>
    public static ReadOutcome ReadLimitBytes(this ProcessDirectory directory, Span<byte> buffer, out int length) => directory.Read("limits\0"u8, buffer, out length);

    /// <summary>Reads where /proc/PID/cwd points (proc_pid_cwd(5)). Takes ptrace access to the process.</summary>
    /// <param name="length">Bytes read.</param>
    public static ReadOutcome ReadWorkingDirectory(this ProcessDirectory directory, Span<byte> buffer, out int length) => directory.ReadLink("cwd\0"u8, buffer, out length);
}
