using System.Buffers;
using System.Text;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Publishing;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Tests.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Snapshots;

public sealed class SnapshotTests
{
    [Fact]
    public async Task A_page_written_while_sampling_runs_never_mixes_two_ticks()
    {
        // At tick k every process has used k ticks of CPU, written k bytes and has k threads: a page with two numbers mixes.
        using var bench = new SamplerBench();
        Advance(bench, 1);
        using var done = new CancellationTokenSource();
        Task<int>[] readers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() => CheckPages(bench, done.Token)))];
        for (int k = 2; k <= 100; k++) Advance(bench, k);
        await done.CancelAsync();
        int[] pages = await Task.WhenAll(readers);
        Assert.InRange(pages.Sum(), 20, int.MaxValue);
    }

    [Fact]
    public void A_leased_snapshot_stays_as_it_was_and_its_memory_is_used_again_afterwards()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10);
        bench.Tick();
        SnapshotLease first = bench.Store.Acquire();
        for (int i = 0; i < 5; i++) bench.Tick();
        Assert.Equal(1, first.Snapshot!.Tick);
        Assert.Equal(10, first.Snapshot.Processes[0].Sample.Identity.Pid);
        first.Dispose();
        first.Dispose(); // Twice is once.
        var seen = new HashSet<Snapshot>();
        for (int i = 0; i < 10; i++)
        {
            bench.Tick();
            using SnapshotLease lease = bench.Store.Acquire();
            seen.Add(lease.Snapshot!);
        }
        Assert.InRange(seen.Count, 1, 3);
    }

    [Fact]
    public void A_tick_allocates_nothing_whatever_the_number_of_processes()
    {
        using ProcFs proc = ProcFs.Open();
        var options = new SamplingOptions
        {
            Grouper = new Grouper([Rules.Compile(new GroupRuleOptions { Name = "{{.ExeBase}}", Cmdline = ["--port=(?P<port>.*)"] })]),
            Exclude = [Rules.Parse("user = \"games\"")],
            Watch = [Rules.Parse("memory > 1MiB and name ~ \"^[a-z]\"")],
        };
        using var sampler = new Sampler(proc, new SnapshotStore(), options, TimeProvider.System);
        // The least of many: other programs start and end meanwhile, and a new process is allowed to cost something.
        long least = long.MaxValue;
        for (int i = 0; i < 200 && least > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            sampler.Tick();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.Equal(0, least);
    }

    private static void Advance(SamplerBench bench, int k)
    {
        for (int pid = 10; pid < 20; pid++)
        {
            bench.Proc.Process(pid, p =>
            {
                p.UserTicks = (ulong)k;
                p.WriteBytes = (ulong)k;
                p.Threads = k;
                p.Executable = $"/bin/program{p.Pid}";
            });
        }
        bench.Time.Advance(TimeSpan.FromSeconds(1));
        bench.Sampler.Tick();
    }

    private static int CheckPages(SamplerBench bench, CancellationToken done)
    {
        int pages = 0;
        var output = new ArrayBufferWriter<byte>();
        while (!done.IsCancellationRequested)
        {
            output.ResetWrittenCount();
            using (SnapshotLease lease = bench.Store.Acquire()) PrometheusPage.Write(lease.Snapshot!, output, ExpositionFormat.PrometheusText, bench.Time);
            string[] lines = Encoding.UTF8.GetString(output.WrittenSpan).Split('\n');
            int tick = Value(lines.Single(line => line.StartsWith("arsenal_ticks_total ", StringComparison.Ordinal)));
            string[] threads = [.. lines.Where(line => line.StartsWith("process_group_threads{", StringComparison.Ordinal))];
            string[] writes = [.. lines.Where(line => line.Contains("\"write\"", StringComparison.Ordinal) && line.StartsWith("process_disk", StringComparison.Ordinal))];
            Assert.Equal(10, threads.Length);
            Assert.NotEmpty(writes);
            Assert.All(threads, line => Assert.Equal(tick, Value(line)));
            Assert.All(writes, line => Assert.Equal(tick, Value(line)));
            pages++;
        }
        return pages;
    }

    private static int Value(string line) => int.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
}
