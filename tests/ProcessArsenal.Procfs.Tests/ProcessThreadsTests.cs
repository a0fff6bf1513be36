using ProcessArsenal.Tests;

namespace ProcessArsenal.Procfs.Tests;

public sealed class ProcessThreadsTests : IDisposable
{
    private readonly FixtureProc _fixture = new();
    private readonly byte[] _buffer = new byte[4096];

    public void Dispose() => _fixture.Dispose();

    private ProcessDirectory Open(out ProcFs proc)
    {
        _fixture.Process(10, p => p.Threads = 3).Thread(10, 30, t => (t.Name, t.UserTicks) = ("a) S (b", 7)).Thread(10, 12);
        proc = ProcFs.Open(_fixture.Root);
        Assert.Equal(ReadOutcome.Ok, proc.OpenProcess(10, out ProcessDirectory? directory));
        return directory!;
    }

    [Fact]
    public void Lists_threads_in_order_and_no_more_than_asked_for()
    {
        using ProcessDirectory directory = Open(out ProcFs proc);
        using (proc)
        {
            List<int> threads = [99];
            Assert.Equal(ReadOutcome.Ok, directory.ListThreads(_buffer, threads, 10, out int count));
            Assert.Equal([10, 12, 30], threads);
            Assert.Equal(3, count);
            Assert.Equal(ReadOutcome.Ok, directory.ListThreads(_buffer, threads, 2, out count));
            Assert.Equal(2, threads.Count);
            Assert.Equal(3, count);
        }
    }

    [Fact]
    public void Reads_the_files_of_one_thread()
    {
        using ProcessDirectory directory = Open(out ProcFs proc);
        using (proc)
        {
            Assert.Equal(ReadOutcome.Ok, directory.ReadThreadStat(30, _buffer, out ProcStat stat, out ReadOnlySpan<byte> name));
            Assert.Equal("a) S (b"u8, name);
            Assert.Equal(7UL, stat.UserTicks);
            Assert.Equal(ReadOutcome.Ok, directory.ReadThreadIo(30, _buffer, out _));
            Assert.Equal(ReadOutcome.Ok, directory.ReadThreadSwitches(30, _buffer, out ProcTaskSwitches switches));
            Assert.Equal(1UL, switches.Voluntary);
            Assert.Equal(ReadOutcome.Ok, directory.ReadThreadWaitChannel(30, _buffer, out ReadOnlySpan<byte> channel));
            Assert.Equal("do_sys_poll"u8, channel);
            Assert.Equal(ReadOutcome.Ok, proc.ReadWaitChannel(10, _buffer, out channel));
            Assert.Equal("do_sys_poll"u8, channel);
            Assert.Equal(ReadOutcome.Gone, proc.ReadWaitChannel(11, _buffer, out channel));
            Assert.True(channel.IsEmpty);
            _fixture.ThreadExit(10, 30);
            Assert.Equal(ReadOutcome.Gone, directory.ReadThreadStat(30, _buffer, out _, out _));
        }
    }

    [Fact]
    public void Reads_our_own_threads()
    {
        using ProcFs proc = ProcFs.Open();
        Assert.Equal(ReadOutcome.Ok, proc.OpenProcess(Environment.ProcessId, out ProcessDirectory? directory));
        Assert.NotNull(directory);
        using (directory)
        {
            List<int> threads = [];
            Assert.Equal(ReadOutcome.Ok, directory.ListThreads(_buffer, threads, 10_000, out int count));
            Assert.Equal(count, threads.Count);
            Assert.Contains(Environment.ProcessId, threads);
            Assert.Equal(ReadOutcome.Ok, directory.ReadThreadSwitches(Environment.ProcessId, _buffer, out ProcTaskSwitches switches));
            Assert.True(switches.Voluntary + switches.Involuntary > 0);
            Assert.Equal(ReadOutcome.Ok, directory.ReadThreadIo(Environment.ProcessId, _buffer, out _));
        }
    }

    [Theory]
    [InlineData("Name:\tx\nvoluntary_ctxt_switches:\t5\nnonvoluntary_ctxt_switches:\t7\n", true)]
    [InlineData("Name:\tx\nvoluntary_ctxt_switches:\t5\n", false)]
    [InlineData("Name:\tx\nvoluntary_ctxt_switches:\t5\nnonvoluntary_ctxt_switches:\t7", false)]
    [InlineData("Name:\tx\nvoluntary_ctxt_switches:\tx\nnonvoluntary_ctxt_switches:\t7\n", false)]
    [InlineData("", false)]
    public void Switches_are_whole_or_nothing(string text, bool good)
    {
        Assert.Equal(good, ProcTaskSwitches.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out ProcTaskSwitches switches));
        if (good) Assert.Equal((5UL, 7UL), (switches.Voluntary, switches.Involuntary));
    }

    [Fact]
    public void Cgroups_are_listed_as_process_exporter_does()
    {
        Assert.Equal("[/a /b:c /]", ProcCgroup.ListPaths("2:cpu:/a\n1:name=systemd:/b:c\n0::/\n"u8));
        Assert.Equal("[]", ProcCgroup.ListPaths(""u8));
    }
}
