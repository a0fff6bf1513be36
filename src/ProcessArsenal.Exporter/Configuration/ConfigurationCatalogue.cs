using System.Collections.Immutable;
using ProcessArsenal.Exporter.Configuration.Kinds;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Grouping;

namespace ProcessArsenal.Exporter.Configuration;

/// <summary>Every key there is. A new setting is a line here and a property in <see cref="ExporterConfiguration"/>.</summary>
internal static class ConfigurationCatalogue
{
    public static readonly ConfigurationKey[] Keys =
    [
        new ConfigurationKey<Uri>(
            new ListenUrlKind("http://0.0.0.0:9464"), c => c.Listen.Metrics, (c, v) => c with { Listen = c.Listen with { Metrics = v } })
        {
            Path = "listen.metrics",
            Help = "Where /metrics, /healthz and /readyz are served: http, an IP address or localhost, and a port (0: any free one).",
            Example = "http://127.0.0.1:9464",
            Flag = "--listen-metrics",
            FlagValue = "url",
        },
        new ConfigurationKey<string>(new PathKind("/var/lib/process-arsenal"),
            c => c.StateDirectory, (c, v) => c with { StateDirectory = v })
        {
            Path = "state_directory",
            Help = "Directory for what must outlive a restart.",
            Example = "/var/lib/process-arsenal",
            Flag = "--state-directory",
            FlagValue = "directory",
            DefaultInWords = "/var/lib/process-arsenal as root, else process-arsenal under $XDG_STATE_HOME or ~/.local/state",
        },
        new ConfigurationKey<TimeSpan>(
            new DurationKind(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10), "5s"),
            c => c.Sampling.Interval, (c, v) => c with { Sampling = c.Sampling with { Interval = v } })
        {
            Path = "sampling.interval",
            Help = "Time between two samples of all processes.",
            Example = "5s",
            Flag = "--interval",
            FlagValue = "duration",
        },
        new ConfigurationKey<TimeSpan>(
            new DurationKind(TimeSpan.Zero, TimeSpan.FromSeconds(1), "10ms"),
            c => c.Sampling.SmapsBudget, (c, v) => c with { Sampling = c.Sampling with { SmapsBudget = v } })
        {
            Path = "sampling.smaps_budget",
            Help = "Time per sample for reading proportional and unique memory, which stalls the process that is read; 0ms: not read.",
            Example = "10ms",
        },
        new ConfigurationKey<ImmutableArray<GroupRule>>(
            new GroupRulesKind(), c => c.Groups.Rules, (c, v) => c with { Groups = c.Groups with { Rules = v } })
        {
            Path = "groups.rules",
            Help = "Rules that name a process's group: the first that matches wins; without any, its systemd service, else its executable.",
            Example = "[{name: '{{.ExeBase}}', exe: [nginx], labels: {team: web}}]",
        },
        new ConfigurationKey<ProcessExporterFile>(
            new ProcessExporterFileKind(),
            c => c.Groups.ProcessExporter, (c, v) => c with { Groups = c.Groups with { ProcessExporter = v } })
        {
            Path = "groups.process_exporter_config",
            Help = "A configuration file of process-exporter, as it is: rules that come after groups.rules.",
            Example = "/etc/process-exporter.yml",
            Flag = "--process-exporter-config",
            FlagValue = "file",
            DefaultInWords = "none",
        },
        new ConfigurationKey<ImmutableArray<Expression>>(
            new ExpressionsKind("name = \"sleep\""), c => c.Groups.Exclude, (c, v) => c with { Groups = c.Groups with { Exclude = v } })
        {
            Path = "groups.exclude",
            Help = "Processes that any of these expressions selects are in no group.",
            Example = "['name = \"sleep\"']",
        },
        new ConfigurationKey<int>(new IntegerKind(1, 10_000), c => c.Groups.Max, (c, v) => c with { Groups = c.Groups with { Max = v } })
        {
            Path = "groups.max",
            Help = "Groups at once; what comes after is counted in the group other.",
            Example = "500",
        },
        new ConfigurationKey<TimeSpan>(
            new DurationKind(TimeSpan.Zero, TimeSpan.FromHours(24), "10m"),
            c => c.Groups.Linger, (c, v) => c with { Groups = c.Groups with { Linger = v } })
        {
            Path = "groups.linger",
            Help = "How long a group that no rule declares stays after its last process.",
            Example = "10m",
        },
        new ConfigurationKey<Compatibility>(
            new ChoiceKind<Compatibility>(("none", Compatibility.None), ("process-exporter", Compatibility.ProcessExporter)),
            c => c.Compatibility, (c, v) => c with { Compatibility = v })
        {
            Path = "compatibility",
            Help = "Also publish the families of this exporter, namedprocess_namegroup_*, for the groups that rules name.",
            Example = "process-exporter",
            Flag = "--compatibility",
            FlagValue = "exporter",
        },
        new ConfigurationKey<ImmutableArray<Expression>>(new ExpressionsKind("group = \"orders\""),
            c => c.Watch, (c, v) => c with { Watch = v })
        {
            Path = "watch",
            Help = "Processes that any of these expressions selects have series of their own.",
            Example = "['group = \"orders\"']",
        },
        new ConfigurationKey<int>(new IntegerKind(0, 1_000),
            c => c.PerProcess.Top, (c, v) => c with { PerProcess = c.PerProcess with { Top = v } })
        {
            Path = "per_process.top",
            Help = "How many of the busiest processes, and of the largest, have series of their own.",
            Example = "10",
        },
        new ConfigurationKey<int>(new IntegerKind(0, 10_000),
            c => c.PerProcess.Max, (c, v) => c with { PerProcess = c.PerProcess with { Max = v } })
        {
            Path = "per_process.max",
            Help = "How many processes have series of their own at most.",
            Example = "200",
        },
        new ConfigurationKey<AttachRule>(new AttachKind(), c => c.Dotnet.Attach, (c, v) => c with { Dotnet = c.Dotnet with { Attach = v } })
        {
            Path = "dotnet.attach",
            Help = "Which .NET processes are listened to: all, none, or those that an expression selects.",
            Example = "'not group = \"legacy\"'",
            Flag = "--dotnet-attach",
            FlagValue = "rule",
        },
        new ConfigurationKey<string>(new SocketPathKind("/run/process-arsenal/dotnet.sock"), c => c.Dotnet.Port, (c, v) => c with { Dotnet = c.Dotnet with { Port = v } })
        {
            Path = "dotnet.port",
            Help = "A socket that .NET programs call as they begin (DOTNET_DiagnosticPorts=PATH,connect,nosuspend): then nothing of their start is missed.",
            Example = "/run/process-arsenal/dotnet.sock",
        },
        new ConfigurationKey<ImmutableArray<string>>(
            new MeterNamesKind(), c => c.Dotnet.Meters, (c, v) => c with { Dotnet = c.Dotnet with { Meters = v } })
        {
            Path = "dotnet.meters",
            Help = "Meters of programs that are listened to beside those of the runtime and of ASP.NET Core, by name.",
            Example = "[My.Shop]",
        },
        new ConfigurationKey<string>(new PathKind("/proc"), c => c.Procfs, (c, v) => c with { Procfs = v })
        {
            Path = "procfs",
            Help = "The proc file system to read: in a container, where the host's /proc is mounted.",
            Example = "/host/proc",
            Flag = "--procfs",
            FlagValue = "directory",
        },
        new ConfigurationKey<LogLevel>(
            new ChoiceKind<LogLevel>(
                ("debug", LogLevel.Debug), ("information", LogLevel.Information), ("warning", LogLevel.Warning), ("error", LogLevel.Error)),
            c => c.Log.Level, (c, v) => c with { Log = c.Log with { Level = v } })
        {
            Path = "log.level",
            Help = "What is logged: this and what is more serious.",
            Example = "information",
        },
    ];

    /// <summary>Variables that start with ARSENAL_ and are no setting.</summary>
    public static readonly string[] OtherVariables = [ConfigurationLoader.FileVariable, "ARSENAL_SERVER", "ARSENAL_TOKEN_FILE"];

    /// <summary>What each section is about, for the schema.</summary>
    public static readonly (string Name, string Help)[] Sections =
    [
        ("listen", "Where to listen."),
        ("sampling", "How processes are sampled."),
        ("groups", "How processes are grouped."),
        ("per_process", "Which processes have series of their own."),
        ("dotnet", "Which .NET processes are listened to, and for what."),
        ("log", "What is logged, to standard error."),
    ];
}
