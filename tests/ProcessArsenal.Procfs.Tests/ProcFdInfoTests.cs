using System.IO.Pipes;
using System.Text;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcFdInfoTests
{
    [Theory]
    [InlineData("pos:\t0\nflags:\t0100001\nmnt_id:\t14\n", DescriptorAccess.Write)]
    [InlineData("pos:\t0\nflags:\t02000000\n", DescriptorAccess.Read)]
    [InlineData("flags:\t02\n", DescriptorAccess.Both)]
    public void The_lowest_bits_say_what_may_be_done(string text, DescriptorAccess expected)
    {
        Assert.True(ProcFdInfo.TryParseAccess(Encoding.ASCII.GetBytes(text), out DescriptorAccess access));
        Assert.Equal(expected, access);
    }

    [Theory]
    [InlineData("")]
    [InlineData("pos:\t0\n")]
    [InlineData("flags:\t\n")]
    [InlineData("flags:\t09\n")]
    [InlineData("flags:\t03\n")]
    public void Something_else_is_refused(string text) => Assert.False(ProcFdInfo.TryParseAccess(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Both_ends_of_a_real_pipe_are_told_apart()
    {
        using var reader = new AnonymousPipeServerStream(PipeDirection.In);
        using ProcFs proc = ProcFs.Open();
        Assert.Equal(ReadOutcome.Ok, proc.OpenProcess(Environment.ProcessId, out ProcessDirectory? directory));
        using (directory)
        {
            byte[] buffer = new byte[1024];
            Assert.Equal(ReadOutcome.Ok, directory!.ReadDescriptorAccess((int)reader.SafePipeHandle.DangerousGetHandle(), buffer, out DescriptorAccess read));
            Assert.Equal(ReadOutcome.Ok, directory!.ReadDescriptorAccess((int)reader.ClientSafePipeHandle.DangerousGetHandle(), buffer, out DescriptorAccess write));
            Assert.Equal((DescriptorAccess.Read, DescriptorAccess.Write), (read, write));
        }
    }
}
