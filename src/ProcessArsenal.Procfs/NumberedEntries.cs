using System.Buffers.Text;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs;

/// <summary>Directories of /proc/PID whose entries are numbers: task and fd.</summary>
internal static unsafe class NumberedEntries
{
    /// <summary>Lists them in ascending order, into a list that the caller keeps and reuses.</summary>
    /// <param name="most">How many to list at most.</param>
    /// <param name="count">How many there are.</param>
    public static ReadOutcome ListNumbers(this ProcessDirectory directory, ReadOnlySpan<byte> nameZ, Span<byte> buffer, List<int> numbers, int most, out int count)
    {
        numbers.Clear();
        count = 0;
        int fd = directory.OpenSubdirectory(nameZ, out ReadOutcome outcome);
        if (fd < 0) return outcome;
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint n = Libc.GetDirectoryEntries(fd, start, buffer.Length);
                if (n == 0) break;
                if (n < 0 && Libc.LastError == Libc.EINTR) continue;
                if (n < 0)
                {
                    outcome = ProcFile.OutcomeOf(Libc.LastError);
                    break;
                }
                for (ReadOnlySpan<byte> rest = buffer[..(int)n]; DirectoryEntry.TryNext(ref rest, out ReadOnlySpan<byte> name);)
                {
                    if (!Utf8Parser.TryParse(name, out int number, out int used) || used != name.Length) continue;
                    count++;
                    if (numbers.Count < most) numbers.Add(number);
                }
            }
        }
        _ = Libc.Close(fd);
        numbers.Sort();
        return outcome;
    }
}
