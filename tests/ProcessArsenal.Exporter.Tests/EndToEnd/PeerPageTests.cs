using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>With `compatibility: process-exporter`, our page against the page of the real one, about the same processes at the same time by the same
/// file. Where they differ on purpose the reason stands here; there is no other difference.</summary>
[Collection(EndToEndTests.Name)]
public sealed class PeerPageTests(PeerFleet fleet, ITestOutputHelper output) : IClassFixture<PeerFleet>
{
    private const string Prefix = "namedprocess_namegroup_";
    private const string Workers = "workers of e2e-workers, 3";

    /// <summary>Counters: how far the growth may differ, as a part of it and beyond, since the two look at different moments.</summary>
    private static readonly Dictionary<string, (double Part, double Beyond)> Tolerances = new(StringComparer.Ordinal)
    {
        [Prefix + "cpu_seconds_total"] = (0.15, 0.15),
        [Prefix + "read_bytes_total"] = (0.05, 65536),
        [Prefix + "write_bytes_total"] = (0.05, 65536),
        [Prefix + "major_page_faults_total"] = (0.1, 5),
        [Prefix + "minor_page_faults_total"] = (0.1, 50),
        [Prefix + "context_switches_total"] = (0.25, 100),
        [Prefix + "thread_cpu_seconds_total"] = (0.2, 0.1),
        [Prefix + "thread_io_bytes_total"] = (0.05, 65536),
        [Prefix + "thread_major_page_faults_total"] = (0.1, 5),
        [Prefix + "thread_minor_page_faults_total"] = (0.1, 50),
        [Prefix + "thread_context_switches_total"] = (0.25, 100),
        // Gauges that can't be read at the same moment, or that one of us knows more exactly.
        [Prefix + "memory_bytes"] = (0.05, 1 << 20), // the kernel's stat is off by some pages per processor
        [Prefix + "oldest_start_time_seconds"] = (0, 2), // theirs is from a boot time in whole seconds
    };

