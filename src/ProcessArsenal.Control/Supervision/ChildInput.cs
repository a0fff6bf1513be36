using System.Text;
using Microsoft.Win32.SafeHandles;
using ProcessArsenal.Control.Interop;

namespace ProcessArsenal.Control.Supervision;

/// <summary>A child's standard input: a FIFO in the state directory, made anew for each life, which the child itself has open for writing too. So it never
/// sees an end, whoever else crashes; and who has it open is of that life, as nobody else can open it (mode 0600 in a directory of ours).</summary>
internal static class ChildInput
{
    /// <summary>Bytes of a message with its end of line: PIPE_BUF, up to which a write is all or nothing and none comes between (pipe(7)).</summary>
    public const int LongestMessage = 4096;

    private const int OwnerOnly = 0x180; // 0600

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Makes it, in the place of the one of the life before, and opens it as the child is to have it.</summary>
    /// <param name="why">Why not; null if it was.</param>
    public static SafeFileHandle? Make(string path, out FileKey key, out string? why)
    {
        key = default;
        string draft = path + ".new";
        File.Delete(draft);
        int error = Files.MakeFifo(draft, OwnerOnly);
        if (error == 0) File.Move(draft, path, overwrite: true);
        // On a full disk that of the life before will do: whoever had it has ended, and so what was in it is gone.
        else if (error is not (Files.NoSpace or Files.NoQuota) || !File.Exists(path))
        {
            why = FormattableString.Invariant($"{draft} can't be made (mkfifo(3), errno {error})");
            return null;
        }
        // Opened for both, this does not wait for another (fifo(7)); and not O_NONBLOCK, which the child would share.
        SafeFileHandle? input = Files.Open(path, Files.ReadWrite | Files.NoFollow, 0, out error);
        why = input is null ? FormattableString.Invariant($"{path} can't be opened (errno {error})") : null;
        if (input is null || (Files.TryStat(input, out FileFacts facts) && facts.IsFifo && (key = facts.Key) != default)) return input;
        input.Dispose();
        why = $"{path} is no FIFO: remove it";
        return null;
    }

    /// <summary>Why a text can't be sent; null if it can.</summary>
    public static string? Error(string line)
    {
        if (line.AsSpan().ContainsAny('\n', '\r', '\0')) return "a message is one line: no line breaks, no NUL";
        int length = Encoding.UTF8.GetByteCount(line) + 1;
        return length > LongestMessage ? $"a message has at most {LongestMessage - 1} bytes, this one {length - 1}" : null;
    }

    /// <summary>Puts a line into it, as a whole or not at all. That the child reads it can't be known.</summary>
    /// <returns>Null if it was; else why not.</returns>
    public static async Task<string?> SendAsync(string path, string line, TimeSpan within, TimeProvider time, CancellationToken cancellation)
    {
        if (Error(line) is { } wrong) return wrong;
        byte[] bytes = Encoding.UTF8.GetBytes(line + "\n");
        long began = time.GetTimestamp();
        try
        {
            using SafeFileHandle? fifo = await Task.Run(() => Open(path), cancellation).WaitAsync(within, time, cancellation).ConfigureAwait(false);
            if (fifo is null) return "it does not read its standard input: it has ended, or has closed it";
            int error;
            while ((error = Files.Write(fifo, bytes)) == Files.TryAgain)
            {
                if (time.GetElapsedTime(began) >= within) return FormattableString.Invariant($"its standard input was full for {within.TotalSeconds} s: it does not read it");
                await Task.Delay(Pause, time, cancellation).ConfigureAwait(false);
            }
            return error == 0 ? null : FormattableString.Invariant($"its standard input can't be written to (errno {error})");
        }
        catch (TimeoutException)
        {
            return $"{path} could not be opened in time: the disk hangs, or is overloaded";
        }
    }

    private static SafeFileHandle? Open(string path)
    {
        SafeFileHandle? fifo = Files.Open(path, Files.WriteOnly | Files.NonBlocking | Files.NoFollow, 0, out _);
        if (fifo is null || (Files.TryStat(fifo, out FileFacts facts) && facts.IsFifo)) return fifo;
        fifo.Dispose();
        return null;
    }
}
