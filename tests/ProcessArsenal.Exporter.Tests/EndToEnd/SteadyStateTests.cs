using System.Globalization;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>
/// 200 processes start and end each second, for a minute, or for as long as STEADY_SECONDS says (`make steady`: an hour).
/// Nothing may grow, nothing be mixed up, and every process must have been counted with how it ended.
/// </summary>
public sealed class SteadyStateTests(ITestOutputHelper output)
{
    private static readonly int Seconds =
        int.Parse(Environment.GetEnvironmentVariable("STEADY_SECONDS") ?? "60", CultureInfo.InvariantCulture);

    /// <summary>Of this run alone: what another one left behind would be counted as well.</summary>
    private static readonly string Churn = $"e2e-churn-{Environment.ProcessId}", Lasting = $"e2e-lasting-{Environment.ProcessId}";

    [Fact]
    public async Task Memory_and_descriptors_stay_flat_and_no_identity_is_mixed_up()
    {
        using Scratch scratch = new();
        await using ExporterProcess exporter = await ExporterProcess.Start(
            scratch, Configurations.WatchedByExecutable("1s", Churn, Lasting));
        await using Workload quiet = await Workload.Start(scratch, Lasting);
        double perProcessBefore = await DescriptorsPerProcess(exporter);

        // Most are gone before a tick comes; five a second live for long enough to be seen by every tick.
        string seconds = Seconds.ToString(CultureInfo.InvariantCulture);
        await using Workload churn = await Workload.Start(
            scratch, Churn, "--churn", "195", "--seconds", seconds, "--long-every", "9", "--long-ms", "400");
        await using Workload lasting = await Workload.Start(
            scratch, Lasting, "--churn", "5", "--seconds", seconds, "--long-every", "1", "--long-ms", "3500", "--long-cpu-ms", "20");

        IdentityLedger identities = new();
        List<long> resident = [];
        List<double> descriptors = [];
        await Eventually.Every(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(Seconds), async () =>
        {
            MetricsPage page = await exporter.Page();
            identities.Add(page);
            resident.Add(Kernel.ResidentBytes(exporter.Pid));
            descriptors.Add(DescriptorsPerProcess(exporter, page));
        });
        ChurnTruth shortLived = await churn.ChurnReport(TimeSpan.FromSeconds(30));
        ChurnTruth longLived = await lasting.ChurnReport(TimeSpan.FromSeconds(30));
        MetricsPage end = await exporter.PageOfLaterTick();
        bool hears = end.Value("arsenal_signal_available", "signal=process_events") == 1;

        output.WriteLine($"RSS KiB: {string.Join(' ', resident.Select(r => r / 1024))}\nfds per process: {string.Join(' ', descriptors.Select(d => d.ToString("F2", CultureInfo.InvariantCulture)))}");
        output.WriteLine($"{identities.Count} identities; {shortLived.Started} + {longLived.Started} processes");
        AssertFlat(resident, descriptors);
        AssertCounted(end, longLived, firstProcesses: 2);
        end = await exporter.PageWhere("all have ended", p => p.Value("process_group_exits_total", "group=" + Churn) >= shortLived.Started || !hears);
        output.WriteLine(end.Only("process_group_starts_total", "process_group_exits_total", "arsenal_kernel_messages_lost_total", "system_process_created_total", "arsenal_groups_guessed_total"));
        AssertShortLived(end, shortLived, hears);
        Assert.Equal(0, hears ? end.Value("arsenal_kernel_messages_lost_total") : 0);
        Assert.True(identities.Count >= longLived.Started * 0.9, "Too few of the lasting processes were on a page.");
        double perProcessAfter = await DescriptorsPerProcess(exporter);
        Assert.True(
            perProcessAfter <= perProcessBefore * 1.1, $"{perProcessAfter:F2} descriptors per process are left; it were {perProcessBefore:F2}.");
    }

