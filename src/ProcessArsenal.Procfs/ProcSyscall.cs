using System.Buffers.Text;

namespace ProcessArsenal.Procfs;

/// <summary>/proc/PID/syscall (proc_pid_syscall(5)): what the main thread of a process, which waits, has asked the kernel for. Reading it does not stop the
/// process. Takes ptrace access to it.</summary>
/// <param name="Number">Of the system call, of this architecture.</param>
/// <param name="First">Its first argument: of read(2), write(2) and the like the descriptor.</param>
public readonly record struct ProcSyscall(int Number, ulong First)
{
    /// <summary>Parses it.</summary>
    /// <returns>False if it is in none: it runs, or waits for something else.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out ProcSyscall value)
    {
        value = default;
        var words = new Utf8Scanner(text);
        if (!words.TryReadInt32(out int number) || number < 0) return false;
        ReadOnlySpan<byte> first = words.ReadWord();
        if (!first.StartsWith("0x"u8) || !Utf8Parser.TryParse(first[2..], out ulong argument, out int used, 'x') || used != first.Length - 2) return false;
        value = new ProcSyscall(number, argument);
        return true;
    }

    /// <summary>Reads it.</summary>
    /// <returns><see cref="ReadOutcome.Malformed"/> if it is in none.</returns>
    public static ReadOutcome Read(ProcessDirectory directory, Span<byte> buffer, out ProcSyscall value)
    {
        ReadOutcome outcome = directory.Read("syscall\0"u8, buffer, out int length);
        value = default;
        return outcome != ReadOutcome.Ok || TryParse(buffer[..length], out value) ? outcome : ReadOutcome.Malformed;
    }
}
