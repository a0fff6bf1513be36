using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Compatibility;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Tests.Grouping;
using ProcessArsenal.Telemetry.Tests.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Compatibility;

/// <summary>process-exporter's families by thread name: each thread once, and counters that never fall.</summary>
public sealed class NamedThreadsTests : IDisposable
{
    private const string Prefix = "namedprocess_namegroup_";

    private readonly SamplerBench _bench;

    public NamedThreadsTests()
    {
        GroupRule[] rules = [Describe.Rule(new() { Name = "web", Comm = ["web"], ProcessExporter = true })];
        _bench = new SamplerBench(new SamplingOptions { Compatibility = new NamedGroupOptions(rules), GroupLinger = TimeSpan.FromSeconds(30) });
        _bench.Proc.Process(10, p => (p.Name, p.Threads, p.UserTicks) = ("web", 3, 300))
            .Thread(10, 11, t => (t.Name, t.UserTicks, t.State, t.WaitChannel, t.Threads) = ("pool", 150, 'R', "0", 3))
            .Thread(10, 12, t => (t.Name, t.UserTicks, t.Threads) = ("pool", 50, 3));
    }

    public void Dispose() => _bench.Dispose();

    private static double? Value(Dictionary<string, double> page, string name, string more) =>
        page.TryGetValue($"{Prefix}{name}{{groupname=\"web\",{more}}}", out double value) ? value : null;

    private static double? Cpu(Dictionary<string, double> page, string name) => Value(page, "thread_cpu_seconds_total", $"threadname=\"{name}\",mode=\"user\"");

    /// <summary>The process's own stat has what its threads have, the ended ones too.</summary>
    private void Move(ulong ticks, int threads = 3) => _bench.Proc.Process(10, p => (p.UserTicks, p.Threads) = (ticks, threads));

    [Fact]
    public void Each_thread_counts_once_the_main_one_too()
    {
        Dictionary<string, double> page = _bench.Tick();
        Assert.Equal(1, Value(page, "states", "state=\"Running\""));
        Assert.Equal(2, Value(page, "states", "state=\"Sleeping\""));
        Assert.Equal(1, Value(page, "thread_count", "threadname=\"web\""));
        Assert.Equal(2, Value(page, "thread_count", "threadname=\"pool\""));
        Assert.Equal(2, Value(page, "threads_wchan", "wchan=\"do_sys_poll\"")); // one runs
        Assert.Equal(0, Cpu(page, "pool"));
    }

    [Fact]
    public void A_process_with_one_thread_has_no_series_by_thread_name()
    {
        _bench.Proc.Process(20, p => (p.Name, p.State) = ("web", 'D'));
        Dictionary<string, double> page = _bench.Tick();
        Assert.Equal(1, Value(page, "thread_count", "threadname=\"web\""));
        Assert.Equal(1, Value(page, "states", "state=\"Waiting\""));
        Assert.Equal(3, Value(page, "threads_wchan", "wchan=\"do_sys_poll\""));
    }

    [Fact]
    public void What_a_thread_used_stays_when_it_ends_and_its_name_leaves_after_a_while()
    {
        _bench.Tick();
        Move(400);
        _bench.Proc.Thread(10, 11, t => t.UserTicks = 250);
        Assert.Equal(1, Cpu(_bench.Tick(), "pool"));
        Move(420, threads: 1);
        _bench.Proc.ThreadExit(10, 11).ThreadExit(10, 12);
        Dictionary<string, double> page = _bench.Tick();
        Assert.Equal(1, Cpu(page, "pool"));
        Assert.Equal(0, Value(page, "thread_count", "threadname=\"pool\""));
        _bench.Tick(40);
        Assert.Null(Cpu(_bench.Tick(), "pool"));
    }

    [Fact]
    public void A_thread_that_began_since_is_credited_whole_and_one_that_has_its_number_later_too()
    {
        _bench.Tick();
        Move(400, threads: 4);
        _bench.Proc.Thread(10, 13, t => (t.Name, t.UserTicks, t.StartTicks, t.Threads) = ("late", 70, 90_000, 4));
        Assert.Equal(0.7, Cpu(_bench.Tick(), "late"));
        Move(500, threads: 4);
        _bench.Proc.Thread(10, 13, t => (t.UserTicks, t.StartTicks) = (40, 95_000));
        Assert.Equal(1.1, Cpu(_bench.Tick(), "late"));
    }

