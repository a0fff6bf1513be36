using System.Text;
using ProcessArsenal.Procfs.Interop;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcFileTests
{
    [Theory]
    [InlineData(Libc.ENOENT, ReadOutcome.Gone)]
    [InlineData(Libc.ESRCH, ReadOutcome.Gone)]
    [InlineData(Libc.EOPNOTSUPP, ReadOutcome.Gone)]
    [InlineData(Libc.EPERM, ReadOutcome.Denied)]
    [InlineData(Libc.EACCES, ReadOutcome.Denied)]
    [InlineData(5, ReadOutcome.Malformed)]
    public void Errors_have_their_outcome(int error, ReadOutcome outcome) => Assert.Equal(outcome, ProcFile.OutcomeOf(error));

    [Fact]
    public void Reads_a_whole_file_or_fills_the_buffer()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("procfile-").FullName, "f");
        File.WriteAllBytes(path, new byte[10_000]);
        byte[] name = Encoding.UTF8.GetBytes(path + "\0");
        Assert.Equal((ReadOutcome.Ok, 10_000), (ProcFile.Read(Libc.AT_FDCWD, name, new byte[20_000], out int length), length));
        Assert.Equal((ReadOutcome.Ok, 100), (ProcFile.Read(Libc.AT_FDCWD, name, new byte[100], out length), length));
        Assert.Equal((ReadOutcome.Ok, 0), (ProcFile.Read(Libc.AT_FDCWD, name, [], out length), length));
        Assert.Equal(ReadOutcome.Malformed, ProcFile.ReadLink(Libc.AT_FDCWD, name, new byte[100], out _)); // EINVAL: no link
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        Assert.Equal((ReadOutcome.Gone, 0), (ProcFile.Read(Libc.AT_FDCWD, name, new byte[100], out length), length));
    }

    [Fact]
    public void Goes_on_after_a_short_read()
    {
        // /proc/kallsyms and the like give a page at a time; our own maps is the one that anybody may read.
        byte[] buffer = new byte[1 << 20];
        Assert.Equal(ReadOutcome.Ok, ProcFile.Read(Libc.AT_FDCWD, "/proc/self/maps\0"u8, buffer, out int length));
        Assert.InRange(length, 4097, buffer.Length - 1);
        Assert.Equal((byte)'\n', buffer[length - 1]);
    }

    [Fact]
    public void A_directory_is_no_file_and_a_file_no_directory()
    {
        Assert.Equal(ReadOutcome.Malformed, ProcFile.Read(Libc.AT_FDCWD, "/proc\0"u8, new byte[10], out _));
        Assert.Equal(-1, ProcFile.OpenDirectory(Libc.AT_FDCWD, "/proc/uptime\0"u8, out ReadOutcome outcome));
        Assert.Equal(ReadOutcome.Malformed, outcome);
    }
}
