namespace ProcessArsenal.Procfs.Tests;

public sealed class PerfEventsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_thread_that_works_is_sampled_as_often_as_was_asked_for(bool isSystemWide)
    {
        Assert.SkipUnless(PerfEvents.IsCheap(), $"perf_event_open(2) is denied here (kernel.perf_event_paranoid is {PerfEvents.Paranoid()}): it takes CAP_PERFMON");
        int samples = 0, broken = 0;
        ulong first = 0, last = 0;
        await Task.Run(() =>
        {
            var sampling = new PerfSampling { Interval = TimeSpan.FromMilliseconds(1.001) };
            int thread = Directory.GetDirectories("/proc/thread-self").Length > 0 ? int.Parse(Path.GetFileName(new FileInfo("/proc/thread-self").LinkTarget!), System.Globalization.CultureInfo.InvariantCulture) : 0;
            using PerfEvents? events = isSystemWide ? PerfEvents.OpenSystemWide(sampling, out int error) : PerfEvents.OpenThreads(sampling, [thread], out error);
            Assert.Equal(0, error);
            Assert.Equal((isSystemWide, true), (events!.IsSystemWide, events.SeesKernel));
            events.Begin();
            ulong began = KernelClock.ThreadCpuNanoseconds();
            while (KernelClock.ThreadCpuNanoseconds() - began < 400_000_000)
            {
                events.Drain(Environment.ProcessId, (in record) =>
                {
                    if (record.Kind != PerfRecordKind.Sample || record.Thread != thread) return;
                    samples++;
                    if (first == 0) first = record.Time;
                    last = record.Time;
                    if (record.Process != Environment.ProcessId || record.Chain.IsEmpty) broken++;
                });
            }
            broken += (int)events.Broken;
        }, TestContext.Current.CancellationToken);
        Assert.Equal(0, broken);
        Assert.InRange(samples, 360, 440); // 400 ms of CPU time.
        Assert.InRange(last - first, 300_000_000UL, ulong.MaxValue);
    }

    [Fact]
    public void Whoever_has_ended_can_t_be_sampled()
    {
        Assert.SkipUnless(PerfEvents.IsCheap(), "perf_event_open(2) is denied here");
        Assert.Null(PerfEvents.OpenThreads(new PerfSampling(), [4_194_303], out int error));
        Assert.Equal(3, error); // ESRCH
        Assert.Null(PerfEvents.OpenThreads(new PerfSampling(), new int[PerfEvents.MostDescriptors + 1], out error));
        Assert.Equal(24, error); // EMFILE
    }
}
