using System.Buffers.Text;

namespace ProcessArsenal.Procfs;

/// <summary>The threads of one open /proc/PID: /proc/PID/task/TID/* (proc_pid_task(5)). Each file is opened, read and closed.</summary>
public static class ProcessThreads
{
    private const int MaxPath = 64;

    /// <summary>Lists the thread ids in ascending order, into a list that the caller keeps and reuses.</summary>
    /// <param name="most">How many to list at most.</param>
    /// <param name="count">How many there are.</param>
    public static ReadOutcome ListThreads(this ProcessDirectory directory, Span<byte> buffer, List<int> threads, int most, out int count) =>
        directory.ListNumbers("task\0"u8, buffer, threads, most, out count);

    /// <summary>Reads stat of one thread: CPU time and page faults are its own; <paramref name="name"/> is a slice of the buffer.</summary>
    public static ReadOutcome ReadThreadStat(this ProcessDirectory directory, int thread, Span<byte> buffer, out ProcStat stat, out ReadOnlySpan<byte> name)
    {
        ReadOutcome outcome = Read(directory, thread, "/stat\0"u8, buffer, out int length);
        stat = default;
        name = default;
        if (outcome != ReadOutcome.Ok) return outcome;
        if (!ProcStat.TryParse(buffer[..length], out stat, out name)) return ReadOutcome.Malformed;
        return stat.Threads > 0 ? ReadOutcome.Ok : ReadOutcome.Gone; // Being reaped, as in ProcessDirectory.ReadStat.
    }

    /// <summary>Reads io of one thread. Of another user's it needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH.</summary>
    public static ReadOutcome ReadThreadIo(this ProcessDirectory directory, int thread, Span<byte> buffer, out ProcIo io)
    {
        ReadOutcome outcome = Read(directory, thread, "/io\0"u8, buffer, out int length);
        io = default;
        return outcome != ReadOutcome.Ok || ProcIo.TryParse(buffer[..length], out io) ? outcome : ReadOutcome.Malformed;
    }

    /// <summary>Reads the context switches of one thread, from its status.</summary>
    public static ReadOutcome ReadThreadSwitches(this ProcessDirectory directory, int thread, Span<byte> buffer, out ProcTaskSwitches switches)
    {
        ReadOutcome outcome = Read(directory, thread, "/status\0"u8, buffer, out int length);
        switches = default;
        return outcome != ReadOutcome.Ok || ProcTaskSwitches.TryParse(buffer[..length], out switches) ? outcome : ReadOutcome.Malformed;
    }

    /// <summary>Reads the kernel function that the thread waits in (proc_pid_wchan(5)): <c>0</c> if it runs, or if we may not know.</summary>
    /// <param name="name">A slice of the buffer.</param>
    public static ReadOutcome ReadThreadWaitChannel(this ProcessDirectory directory, int thread, Span<byte> buffer, out ReadOnlySpan<byte> name)
    {
        ReadOutcome outcome = Read(directory, thread, "/wchan\0"u8, buffer, out int length);
        name = buffer[..length];
        return outcome;
    }

    private static ReadOutcome Read(ProcessDirectory directory, int thread, ReadOnlySpan<byte> fileZ, Span<byte> buffer, out int length)
    {
        Span<byte> path = stackalloc byte[MaxPath];
        "task/"u8.CopyTo(path);
        _ = Utf8Formatter.TryFormat(thread, path[5..], out int digits);
        fileZ.CopyTo(path[(5 + digits)..]);
        return directory.Read(path, buffer, out length);
    }
}
