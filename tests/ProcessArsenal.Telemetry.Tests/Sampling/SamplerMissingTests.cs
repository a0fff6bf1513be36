using System.Runtime.InteropServices;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

/// <summary>Missing is not zero: what can't be read is absent, and what is truly nothing is 0.</summary>
public sealed partial class SamplerMissingTests
{
    private const string Memory = "process_group_memory_usage_bytes{group=\"worker\"}";
    private const string Writes = "process_group_disk_io_bytes_total{group=\"worker\",disk_io_direction=\"write\"}";

    [Fact]
    public void A_part_of_a_sum_is_not_published_as_the_sum()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10).Process(11, p => p.HasIo = false).Process(12, p => p.Executable = "/bin/second");
        Dictionary<string, double> values = bench.Tick();
        Assert.False(values.ContainsKey(Writes));
        Assert.Equal(0, values[Writes.Replace("worker", "second", StringComparison.Ordinal)]);
        bench.Proc.Process(10, p => (p.WriteBytes, p.MinorFaults) = (100, 900)).Exit(11);
        Assert.Equal(100, bench.Tick()[Writes]);
    }

    [Fact]
    public void Memory_of_a_process_whose_main_thread_ended_is_absent_and_of_a_zombie_zero()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10, p => (p.State, p.HasMemory, p.Threads) = ('Z', false, 3));
        bench.Proc.Process(11, p => (p.State, p.HasMemory, p.Name) = ('Z', false, "zombie"));
        Dictionary<string, double> values = bench.Tick();
        Assert.False(values.ContainsKey(Memory));
        Assert.False(values.ContainsKey("process_group_file_descriptors{group=\"worker\"}"));
        Assert.Equal(0, values["process_group_memory_usage_bytes{group=\"zombie\"}"]);
        Assert.Equal(0, values["process_group_memory_swap_bytes{group=\"zombie\"}"]);
    }

    [Fact]
    public void Kernel_threads_are_one_group_without_memory()
    {
        using var bench = new SamplerBench();
        for (int pid = 2; pid < 5; pid++)
            bench.Proc.Process(pid, p => (p.Flags, p.HasMemory, p.Name, p.State) = (0x200000, false, $"kworker/{p.Pid}", 'I'));
        Dictionary<string, double> values = bench.Tick();
        Assert.Equal(3, values["process_group_processes{group=\"kernel\"}"]);
        Assert.Equal(3, values["process_group_states{group=\"kernel\",state=\"idle\"}"]);
        Assert.Equal(0, values["process_group_memory_usage_bytes{group=\"kernel\"}"]);
        Assert.Equal(3, values["system_process_count{process_state=\"idle\"}"]);
    }

    [Fact]
    public void Without_a_limit_there_is_no_ratio()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10, p => p.OpenFilesSoft = ulong.MaxValue).Process(11, p => (p.OpenFilesSoft, p.Executable) = (30, "/bin/second"));
        Dictionary<string, double> values = bench.Tick();
        Assert.False(values.ContainsKey("process_group_file_descriptor_usage_ratio_max{group=\"worker\"}"));
        Assert.Equal(0.1, values["process_group_file_descriptor_usage_ratio_max{group=\"second\"}"]);
    }

    [Fact]
    public void A_file_of_another_shape_is_a_failed_collector_and_an_absent_value()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10);
        File.WriteAllText(Path.Join(bench.Proc.Root, "10/statm"), "garbage\n");
        Dictionary<string, double> values = bench.Tick();
        Assert.False(values.ContainsKey(Memory));
        Assert.Equal(0, values["arsenal_collector_success{collector=\"memory\"}"]);
        Assert.Equal(1, values["arsenal_collector_success{collector=\"memory_detail\"}"]);
        Assert.Equal(1, values["process_group_processes{group=\"worker\"}"]);
    }

    [Fact]
    public void A_process_that_can_not_be_read_leaves_a_labelled_gap_and_no_wrong_count()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10).Process(11);
        File.WriteAllText(Path.Join(bench.Proc.Root, "11/stat"), "11 (cut");
        Dictionary<string, double> values = bench.Tick();
        Assert.Equal(1, values["arsenal_processes_unreadable"]);
        Assert.False(values.ContainsKey("system_process_count{process_state=\"sleeping\"}"));
    }

    [Fact]
    public void Unknown_excludes()
    {
        using var bench = new SamplerBench(new SamplingOptions { Exclude = [Rules.Parse("io_read > 0")] }); // no rate at the first sample
        bench.Proc.Process(10);
        Assert.Equal(1, bench.Tick()["arsenal_processes_excluded"]);
        Dictionary<string, double> values = bench.Tick();
        Assert.Equal(0, values["arsenal_processes_excluded"]);
        Assert.Equal(1, values["process_group_processes{group=\"worker\"}"]);
    }

    [Fact]
    public void A_process_whose_command_line_can_not_be_read_in_time_delays_nobody_for_long()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10).Process(11);
        string path = Path.Join(bench.Proc.Root, "10/cmdline");
        File.Delete(path);
        Assert.Equal(0, MakeFifo(path, 0x180)); // Opening it waits for a writer that never comes, as reading waits for a memory lock.
        long before = TimeProvider.System.GetTimestamp();
        Dictionary<string, double> values = bench.Tick();
        Assert.InRange(TimeProvider.System.GetElapsedTime(before).TotalSeconds, 0, 20);
        Assert.Equal(2, values["process_group_processes{group=\"worker\"}"]);
        Assert.Contains(values, pair => pair.Key.StartsWith("arsenal_signal_available{signal=\"command_line\"", StringComparison.Ordinal) && pair.Value == 0);
        using (new FileStream(path, FileMode.Open, FileAccess.Write)) bench.Tick(); // The thread that waits comes back.
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
