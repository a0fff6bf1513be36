using System.Text;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcSyscallTests
{
    [Theory]
    [InlineData("1 0x1 0x5581 0x1b 0x0 0x0 0x0 0x7ffd 0x7f2a\n", 1, 1UL)]
    [InlineData("64 0xffffffffffffffff 0x0 0x0 0x0 0x0 0x0 0x7ffd 0x7f2a\n", 64, ulong.MaxValue)]
    public void The_number_and_the_first_argument_are_told(string text, int number, ulong first)
    {
        Assert.True(ProcSyscall.TryParse(Encoding.ASCII.GetBytes(text), out ProcSyscall value));
        Assert.Equal(new ProcSyscall(number, first), value);
    }

    [Theory]
    [InlineData("running\n")]
    [InlineData("-1 0x7ffd 0x7f2a\n")] // It waits, but in no system call.
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1 1 2")]
    [InlineData("1 0x 0x2")]
    [InlineData("1 0xg\n")]
    [InlineData("99999999999 0x1\n")]
    public void Anything_else_is_refused(string text) => Assert.False(ProcSyscall.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void A_process_that_reads_is_seen_to()
    {
        using ProcFs proc = ProcFs.Open();
        using var cat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("cat") { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        byte[] buffer = new byte[256];
        Assert.Equal(ReadOutcome.Ok, proc.OpenProcess(cat.Id, out ProcessDirectory? directory));
        using (directory)
            Assert.True(SpinWait.SpinUntil(() => ProcSyscall.Read(directory!, buffer, out ProcSyscall call) == ReadOutcome.Ok && call.First == 0, TimeSpan.FromSeconds(30)));
        cat.StandardInput.Close();
        cat.WaitForExit();
    }
}