    [Fact]
    public void Every_family_of_the_peer_is_on_our_page_with_the_same_type()
    {
        Assert.NotEmpty(fleet.PeerAfter.Types);
        foreach ((string family, string type) in fleet.PeerAfter.Types)
            Assert.True(fleet.OursAfter.Types.GetValueOrDefault(family) == type, $"{family} {type} is missing: {fleet.OursAfter.Types.GetValueOrDefault(family)}");
        IEnumerable<string> ours = fleet.OursAfter.Types.Keys.Where(name => name.StartsWith("namedprocess_", StringComparison.Ordinal));
        Assert.Equal(fleet.PeerAfter.Types.Keys.Order(StringComparer.Ordinal), ours.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_label_set_is_the_same()
    {
        string[] theirs = Sets(fleet.PeerAfter);
        string[] ours = Sets(fleet.OursAfter);
        string[] missing = [.. theirs.Except(ours, StringComparer.Ordinal).Where(set => !IsPending(set))];
        Assert.Equal([], missing);
        // A group that the file declares by a fixed name is there from the beginning: theirs appears with its first process (#59, #133, #336).
        string[] extra = [.. ours.Except(theirs, StringComparer.Ordinal).Where(set => !set.Contains("groupname=never", StringComparison.Ordinal))];
        Assert.Equal([], extra);
        Assert.Equal(0, fleet.OursAfter.Value(Prefix + "num_procs", "groupname=never"));
        Assert.Null(fleet.PeerAfter.Value(Prefix + "num_procs", "groupname=never"));
    }

    [Fact]
    public void Gauges_are_equal()
    {
        foreach (Series theirs in fleet.PeerAfter.All.Where(s => fleet.PeerAfter.Types[s.Name] == "gauge" && !IsPending(Set(s)) && !OfThreads(s)))
            Compare(theirs, theirs.Value, Ours(fleet.OursAfter, theirs) ?? double.NaN);
    }

    [Fact]
    public void Counters_grow_alike()
    {
        foreach (Series after in fleet.PeerAfter.All.Where(s => s.Name.EndsWith("_total", StringComparison.Ordinal)))
        {
            double theirs = after.Value - (Ours(fleet.PeerBefore, after) ?? 0);
            double ours = Ours(fleet.OursAfter, after)!.Value - (Ours(fleet.OursBefore, after) ?? 0);
            // What a process used before they first saw it they don't count (or all of it, if it had several threads by then); we count all that was
            // used since we began to watch. The two copies wrote 4 MiB each before anybody could see them.
            if (after["groupname"]!.Contains("e2e-writer", StringComparison.Ordinal)) Assert.True(ours >= theirs, $"{after.Line}: ours grew by {ours}, theirs by {theirs}.");
            else Compare(after, theirs, ours);
        }
        string writer = fleet.OursAfter.Where(Prefix + "write_bytes_total").Single(s => s["groupname"]!.Contains("e2e-writer", StringComparison.Ordinal))["groupname"]!;
        Assert.InRange(fleet.OursAfter.Value(Prefix + "write_bytes_total", "groupname=" + writer)!.Value, 8 << 20, 9 << 20);
    }

    [Fact]
    public void Threads_are_counted_once_and_the_main_one_twice_by_the_peer()
    {
        // #193, #266: of a process with several threads they count the main thread as the process, and again as a thread.
        Assert.Equal(4, fleet.OursAfter.Value(Prefix + "states", "groupname=" + Workers));
        Assert.Equal(5, fleet.PeerAfter.Value(Prefix + "states", "groupname=" + Workers));
        Assert.Equal(1, fleet.OursAfter.Value(Prefix + "threads_wchan", "groupname=" + Workers, "wchan=anon_pipe_read") ?? 1);
        foreach (Series theirs in fleet.PeerAfter.All.Where(s => OfThreads(s) && s["groupname"] != Workers))
            Compare(theirs, theirs.Value, Ours(fleet.OursAfter, theirs) ?? double.NaN);
        foreach (string group in fleet.OursAfter.Where(Prefix + "num_threads").Select(s => s["groupname"]!))
        {
            Assert.Equal(
                fleet.OursAfter.Value(Prefix + "num_threads", "groupname=" + group), fleet.OursAfter.Value(Prefix + "states", "groupname=" + group));
        }
    }

    [Fact]
    public async Task The_judges_of_our_page_accept_it_with_these_families()
    {
        IReadOnlyDictionary<string, string> families = await PageChecks.OpenMetricsFamilies(fleet.OpenMetricsAfter);
        Assert.Equal("counter", families[Prefix + "cpu_seconds_total"]);
        Assert.Equal("unknown", families["namedprocess_scrape_errors"]); // in OpenMetrics a counter without _total is none
    }

    private void Compare(Series series, double theirs, double ours)
    {
        (double part, double beyond) = Tolerances.GetValueOrDefault(series.Name);
        bool equal = Math.Abs(theirs - ours) <= (Math.Abs(theirs) * part) + beyond;
        if (!equal) output.WriteLine(series.Line);
        Assert.True(equal, $"{series.Line}: theirs {Numbers.Text(theirs)}, ours {Numbers.Text(ours)}.");
    }

    /// <summary>Counted thread by thread.</summary>
    private static bool OfThreads(Series series) => series.Name is Prefix + "states" or Prefix + "threads_wchan";

    /// <summary>Proportional memory comes with our own family of it.</summary>
    private bool IsPending(string set) => set.Contains("memtype=proportional", StringComparison.Ordinal)
        && !fleet.OursAfter.Types.ContainsKey("process_group_memory_proportional_bytes");

    /// <summary>What a thread waits in, or whether, is of the moment: not of threads that work.</summary>
    private static string[] Sets(MetricsPage page) =>
        [.. page.All.Where(s => s.Name.StartsWith("namedprocess_", StringComparison.Ordinal) && !(s.Name == Prefix + "threads_wchan" && s["groupname"] == Workers)).Select(Set)];

    private static string Set(Series series) =>
        series.Name + string.Concat(series.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $" {label.Key}={label.Value}"));

    private static double? Ours(MetricsPage page, Series like)
    {
        string set = Set(like);
        return page.All.Where(s => s.Name == like.Name && Set(s) == set).Select(s => (double?)s.Value).SingleOrDefault();
    }
}
