using System.Net.Sockets;
using System.Text;
using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd;

/// <summary>The life of the service: told to systemd, reloaded by SIGHUP, ended by SIGTERM.</summary>
public sealed class ServiceTests : IDisposable
{
    private const string Reloads = "arsenal_config_reloads_total";
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    /// <summary>As timeout(1) does it: to its child, and to all.</summary>
    [Fact]
    public async Task Signals_that_come_together_are_one()
    {
        for (int round = 0; round < 5; round++)
        {
            await using ExporterProcess exporter = await ExporterProcess.Start(_scratch, "dotnet: { attach: none }\n");
            exporter.Send(Signals.Terminate);
            exporter.Send(Signals.Terminate);
            exporter.Send(Signals.Interrupt);
            await exporter.Stop(); // With another.
            Assert.DoesNotContain("Unhandled", exporter.Log, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_reload_changes_the_groups_and_a_broken_file_keeps_them()
    {
        await using Workload workload = await Workload.Start(_scratch, "e2e-service");
        await using ExporterProcess exporter = await ExporterProcess.Start(_scratch, Grouped("before"));
        await exporter.PageWhere("the first grouping", page => Members(page, "before") == 1);

        _scratch.Write("config.yml", Grouped("after"));
        exporter.Send(Signals.HangUp);
        MetricsPage reloaded = await exporter.PageWhere("the second grouping", page => Members(page, "after") == 1);
        Assert.True(Members(reloaded, "before") is null or 0);
        Assert.True(reloaded.Value(Reloads, "outcome=success") >= 1);
        Assert.True(reloaded.Value(Reloads, "outcome=failure") is null or 0);

        _scratch.Write("config.yml", Grouped("never") + "no_such_key: 1\n");
        exporter.Send(Signals.HangUp);
        await exporter.PageWhere("the failure is counted", page => page.Value(Reloads, "outcome=failure") >= 1);
        MetricsPage kept = await exporter.PageOfLaterTick();
        Assert.Equal(1, Members(kept, "after"));
        Assert.Null(Members(kept, "never"));
        Assert.Contains("config.yml:5:1", exporter.Log, StringComparison.Ordinal);

        _scratch.Write("config.yml", Grouped("repaired"));
        exporter.Send(Signals.HangUp);
        await exporter.PageWhere("the repaired grouping", page => Members(page, "repaired") == 1);
    }

    [Fact]
    public async Task Counters_of_a_group_that_stays_do_not_fall_on_reload()
    {
        await using Workload workload = await Workload.Start(_scratch, "e2e-service");
        await using ExporterProcess exporter = await ExporterProcess.Start(_scratch, Grouped("stays"));
        await workload.BurnCpu(300);
        MetricsPage before = await exporter.PageWhere("the CPU", page => Cpu(page) >= 0.25);
        _scratch.Write("config.yml", Grouped("stays") + "per_process: { top: 3 }\n");
        exporter.Send(Signals.HangUp);
        await exporter.PageWhere("the reload", page => page.Value(Reloads, "outcome=success") >= 1);
        Assert.True(Cpu(await exporter.PageOfLaterTick()) >= Cpu(before));
    }

    [Fact]
    public async Task Sigterm_ends_it_with_zero_even_while_it_is_being_read()
    {
        ExporterProcess exporter = await ExporterProcess.Start(_scratch, Grouped("any"));
        Task<string> reader = exporter.Text();
        await exporter.Stop(); // asserts 5 s and exit code 0
        await Task.WhenAny(reader);
        Assert.DoesNotContain("   at ", exporter.Log, StringComparison.Ordinal);
        await exporter.DisposeAsync();
    }

    [Fact]
    public async Task Systemd_is_told_when_it_is_ready_and_when_it_stops()
    {
        string path = _scratch.PathOf("notify");
        using Socket systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        Dictionary<string, string> environment = new() { ["NOTIFY_SOCKET"] = path };
        await using ExporterProcess exporter = await ExporterProcess.Start(_scratch, Grouped("any"), environment: environment);
        Assert.Contains("READY=1", await NextMessage(systemd), StringComparison.Ordinal);
        await exporter.Stop();
        Assert.Contains("STOPPING=1", await NextMessage(systemd), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_needs_to_be_configured()
    {
        await using Workload workload = await Workload.Start(_scratch, "e2e-service");
        await using ExporterProcess exporter = await ExporterProcess.Start(_scratch, "");
        MetricsPage page = await exporter.Page();
        // The default rule: the systemd unit, else the executable. Kernel threads are one group.
        string group = Kernel.OwnServiceUnit() ?? "e2e-service";
        Assert.True(page.Value("process_group_processes", "group=" + group) >= 1, page.Only("process_group_processes"));
        if (Signals.IsRoot && Directory.Exists("/proc/2") && File.ReadAllText("/proc/2/comm") == "kthreadd\n")
            Assert.True(page.Value("process_group_processes", "group=kernel") > 1);
    }

    private static async Task<string> NextMessage(Socket systemd)
    {
        byte[] buffer = new byte[4096];
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(10));
        int length = await systemd.ReceiveAsync(buffer, SocketFlags.None, deadline.Token);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private static string Grouped(string name) =>
        $"sampling: {{ interval: 200ms }}\ngroups:\n  rules:\n    - {{ name: {name}, exe: [e2e-service] }}\n";

    private static double? Members(MetricsPage page, string group) => page.Value("process_group_processes", "group=" + group);

    private static double? Cpu(MetricsPage page) => page.Value("process_group_cpu_time_seconds_total", "group=stays");
}
