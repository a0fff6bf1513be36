using System.Runtime.InteropServices;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

/// <summary>Who is read, when, and who never is.</summary>
public sealed partial class SmapsReaderTests
{
    [Fact]
    public void The_largest_come_first_as_many_as_the_budget_allows_and_all_in_the_end()
    {
        using var bench = new SmapsBench();
        bench.Clock.ReadingTakes = 4_000; // Three of them overdraw 10 ms by 2, and two of them pay that back.
        for (int pid = 1; pid <= 6; pid++) bench.Process(pid, pid * 4);
        Assert.Equal([4, 5, 6], bench.Round().Keys);
        Dictionary<int, double> values = bench.Round();
        Assert.Equal([2, 3, 4, 5, 6], values.Keys);
        Assert.Equal(12, values[6]);
        Assert.Equal([1, 2, 3, 4, 5, 6], bench.Round().Keys);
        Assert.True(bench.Signal.Available);
    }

    [Fact]
    public void What_one_reading_overdraws_the_next_ticks_pay()
    {
        using var bench = new SmapsBench();
        bench.Clock.ReadingTakes = 35_000;
        bench.Process(1, 20).Process(2, 10);
        Assert.Equal([1], bench.Round().Keys);
        Assert.Equal([1], bench.Round().Keys);
        Assert.Equal([1], bench.Round().Keys);
        Assert.Equal([1, 2], bench.Round().Keys);
    }

    [Fact]
    public void One_that_moves_much_all_the_time_does_not_take_the_turn_of_the_others()
    {
        using var bench = new SmapsBench();
        bench.Clock.ReadingTakes = 20_000; // One at a time, every second tick.
        bench.Process(1, 1).Process(2, 2);
        int rounds = 0;
        for (; bench.Values().Count < 3 && rounds < 1000; rounds++) bench.Process(3, rounds % 2 == 0 ? 100 : 200).Round();
        Assert.InRange(rounds, 3, 500);
    }

    [Fact]
    public void What_has_hardly_moved_is_not_read_again_for_ten_minutes()
    {
        using var bench = new SmapsBench();
        bench.Process(1, 1000);
        Assert.Equal(500, bench.Round()[1]);
        Assert.Equal(500, bench.Process(1, 1030).Round()[1]); // less than a 32nd
        Assert.Equal(516, bench.Process(1, 1032).Round()[1]);
        Assert.Equal(516, bench.Process(1, 1032, p => p.ProportionalKibibytes = 1024).Round(590)[1]);
        Assert.Equal(1, bench.Round(10)[1]);
    }

    [Fact]
    public void The_value_says_when_it_was_read()
    {
        using var bench = new SmapsBench();
        bench.Process(1, 10).Round();
        long read = bench.Sample(1).SmapsTimestamp;
        Assert.Equal(bench.Clock.GetTimestamp(), read);
        bench.Round();
        Assert.Equal(read, bench.Sample(1).SmapsTimestamp);
    }

    [Fact]
    public void A_process_that_would_stand_still_is_never_read_and_the_reason_says_so()
    {
        using var bench = new SmapsBench();
        bench.Process(1, 5000).Process(2, 3000);
        Assert.Equal([2], bench.Round().Keys);
        Assert.Equal("a process of less than 3840 MiB: reading a larger one would stall it", bench.Signal.Reason);
        // One that has grown too large for it has no value any more, rather than an old one.
        Assert.Empty(bench.Process(2, 5000).Round());
    }

    [Fact]
    public void What_has_no_address_space_has_none_in_memory_and_of_a_lost_main_thread_nothing_is_known()
    {
        using var bench = new SmapsBench();
        bench.Process(1, 0, p => (p.HasMemory, p.Flags) = (false, 0x200000)).Process(2, 0, p => (p.HasMemory, p.State) = (false, 'Z'));
        bench.Process(3, 0, p => (p.HasMemory, p.State, p.Threads) = (false, 'Z', 3));
        Assert.Equal(new Dictionary<int, double> { [1] = 0, [2] = 0 }, bench.Round());
        Assert.Equal(0, ProcessFacts.ProportionalSwapBytes(bench.Sample(2)));
        Assert.True(bench.Signal.Available);
    }