    [Fact]
    public void A_thread_with_a_new_name_takes_what_it_uses_from_then_on_with_it()
    {
        _bench.Tick();
        Move(400);
        _bench.Proc.Thread(10, 11, t => (t.Name, t.UserTicks) = ("renamed", 160));
        Dictionary<string, double> page = _bench.Tick();
        Assert.Equal(0.1, Cpu(page, "renamed"));
        Assert.Equal(0, Cpu(page, "pool"));
        Assert.Equal(1, Value(page, "thread_count", "threadname=\"pool\""));
    }

    [Fact]
    public void Context_switches_are_those_of_all_threads_and_do_not_fall_when_one_ends()
    {
        _bench.Tick();
        Move(400);
        _bench.Proc.Thread(10, 11, t => (t.VoluntarySwitches, t.InvoluntarySwitches) = (101, 7)).Thread(10, 12, t => t.VoluntarySwitches = 11);
        Dictionary<string, double> page = _bench.Tick();
        Assert.Equal(110, Value(page, "context_switches_total", "ctxswitchtype=\"voluntary\""));
        Assert.Equal(7, Value(page, "context_switches_total", "ctxswitchtype=\"nonvoluntary\""));
        Assert.Equal(110, Value(page, "thread_context_switches_total", "threadname=\"pool\",ctxswitchtype=\"voluntary\""));
        Move(410, threads: 2);
        _bench.Proc.ThreadExit(10, 11).Thread(10, 12, t => t.VoluntarySwitches = 21);
        Assert.Equal(120, Value(_bench.Tick(), "context_switches_total", "ctxswitchtype=\"voluntary\""));
    }

    [Fact]
    public void Without_the_io_of_one_thread_there_is_no_sum()
    {
        _bench.Proc.Thread(10, 12, t => t.HasIo = false);
        Dictionary<string, double> page = _bench.Tick();
        Assert.Null(Value(page, "thread_io_bytes_total", "threadname=\"pool\",iomode=\"read\""));
        Assert.Equal(0, Value(page, "thread_io_bytes_total", "threadname=\"web\",iomode=\"read\""));
    }

    [Fact]
    public void A_process_that_did_not_run_is_read_again_in_due_time()
    {
        _bench.Tick();
        _bench.Proc.Thread(10, 12, t => t.WaitChannel = "futex_wait");
        double? seen = null;
        int ticks = 0;
        while (seen is null && ticks++ < 10) seen = Value(_bench.Tick(), "threads_wchan", "wchan=\"futex_wait\"");
        Assert.Equal(1, seen);
        Assert.InRange(ticks, 1, 6);
    }

    [Fact]
    public void Names_beyond_the_cap_are_one()
    {
        const int Threads = 150;
        Move(400, Threads + 3);
        for (int i = 0; i < Threads; i++) _bench.Proc.Thread(10, 1000 + i, t => (t.Name, t.Threads) = ($"t{i}", Threads + 3));
        Dictionary<string, double> page = _bench.Tick();
        Assert.Equal(Threads + 2 - GroupThreads.MaxNames, Value(page, "thread_count", "threadname=\"other\""));
        Assert.Equal(Threads + 2 - GroupThreads.MaxNames, page["arsenal_series_dropped_total{family=\"namedprocess_namegroup_thread\"}"]);
        Assert.Equal(Threads + 3, page.Where(pair => pair.Key.StartsWith(Prefix + "thread_count", StringComparison.Ordinal)).Sum(pair => pair.Value));
    }

    [Fact]
    public void A_tick_allocates_nothing_for_threads_that_are_known()
    {
        ulong ticks = 400;
        for (int i = 0; i < 5; i++)
        {
            Move(++ticks);
            _bench.Tick();
        }
        using ProcFs proc = ProcFs.Open(_bench.Proc.Root);
        Assert.Equal(ReadOutcome.Ok, proc.OpenProcess(10, out ProcessDirectory? directory));
        using (directory)
        {
            var reader = new ThreadReader();
            var threads = new MemberThreads();
            var group = new GroupThreads(new GroupKey("web"));
            byte[] buffer = new byte[4096];
            var sample = default(ProcessSample);
            Assert.Equal(ReadOutcome.Ok, directory!.ReadStat(buffer, out sample.Stat, out _));
            for (int i = 0; i < 3; i++) reader.Read(sample, directory, threads, group, credit: true);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++) reader.Read(sample, directory, threads, group, credit: true);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.Equal(3, threads.Entries.Length);
        }
    }
}
