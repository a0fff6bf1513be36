using ProcessArsenal.Exporter.Commands.Top;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Tests.Commands.Top;

/// <summary>A machine that is the same every time.</summary>
internal static class TopRows
{
    public const string Hostile = "\e]0;owned\a\e[2J\r\n\u202Eevil\u0301\u0301\u0301\u0301\u0301 \uD800 日本語 👍";

    public static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    public static ProcessRow Row(
        int pid, string name = "worker", string? group = "workers", string? user = "app", char state = 'S', double? cpu = 0, double? wait = null,
        double? memoryPages = 256, double? read = 0, double? write = 0, int threads = 1, int? fds = 3, double? seconds = 60, string[]? arguments = null,
        bool kernel = false) => new()
        {
            Sample = new ProcessSample
            {
                Identity = new ProcessIdentity(pid, (ulong)pid, 1),
                Stat = new ProcStat { Pid = pid, ParentPid = 1, State = (byte)state, Threads = threads, Flags = kernel ? 0x00200000u : 0 },
                Statm = memoryPages is { } pages ? new ProcStatm { ResidentPages = (ulong)pages, SizePages = (ulong)pages * 2 } : null,
                Descriptors = fds,
            },
            Rates = new ProcessRates { Cpu = cpu, RunQueueWait = wait, DiskRead = read, DiskWrite = write },
            Description = new ProcessDescription
            {
                Name = name,
                User = user,
                IsKernelThread = kernel,
                Arguments = arguments ?? (kernel ? [] : [$"/usr/bin/{name}"]),
                CommandLine = kernel ? "" : string.Join(' ', arguments ?? [$"/usr/bin/{name}"]),
            },
            Group = group,
            Uptime = seconds is { } age ? TimeSpan.FromSeconds(age) : null,
        };

    /// <summary>Every kind of process that looks different.</summary>
    public static ProcessRow[] Machine() =>
    [
        Row(1, "systemd", "init.scope", "root", cpu: 0.001, memoryPages: 3000, fds: 120, seconds: 1_036_800, arguments: ["/sbin/init", "splash"]),
        Row(2, "kthreadd", "kernel", "root", memoryPages: 0, fds: 0, seconds: 1_036_800, kernel: true),
        Row(812, "postgres", "postgresql@15-main.service", "postgres", 'D', 0.42, 0.031, 120_000, 48e6, 3_300_000, 9, 96, 400_000,
            ["/usr/lib/postgresql/15/bin/postgres", "-D", "/var/lib/postgresql/15/main", "-c", "config_file=/etc/postgresql/15/main/postgresql.conf"]),
        Row(4711, "dotnet", "orders.service", "orders", 'R', 3.97, 0.55, 700_000, 0, 12_000, 87, 1_204, 11_520,
            ["/usr/bin/dotnet", "/srv/orders/Orders.Api.dll", "--urls", "http://+:8080"]),
        Row(4712, "nginx", "nginx.service", "www-data", cpu: 0.08, wait: 0, memoryPages: 2500, threads: 1, fds: 44, seconds: 307,
            arguments: ["nginx: worker process /usr/sbin"]),
        Row(5000, "sshd", "ssh.service", "a-very-long-user-name", cpu: null, memoryPages: null, read: null, write: null, fds: null, seconds: null),
        Row(31_337, "x", Hostile, Hostile, cpu: 0.01, arguments: [Hostile]),
        Row(40_001, "zombie", "cron.service", "root", 'Z', memoryPages: 0, fds: 0, seconds: 3, arguments: []),
        Row(4_194_303, "worker"),
        .. Enumerable.Range(50_000, 300).Select(pid => Row(pid, memoryPages: pid - 49_990)),
    ];

    public static HostSummary Host => new()
    {
        Time = Now,
        Uptime = TimeSpan.FromSeconds(1_036_800),
        States = [1, 305, 1, 0, 1, 1],
        Memory = new ProcMeminfo { TotalBytes = 32ul << 30, AvailableBytes = 20ul << 30 },
        CpuPressure = 12.34,
        MemoryPressure = 0,
        Signals =
        [
            new SignalStatus("cpu", true, ""),
            new SignalStatus("disk_io", false, "CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH over processes of other users"),
            new SignalStatus("exits", false, "Linux 6.15"),
            new SignalStatus("fds", false, "Linux 6.2, or CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH over processes of other users"),
        ],
    };

    public static RecentExit[] Exits =>
    [
        new(Now, 4700, "curl", "backup.service", ExitOutcome.Success, 0, TimeSpan.FromMilliseconds(312), 0.0123),
        new(Now, 4699, "dotnet", "orders.service", ExitOutcome.Signal, 9, TimeSpan.FromHours(30), 4321),
        new(Now, 4698, Hostile, Hostile, ExitOutcome.Failure, 137, TimeSpan.FromSeconds(4.5), 1.25),
        new(Now, 4696, "hungry", "cron.service", ExitOutcome.OomKill, 9, TimeSpan.FromSeconds(90), 2),
        new(Now, 4697, "old", "cron.service", ExitOutcome.Unknown, null, null, null),
    ];

    public static TopScreen Screen(StyleSupport support = StyleSupport.None) => new(new Frame(support), TimeZoneInfo.Utc);

    /// <summary>What is on a screen of that size.</summary>
    public static string Draw(TopState state, int width, int height, ProcessRow[]? rows = null, StyleSupport support = StyleSupport.None)
    {
        rows ??= Machine();
        TopScreen screen = Screen(support);
        var listing = new Listing();
        listing.Build(rows, state);
        screen.Draw(rows, Host, Exits, listing, state, width, height);
        return PlainTop.Text(screen.Frame);
    }
}
