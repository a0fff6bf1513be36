using System.IO.Compression;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>The page as its readers judge it.</summary>
[Collection(EndToEndTests.Name)]
public sealed class PageFormatTests : IAsyncLifetime
{
    private const string Watched = "e2e-watched";
    private readonly Scratch _scratch = new();
    private ExporterProcess _exporter = null!;
    private Workload _workload = null!;

    public async ValueTask InitializeAsync()
    {
        _workload = await Workload.Start(_scratch, Watched, "--threads", "3");
        _exporter = await ExporterProcess.Start(_scratch, Configurations.WatchedByExecutable("1s", Watched));
        await _exporter.PageOfLaterTick();
    }

    public async ValueTask DisposeAsync()
    {
        await _exporter.DisposeAsync();
        await _workload.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task Promtool_has_only_the_remarks_that_we_know_and_have_a_reason_for()
    {
        string[] remarks = await PageChecks.PromtoolRemarks(await _exporter.Text());
        string[] known = File.ReadLines(Repository.Golden("promtool-remarks.txt"))
            .Where(line => line.Length > 0 && !line.StartsWith('#'))
            .Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(known, remarks);
    }

    [Fact]
    public async Task Both_formats_hold_the_same_families_and_the_strict_parser_objects_to_nothing()
    {
        string openMetrics = await _exporter.OpenMetrics();
        Assert.EndsWith("# EOF\n", openMetrics, StringComparison.Ordinal);
        IReadOnlyDictionary<string, string> theirs = await PageChecks.OpenMetricsFamilies(openMetrics);
        IReadOnlyDictionary<string, string> ours = (await _exporter.Page()).Types;
        Assert.Equal(
            ours.Select(t => $"{t.Key} {t.Value.Replace("untyped", "unknown", StringComparison.Ordinal)}").Order(StringComparer.Ordinal),
            theirs.Select(t => $"{t.Key} {t.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_family_of_the_contract_is_there()
    {
        MetricsPage page = await _exporter.Page();
        string[] families =
        [
            "process_group_processes", "process_group_threads", "process_group_states", "process_group_cpu_time_seconds_total",
            "process_group_memory_usage_bytes", "process_group_memory_virtual_bytes", "process_group_memory_anonymous_bytes",
            "process_group_memory_swap_bytes", "process_group_memory_proportional_bytes", "process_group_memory_unique_bytes",
            "process_group_disk_io_bytes_total", "process_group_paging_faults_total",
            "process_group_file_descriptors", "process_group_file_descriptor_usage_ratio_max",
            "process_group_oldest_start_time_seconds", "process_group_starts_total", "process_group_exits_total",
            "system_process_count", "process_info", "process_creation_time_seconds", "process_uptime_seconds",
            "process_cpu_time_seconds_total", "process_memory_usage_bytes", "process_memory_virtual_bytes",
            "process_disk_io_bytes_total", "process_thread_count", "process_unix_file_descriptor_count",
            "process_paging_faults_total", "arsenal_build_info", "arsenal_sample_duration_seconds", "arsenal_snapshot_age_seconds",
            "arsenal_signal_available", "arsenal_series_dropped_total", "arsenal_groups_evicted_total", "arsenal_ticks_total",
        ];
        Assert.Empty(families.Except(page.Types.Keys));
    }

    [Fact]
    public async Task A_watched_process_has_its_own_series_under_one_identity()
    {
        MetricsPage page = await _exporter.Page();
        Series info = Assert.Single(page.Where("process_info", "group=" + Watched));
        Assert.Equal(_workload.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture), info["pid"]);
        Assert.Matches($"^{_workload.Pid}-[0-9a-z]+-[0-9a-f]{{8}}$", info["identity"]);
        Assert.Equal(3, page.Value("process_thread_count", "identity=" + info["identity"]));
        Assert.All(page.All.Where(s => s["pid"] == info["pid"]), s => Assert.Equal(info["identity"], s["identity"]));
    }

    [Fact]
    public async Task A_client_that_takes_gzip_gets_gzip_and_the_same_families()
    {
        using HttpClient http = new() { BaseAddress = new Uri($"http://127.0.0.1:{_exporter.Port}") };
        using HttpRequestMessage request = new(HttpMethod.Get, "/metrics");
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        CancellationToken stop = TestContext.Current.CancellationToken;
        using HttpResponseMessage answer = await http.SendAsync(request, stop);
        Assert.Equal(["gzip"], answer.Content.Headers.ContentEncoding);
        await using GZipStream plain = new(await answer.Content.ReadAsStreamAsync(stop), CompressionMode.Decompress);
        using StreamReader reader = new(plain);
        MetricsPage page = MetricsPage.Parse(await reader.ReadToEndAsync(stop));
        Assert.Equal((await _exporter.Page()).Types.Keys.Order(), page.Types.Keys.Order());
    }

    [Fact]
    public async Task Health_and_our_own_telemetry_answer()
    {
        Assert.Equal(System.Net.HttpStatusCode.OK, await _exporter.Status("/healthz"));
        Assert.Equal(System.Net.HttpStatusCode.OK, await _exporter.Status("/metrics/self"));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, await _exporter.Status("/no-such-page"));
    }
}
