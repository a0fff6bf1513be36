namespace ProcessArsenal.Procfs.Tests;

public sealed class PerfEventsTests
{
    private const ulong Interval = 1_001_000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_thread_that_works_is_sampled_as_often_as_was_asked_for(bool isSystemWide)
    {
        Assert.SkipUnless(PerfEvents.IsCheap(), $"perf_event_open(2) is denied here (kernel.perf_event_paranoid is {PerfEvents.Paranoid()}): it takes CAP_PERFMON");
        int samples = 0, broken = 0;
        ulong first = 0, last = 0;
        var phases = new List<int>();
        await Task.Run(() =>
        {
            var sampling = new PerfSampling { Interval = TimeSpan.FromTicks((long)Interval / 100) };
            int thread = Directory.GetDirectories("/proc/thread-self").Length > 0 ? int.Parse(Path.GetFileName(new FileInfo("/proc/thread-self").LinkTarget!), System.Globalization.CultureInfo.InvariantCulture) : 0;
            using PerfEvents? events = isSystemWide ? PerfEvents.OpenSystemWide(sampling, out int error) : PerfEvents.OpenThreads(sampling, [thread], out error);
            Assert.Equal(0, error);
            Assert.Equal((isSystemWide, true), (events!.IsSystemWide, events.SeesKernel));
            events.Begin();
            ulong began = KernelClock.ThreadCpuNanoseconds();
            while (KernelClock.ThreadCpuNanoseconds() - began < 1_000_000_000)
            {
                events.Drain(Environment.ProcessId, (in record) =>
                {
                    if (record.Kind != PerfRecordKind.Sample || record.Thread != thread) return;
                    samples++;
                    if (first == 0) first = record.Time;
                    last = record.Time;
                    phases.Add((int)(record.Time % Interval * 10 / Interval));
                    if (record.Process != Environment.ProcessId || record.Chain.IsEmpty) broken++;
                });
                events.Vary();
            }
            broken += (int)events.Broken;
        }, TestContext.Current.CancellationToken);
        Assert.Equal(0, broken);
        Assert.InRange(samples, 900, 1100); // A second of CPU time.
        Assert.InRange(last - first, 800_000_000UL, ulong.MaxValue);
        Assert.Equal(10, phases.CountBy(static phase => phase).Count(static place => place.Value > 20)); // Not in step with anything.
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
