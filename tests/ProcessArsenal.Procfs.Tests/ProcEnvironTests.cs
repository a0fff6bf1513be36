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
            byte[] buffer = new byte[128 * 1024];
            Assert.Equal(ReadOutcome.Ok, directory!.ReadEnvironmentVariable("PATH"u8, buffer, out string? path));
            Assert.NotNull(path);
            Assert.All(buffer, b => Assert.Equal(0, b)); // No secret is left there.
        }
    }
}