    /// <summary>Some are kept open per process, and processes of others come and go on the machine as well: so, per process.</summary>
    private static double DescriptorsPerProcess(ExporterProcess exporter, MetricsPage page) =>
        Kernel.OpenDescriptors(exporter.Pid) / page.Value("system_process_count")!.Value;

    private static async Task<double> DescriptorsPerProcess(ExporterProcess exporter) =>
        DescriptorsPerProcess(exporter, await exporter.PageOfLaterTick());

    /// <summary>
    /// The last quarter against the second one: the first is warm-up (heap budget, first pages). The tenth allows for the garbage
    /// collector's own breathing, the constant for pages of a program that is small altogether.
    /// </summary>
    private static void AssertFlat(List<long> resident, List<double> descriptors)
    {
        int quarter = resident.Count / 4;
        double memoryEarly = resident.Skip(quarter).Take(quarter).Average();
        double memoryLate = resident.TakeLast(quarter).Average();
        Assert.True(memoryLate <= (memoryEarly * 1.1) + (2 << 20), $"RSS grew from {memoryEarly:F0} to {memoryLate:F0} bytes.");
        double descriptorsEarly = descriptors.Skip(quarter).Take(quarter).Average();
        double descriptorsLate = descriptors.TakeLast(quarter).Average();
        Assert.True(
            descriptorsLate <= descriptorsEarly * 1.1, $"Descriptors per process grew from {descriptorsEarly:F2} to {descriptorsLate:F2}.");
    }

    /// <summary>Each lasting child was seen by at least two ticks: its start and its end are exact.</summary>
    private static void AssertCounted(MetricsPage page, ChurnTruth truth, int firstProcesses)
    {
        string group = "group=" + Lasting;
        // The processes that fork were started by exec, and may have been seen before it under the test host's group.
        Assert.InRange(page.Value("process_group_starts_total", group)!.Value, truth.Started, truth.Started + firstProcesses);
        Assert.Equal(truth.Started, page.Value("process_group_exits_total", group));
        Assert.Equal(firstProcesses, page.Value("process_group_processes", group));
        if (Kernel.TellsExitCodes)
        {
            Assert.Equal(truth.Long.Success, page.Value("process_group_exits_total", group, "outcome=success"));
            Assert.Equal(truth.Long.Failure, page.Value("process_group_exits_total", group, "outcome=failure"));
            Assert.Equal(truth.Long.Signal, page.Value("process_group_exits_total", group, "outcome=signal"));
        }

        double cpu = page.Value("process_group_cpu_time_seconds_total", group)!.Value;
        bool exact = page.Value("arsenal_signal_available", "signal=exit_records") == 1;
        // Exit records are exact; else it is 20 ms each, in ticks of 10 ms. The parents burn some themselves.
        Assert.InRange(cpu, truth.ChildrenCpuSeconds * (exact ? 0.97 : 0.4), (truth.ChildrenCpuSeconds * 1.2) + 1 + Seconds * 0.05);
    }

    /// <summary>Of those too short to be listed each is counted where the kernel tells of them; and nowhere anybody who did not exist.</summary>
    private static void AssertShortLived(MetricsPage page, ChurnTruth truth, bool hears)
    {
        string group = "group=" + Churn;
        Assert.InRange(page.Value("process_group_starts_total", group)!.Value, hears ? truth.Started : 1, truth.Started + 1);
        Assert.InRange(page.Value("process_group_exits_total", group)!.Value, hears ? truth.Started : 1, truth.Started);
        if (!hears) return;
        Assert.Equal(truth.Short.Success + truth.Long.Success, page.Value("process_group_exits_total", group, "outcome=success"));
        Assert.Equal(truth.Short.Failure + truth.Long.Failure, page.Value("process_group_exits_total", group, "outcome=failure"));
        Assert.Equal(truth.Short.Signal + truth.Long.Signal, page.Value("process_group_exits_total", group, "outcome=signal"));
    }
}