    [Fact]
    public void Who_ends_before_its_turn_and_who_has_its_pid_then_get_nothing()
    {
        using var bench = new SmapsBench();
        bench.Process(1, 10).Process(2, 10).Process(3, 10);
        bench.BeforeReading = () =>
        {
            bench.Exit(1);
            string stat = Path.Join(bench.Root, "2/stat");
            File.WriteAllText(stat, File.ReadAllText(stat).Replace(" 10000 ", " 10001 ", StringComparison.Ordinal)); // started later
        };
        Assert.Equal([3], bench.Round().Keys);
        Assert.True(bench.Signal.Available);
    }

    [Fact]
    public void Who_gives_up_its_memory_while_it_is_read_is_no_kernel_without_the_file()
    {
        using var bench = new SmapsBench();
        bench.Process(1, 10);
        bench.BeforeReading = () =>
        {
            File.Delete(Path.Join(bench.Root, "1/smaps_rollup"));
            string stat = Path.Join(bench.Root, "1/stat");
            File.WriteAllText(stat, File.ReadAllText(stat).Replace(") S ", ") Z ", StringComparison.Ordinal));
        };
        Assert.Empty(bench.Round());
        Assert.True(bench.Signal.Available);
    }

    [Fact]
    public void A_kernel_without_the_file_is_a_reason()
    {
        using var bench = new SmapsBench();
        Assert.Empty(bench.Process(1, 10, p => p.HasSmapsRollup = false).Round());
        Assert.Equal("Linux 4.14", bench.Signal.Reason);
    }

    [Fact]
    public void A_file_of_another_shape_is_no_value()
    {
        using var bench = new SmapsBench();
        bench.Process(1, 10);
        File.WriteAllText(Path.Join(bench.Root, "1/smaps_rollup"), "garbage\n");
        Assert.Empty(bench.Round());
        Assert.Empty(bench.Round());
        bench.Process(1, 10);
        Assert.Equal([1], bench.Round(600).Keys);
    }

    [Fact]
    public void Without_a_budget_there_are_no_values_and_a_reason()
    {
        using var bench = new SmapsBench();
        Assert.Single(bench.Process(1, 10).Round());
        bench.Budget = TimeSpan.Zero;
        Assert.Empty(bench.Round());
        Assert.Equal("sampling.smaps_budget above 0", bench.Signal.Reason);
        bench.Budget = TimeSpan.FromMilliseconds(10);
        Assert.Single(bench.Round());
    }

    [Fact]
    public void A_target_that_holds_its_memory_lock_hangs_one_thread_and_nobody_else()
    {
        using var bench = new SmapsBench();
        bench.Process(1, 10).Process(2, 20).Process(3, 30);
        string path = Path.Join(bench.Root, "2/smaps_rollup");
        File.Delete(path);
        Assert.Equal(0, MakeFifo(path, 0x180)); // Opening it waits for a writer that never comes, as reading waits for a memory lock.
        bench.Tick();
        Assert.True(SpinWait.SpinUntil(() => bench.Values().ContainsKey(3), 30_000)); // What was read before is there.
        bench.Tick(); // The thread may hang for a moment without any harm.
        Assert.True(bench.Signal.Available);
        Assert.True(SpinWait.SpinUntil(() => // Now it is left behind, and another one reads on.
        {
            bench.Tick(11);
            return bench.Values().ContainsKey(1);
        }, 30_000));
        Assert.Equal([1, 3], bench.Round().Keys);
        Assert.Contains("mmap_lock", bench.Signal.Reason, StringComparison.Ordinal);

        using (new FileStream(path, FileMode.Open, FileAccess.Write)) File.Delete(path); // Its lock is free again.
        bench.Process(2, 20);
        Assert.True(SpinWait.SpinUntil(() => bench.Round().ContainsKey(2), 30_000));
    }

