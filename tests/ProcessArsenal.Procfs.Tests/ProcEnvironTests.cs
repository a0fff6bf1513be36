using System.Buffers;
using CsCheck;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcEnvironTests
{
    [Theory]
    [InlineData("TMPDIR=/a\0", "/a")]
    [InlineData("A=1\0TMPDIR=\0", "")]
    [InlineData("TMPDIR2=/b\0TMPDIR=/a\0TMPDIR=/c\0", "/a")]
    [InlineData("TMPDIR=/a", null)] // cut off
    [InlineData("TMPDIR\0TMPDI=R=/a\0XTMPDIR=/a\0\0", null)]
    [InlineData("", null)]
    public void Finds_what_getenv_finds(string text, string? value) =>
        Assert.Equal(value, ProcEnviron.Find(System.Text.Encoding.UTF8.GetBytes(text), "TMPDIR"u8));

    [Fact]
    public void Garbage_does_no_harm() => Gen.Byte.Array[0, 300].Sample(bytes => { _ = ProcEnviron.Find(bytes, "TMPDIR"u8); });

    [Fact]
    public void Reads_that_of_a_process()
    {
        using ProcFs proc = ProcFs.Open("/proc");
        Assert.Equal(ReadOutcome.Ok, proc.OpenProcess(Environment.ProcessId, out ProcessDirectory? directory));
        using (directory)
        {
            int size = 0;
            Assert.Equal(ReadOutcome.Ok, directory!.ReadEnvironment(environment => (size = environment.Length, ProcEnviron.Find(environment, "PATH"u8)), out (int, string? Path) made));
            Assert.NotNull(made.Path);
            byte[] buffer = ArrayPool<byte>.Shared.Rent(128 * 1024); // The same again, on this thread.
            Assert.True(size > 0 && buffer.AsSpan(0, size).IndexOfAnyExcept((byte)0) < 0, "No secret is left there.");
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
