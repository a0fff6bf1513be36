namespace ProcessArsenal.Procfs.Tests;

public sealed class OpenFileLimitTests
{
    [Fact]
    public void The_soft_limit_becomes_the_hard_one()
    {
        ulong raised = OpenFileLimit.Raise();
        using ProcFs proc = ProcFs.Open();
        Assert.Equal(ReadOutcome.Ok, proc.OpenProcess(Environment.ProcessId, out ProcessDirectory? self));
        using (self)
        {
            Assert.Equal(ReadOutcome.Ok, self!.ReadLimits(new byte[4096], out ProcLimits limits));
            Assert.Equal(limits.OpenFilesHard, limits.OpenFilesSoft);
            Assert.Equal(limits.OpenFilesSoft, raised);
        }
    }
}