    [Fact]
    public void Threads_that_hang_are_bounded()
    {
        using var bench = new SmapsBench();
        string[] paths = [.. Enumerable.Range(1, SmapsReader.MostStuck + 1).Select(pid => Path.Join(bench.Root, $"{pid}/smaps_rollup"))];
        for (int i = 0; i < paths.Length; i++)
        {
            bench.Process(i + 1, 10);
            File.Delete(paths[i]);
            Assert.Equal(0, MakeFifo(paths[i], 0x180));
        }
        bench.Process(9, 1);
        Assert.True(SpinWait.SpinUntil(() => Hang(bench), 30_000));
        Assert.Empty(bench.Round());
        Assert.Contains("mmap_lock", bench.Signal.Reason, StringComparison.Ordinal);
        for (int i = 0; i < paths.Length; i++)
        {
            if (i < SmapsReader.MostStuck) using (new FileStream(paths[i], FileMode.Open, FileAccess.Write)) File.Delete(paths[i]);
            else File.Delete(paths[i]);
            bench.Process(i + 1, 10);
        }
        Assert.True(SpinWait.SpinUntil(() => bench.Round().Count == 4, 30_000));
    }

    [Fact]
    public void A_tick_allocates_nothing_for_the_reading()
    {
        using var bench = new SamplerBench();
        for (int pid = 10; pid < 40; pid++) bench.Proc.Process(pid);
        long least = long.MaxValue;
        for (int i = 0; i < 100 && least > 0; i++)
        {
            for (int pid = 10; pid < 40; pid++) bench.Proc.Process(pid, p => p.ResidentPages = 1000 + i * 100);
            long before = GC.GetAllocatedBytesForCurrentThread();
            bench.Sampler.Tick();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.True(SpinWait.SpinUntil(() => !bench.Sampler.Smaps.IsBusy, 30_000));
        }
        Assert.Equal(0, least);
    }

    [Fact]
    public void A_group_has_a_value_once_every_member_has_one()
    {
        const string proportional = "process_group_memory_proportional_bytes{group=\"worker\"}";
        using var bench = new SamplerBench();
        bench.Proc.Process(10).Process(11);
        Assert.False(bench.Tick().ContainsKey(proportional));
        Dictionary<string, double> values = bench.Tick();
        Assert.Equal(2 * 40 * 1024, values[proportional]);
        Assert.Equal(2 * 36 * 1024, values["process_group_memory_unique_bytes{group=\"worker\"}"]);
        bench.Proc.Process(12);
        Assert.False(bench.Tick().ContainsKey(proportional));
        Assert.Equal(3 * 40 * 1024, bench.Tick()[proportional]);
    }

    [Fact]
    public void The_limit_follows_what_readings_take_within_bounds()
    {
        var stall = new StallEstimate();
        double before = stall.LargestBytes;
        for (int i = 0; i < 100; i++) stall.Learn(100 << 20, TimeSpan.FromMilliseconds(13)); // ten times as slow
        Assert.InRange(stall.LargestBytes, before / 10.01, before / 9.9);
        for (int i = 0; i < 100; i++) stall.Learn(100 << 20, TimeSpan.FromSeconds(60));
        Assert.InRange(stall.LargestBytes, before / 10.01, before / 9.9);
        for (int i = 0; i < 100; i++) stall.Learn(100 << 20, TimeSpan.FromMicroseconds(10)); // huge pages
        Assert.InRange(stall.LargestBytes, before * 1.9, before * 2.01);
        stall.Learn(1 << 20, TimeSpan.FromSeconds(1)); // too small to tell
        Assert.InRange(stall.LargestBytes, before * 1.9, before * 2.01);
        Assert.Same(stall.Reason, stall.Reason);
    }

    private static bool Hang(SmapsBench bench)
    {
        bench.Tick(11);
        return bench.Reader.Stuck == SmapsReader.MostStuck;
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
