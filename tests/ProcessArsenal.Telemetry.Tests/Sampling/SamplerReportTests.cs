using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Tests.Sampling;

/// <summary>Which processes have series of their own.</summary>
public sealed class SamplerReportTests
{
    [Fact]
    public void Watched_and_top_processes_have_series_and_others_do_not()
    {
        using var bench = new SamplerBench(new SamplingOptions { Top = 1, Watch = [Rules.Parse("name = \"orders\"")] });
        bench.Proc.Process(10, p => p.Name = "orders").Process(11, p => p.ResidentPages = 5000).Process(12).Process(13);
        bench.Tick();
        bench.Proc.Process(12, p => p.UserTicks = 400);
        string[] pids = Reported(bench.Tick());
        Assert.Equal(["10", "11", "12"], pids);
    }

    [Fact]
    public void The_cap_prefers_the_watched_and_those_that_were_there_before_and_counts_the_rest()
    {
        using var bench = new SamplerBench(new SamplingOptions { Top = 5, MaxReported = 2, Watch = [Rules.Parse("name = \"orders\"")] });
        bench.Proc.Process(20).Process(21).Process(22);
        Assert.Equal(["20", "21"], Reported(bench.Tick()));
        bench.Proc.Process(10).Process(30, p => p.Name = "orders");
        Dictionary<string, double> values = bench.Tick();
        Assert.Equal(["20", "30"], Reported(values));
        Assert.Equal(1 + 3, values["arsenal_series_dropped_total{family=\"process\"}"]);
    }

    [Fact]
    public void Per_process_counters_are_those_of_the_process_since_it_started()
    {
        using var bench = new SamplerBench();
        bench.Proc.Process(10, p =>
        {
            p.UserTicks = 123;
            p.Executable = "/srv/a \"b\"\\c";
            p.Name = "line\nfeed";
        });
        Dictionary<string, double> values = bench.Tick();
        const string labels = "identity=\"10-10000-0123abcd\",pid=\"10\",group=\"a \\\"b\\\"\\\\c\"";
        Assert.Equal(1.23, values[$"process_cpu_time_seconds_total{{{labels},cpu_mode=\"user\"}}"]);
        Assert.Equal(905, values[$"process_uptime_seconds{{{labels}}}"]);
        Assert.Equal(1767322145, values[$"process_creation_time_seconds{{{labels}}}"]);
        Assert.Contains(values.Keys, key => key.StartsWith($"process_info{{{labels},name=\"line\\nfeed\",executable=", StringComparison.Ordinal));
    }

    private static string[] Reported(Dictionary<string, double> values) =>
        [.. values.Keys.Where(key => key.StartsWith("process_thread_count{", StringComparison.Ordinal))
            .Select(key => key.Split("pid=\"")[1].Split('"')[0]).Order(StringComparer.Ordinal)];
}
