using System.Collections.Immutable;
using ProcessArsenal.Control.Evidence;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Exporter.Configuration.Kinds;
using ProcessArsenal.Exporter.Configuration.Kinds.Policies;
using ProcessArsenal.Exporter.Configuration.Kinds.Supervision;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

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
        new ConfigurationKey<Uri?>(
            new ControlUrlKind("http://127.0.0.1:9465"), c => c.Listen.Control, (c, v) => c with { Listen = c.Listen with { Control = v } })
        {
            Path = "listen.control",
            Help = "Where processes are asked about and acted upon, with a token: http on this host alone, or https (listen.tls) anywhere; '' for nowhere.",
            Example = "http://127.0.0.1:9465",
            Flag = "--listen-control",
            FlagValue = "url",
        },
        new ConfigurationKey<string>(new FileKind("/etc/process-arsenal/server.pem"), c => c.Listen.Tls.Certificate, (c, v) => c.WithTls(t => t with { Certificate = v }))
        {
            Path = "listen.tls.certificate",
            Help = "Our certificate (PEM) for listen.control. Read again when it changes.",
            Example = "/etc/process-arsenal/server.pem",
        },
        new ConfigurationKey<string>(new FileKind("/etc/process-arsenal/server-key.pem"), c => c.Listen.Tls.Key, (c, v) => c.WithTls(t => t with { Key = v }))
        {
            Path = "listen.tls.key",
            Help = "Its key (PEM); '' if it is in the same file.",
            Example = "/etc/process-arsenal/server-key.pem",
        },
        new ConfigurationKey<string>(new FileKind("/etc/process-arsenal/client-ca.pem"), c => c.Listen.Tls.ClientCa, (c, v) => c.WithTls(t => t with { ClientCa = v }))
        {
            Path = "listen.tls.client_ca",
            Help = "Certificates (PEM) of those who sign our clients': then a client has to show one, beside its token; '' if it need not.",
            Example = "/etc/process-arsenal/client-ca.pem",
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
        new ConfigurationKey<TimeSpan>(
            new DurationKind(TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), "10m"),
            c => c.Sampling.HistoryFine, (c, v) => c with { Sampling = c.Sampling with { HistoryFine = v } })
        {
            Path = "sampling.history.fine",
            Help = "How far back each sample is kept, at most 720 of them.",
            Example = "10m",
        },
        new ConfigurationKey<TimeSpan>(
            new DurationKind(TimeSpan.FromMinutes(10), TimeSpan.FromHours(24), "6h"),
            c => c.Sampling.HistoryCoarse, (c, v) => c with { Sampling = c.Sampling with { HistoryCoarse = v } })
        {
            Path = "sampling.history.coarse",
            Help = "How far back means are kept, of a 108th of this time each.",
            Example = "6h",
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
            new ExpressionsKind("name = \"sleep\"", looksBack: false), c => c.Groups.Exclude, (c, v) => c with { Groups = c.Groups with { Exclude = v } })
        {
            Path = "groups.exclude",
            Help = "Processes that any of these expressions selects are in no group.",
            Example = "['name = \"sleep\"']",
        },
        new ConfigurationKey<int>(new IntegerKind(1, 10_000), c => c.Groups.Max, (c, v) => c with { Groups = c.Groups with { Max = v } })
        {
            Path = "groups.max",
            Help = "Groups at once; a new one takes the place of that which has been without processes longest, and if there is none is counted in the group other.",
            Example = "500",
        },
        new ConfigurationKey<TimeSpan>(
            new DurationKind(TimeSpan.Zero, TimeSpan.FromHours(24), "10m"),
            c => c.Groups.Linger, (c, v) => c with { Groups = c.Groups with { Linger = v } })
        {
            Path = "groups.linger",
            Help = "How long a group that no rule declares stays after its last process, if there is room.",
            Example = "10m",
        },
        new ConfigurationKey<ImmutableArray<GroupRule>>(
            new GroupRulesKind(), c => c.Categories.Rules, (c, v) => c with { Categories = c.Categories with { Rules = v } })
        {
            Path = "categories.rules",
            Help = "Rules as in groups.rules, whose name is the category of the processes that they take: the first that matches wins over what is recognized.",
            Example = "[{name: database, exe: [ourdb]}]",
        },
        new ConfigurationKey<bool>(new BooleanKind(), c => c.Flows.IsEnabled, (c, v) => c with { Flows = c.Flows with { IsEnabled = v } })
        {
            Path = "flows.enabled",
            Help = "Whether it is watched all the time which groups send how much to which others by TCP (process_flow_bytes_total).",
            Example = "true",
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
            Help = "A socket that .NET programs call as they begin (DOTNET_DiagnosticPorts=PATH,connect,suspend): they wait until we listen, so that nothing of their start is missed, for ever where we don't run.",
            Example = "/run/process-arsenal/dotnet.sock",
        },
        new ConfigurationKey<ImmutableArray<string>>(
            new MeterNamesKind(), c => c.Dotnet.Meters, (c, v) => c with { Dotnet = c.Dotnet with { Meters = v } })
        {
            Path = "dotnet.meters",
            Help = "Meters of programs that are listened to beside those of the runtime and of ASP.NET Core, by name; My.* (from .NET 9) stands for all that begin so.",
            Example = "[My.Shop]",
        },
        new ConfigurationKey<bool>(new BooleanKind(), c => c.Dotnet.HasSpans, (c, v) => c with { Dotnet = c.Dotnet with { HasSpans = v } })
        {
            Path = "dotnet.spans.enabled",
            Help = "Whether they are asked for spans, where otlp.endpoint says whom those are sent to.",
            Example = "false",
        },
        new ConfigurationKey<SpanSampler>(new SamplerKind(), c => c.Dotnet.Sampler, (c, v) => c with { Dotnet = c.Dotnet with { Sampler = v } })
        {
            Path = "dotnet.spans.sampler",
            Help = "How many: rate(N) for N traces a second of each process, ratio(R) for a share of them, or all; these hold for every process. auto is rate(100) of those that have no OpenTelemetry SDK of their own and began more than 10 s ago. .NET 9 knows no rate, and is asked for ratio(0.05); .NET 8 knows only all, and is else asked for none.",
            Example = "rate(100)",
        },
        new ConfigurationKey<ImmutableSortedDictionary<string, string>>(new HostLabelsKind(), c => c.Host.Labels, (c, v) => c with { Host = c.Host with { Labels = v } })
        {
            Path = "host.labels",
            Help = "By which labels Prometheus knows this host: an alert that has not all of them is about another, and nothing follows from it. Without any, its label instance has to be a name or an address of this host, with whatever port; localhost only if Alertmanager runs on it.",
            Example = "{instance: \"web-1:9464\"}",
        },
        new ConfigurationKey<ImmutableArray<Uri>>(
            new ListKind<Uri>(new AlertmanagerUrlKind(), 0, 8, "a list of Alertmanager's replicas such as [\"http://localhost:9093\"]", AlertmanagerUrlKind.Text),
            c => c.Alertmanager.Urls, (c, v) => c with { Alertmanager = c.Alertmanager with { Urls = v } })
        {
            Path = "alertmanager.urls",
            Help = "Where Alertmanager is, in whom alerts of our own are raised: all of its replicas.",
            Example = "[\"http://localhost:9093\"]",
        },
        new ConfigurationKey<TimeSpan>(
            new DurationKind(TimeSpan.FromMinutes(1), TimeSpan.FromHours(24), "15m"),
            c => c.Alertmanager.StaleAfter, (c, v) => c with { Alertmanager = c.Alertmanager with { StaleAfter = v } })
        {
            Path = "alertmanager.stale_after",
            Help = "An alert that began longer ago when it is first delivered is stale: nothing follows from it.",
            Example = "15m",
        },
        new ConfigurationKey<TimeSpan>(
            new DurationKind(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "2m"),
            c => c.Alertmanager.RepeatAfter, (c, v) => c with { Alertmanager = c.Alertmanager with { RepeatAfter = v } })
        {
            Path = "alertmanager.repeat_after",
            Help = "An alert that is delivered again sooner is the same, by another replica; later, that it goes on. Less than repeat_interval and group_interval of Alertmanager, and more than its replicas are apart (15s each).",
            Example = "2m",
        },
        new ConfigurationKey<int>(new IntegerKind(1, 10_000), c => c.Alertmanager.MaxInstances, (c, v) => c with { Alertmanager = c.Alertmanager with { MaxInstances = v } })
        {
            Path = "alertmanager.max_instances",
            Help = "A delivery that names more instances is about the whole fleet, on each host of which the same would be done.",
            Example = "5",
        },
        new ConfigurationKey<ImmutableArray<Expression>>(new ExpressionsKind("exe = \"/usr/lib/postgresql/15/bin/postgres\""),
            c => c.Control.Protected, (c, v) => c with { Control = c.Control with { Protected = v } })
        {
            Path = "control.protected",
            Help = "Processes that nothing is done to, beside those that a host lives by: those for which any of these expressions is true, or not known.",
            Example = "['unit = \"postgresql.service\"']",
        },
        new ConfigurationKey<int>(new IntegerKind(0, 100_000),
            c => c.Control.MaxActionsPerHour, (c, v) => c with { Control = c.Control with { MaxActionsPerHour = v } })
        {
            Path = "control.max_actions_per_hour",
            Help = "How many actions are taken on this host within an hour, whoever asks; 0 for none.",
            Example = "60",
        },
        new ConfigurationKey<ImmutableArray<SupervisorSpec>>(new SupervisorsKind(), c => c.Supervisors, (c, v) => c with { Supervisors = v })
        {
            Path = "supervisors",
            Help = "Our own supervisors, and the children that they start and keep running; the children live on when we end, and are taken up again. A change takes a restart of ours.",
            Example = "[{name: shop, children: [{name: orders, command: [dotnet, Orders.dll], working_directory: /srv/orders}]}]",
        },
        new ConfigurationKey<ImmutableArray<Policy>>(new PoliciesKind(), c => c.Policies, (c, v) => c with { Policies = v })
        {
            Path = "policies",
            Help = "What is done by itself, when, to whom at most, and how often at most.",
            Example = "[{name: restart_orders, mode: enforce, when: memory > 200MiB for 5m, target: 'group = \"orders\"', steps: [{restart: {}}, {verify: {until: memory < 150MiB}}]}]",
        },
        new ConfigurationKey<Uri?>(new ReceiverUrlKind("http://localhost:4317"),
            c => c.Otlp.Receiver.Endpoint, (c, v) => c.WithReceiver(r => r with { Endpoint = v }))
        {
            Path = "otlp.endpoint",
            Help = "Whom spans and metrics are sent to by OTLP; '' for nobody. For http/protobuf, /v1/traces and /v1/metrics are added to it.",
            Example = "http://localhost:4317",
            StandardVariable = "OTEL_EXPORTER_OTLP_ENDPOINT",
        },
        new ConfigurationKey<OtlpProtocol>(
            new ChoiceKind<OtlpProtocol>(("auto", OtlpProtocol.Auto), ("grpc", OtlpProtocol.Grpc), ("http/protobuf", OtlpProtocol.HttpProtobuf)),
            c => c.Otlp.Receiver.Protocol, (c, v) => c.WithReceiver(r => r with { Protocol = v }))
        {
            Path = "otlp.protocol",
            Help = "How it is sent: auto is http/protobuf for port 4318 or a path with /v1/, else grpc.",
            Example = "grpc",
            StandardVariable = "OTEL_EXPORTER_OTLP_PROTOCOL",
        },
        new ConfigurationKey<TimeSpan>(
            new DurationKind(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), "15s"),
            c => c.Otlp.Interval, (c, v) => c with { Otlp = c.Otlp with { Interval = v } })
        {
            Path = "otlp.interval",
            Help = "Time between two requests of metrics.",
            Example = "15s",
            StandardVariable = "OTEL_METRIC_EXPORT_INTERVAL",
        },
        new ConfigurationKey<OtlpProcesses>(
            new ChoiceKind<OtlpProcesses>(("reported", OtlpProcesses.Reported), ("all", OtlpProcesses.All)),
            c => c.Otlp.Processes, (c, v) => c with { Otlp = c.Otlp with { Processes = v } })
        {
            Path = "otlp.processes",
            Help = "Which processes have metrics of their own: reported, those that have series of their own on the page, or all.",
            Example = "reported",
        },
        new ConfigurationKey<string>(new FileKind("/etc/process-arsenal/otlp-headers"),
            c => c.Otlp.Receiver.HeadersFile, (c, v) => c.WithReceiver(r => r with { HeadersFile = v }))
        {
            Path = "otlp.headers_file",
            Help = "Headers of requests, as a receiver asks for: one a line, 'name: value'. Read again when it changes; for our user alone (chmod 600).",
            Example = "/etc/process-arsenal/otlp-headers",
        },
        new ConfigurationKey<OtlpCompression>(
            new ChoiceKind<OtlpCompression>(("gzip", OtlpCompression.Gzip), ("none", OtlpCompression.None)),
            c => c.Otlp.Receiver.Compression, (c, v) => c.WithReceiver(r => r with { Compression = v }))
        {
            Path = "otlp.compression",
            Help = "How requests are compressed.",
            Example = "gzip",
            StandardVariable = "OTEL_EXPORTER_OTLP_COMPRESSION",
        },
        new ConfigurationKey<TimeSpan>(
            new DurationKind(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10), "10s"),
            c => c.Otlp.Receiver.Timeout, (c, v) => c.WithReceiver(r => r with { Timeout = v }))
        {
            Path = "otlp.timeout",
            Help = "How long a request may take before it is tried again.",
            Example = "10s",
            StandardVariable = "OTEL_EXPORTER_OTLP_TIMEOUT",
        },
        new ConfigurationKey<string>(new FileKind("/etc/process-arsenal/otlp-ca.pem"),
            c => c.Otlp.Receiver.CaFile, (c, v) => c.WithReceiver(r => r with { CaFile = v }))
        {
            Path = "otlp.ca_file",
            Help = "Certificates (PEM) of those who may have signed the receiver's; '' for whom the system trusts.",
            Example = "/etc/process-arsenal/otlp-ca.pem",
            StandardVariable = "OTEL_EXPORTER_OTLP_CERTIFICATE",
        },
        new ConfigurationKey<string>(new FileKind("/etc/process-arsenal/otlp-client.pem"),
            c => c.Otlp.Receiver.ClientCertificateFile, (c, v) => c.WithReceiver(r => r with { ClientCertificateFile = v }))
        {
            Path = "otlp.client_certificate_file",
            Help = "Our certificate (PEM), if the receiver asks for one.",
            Example = "/etc/process-arsenal/otlp-client.pem",
            StandardVariable = "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
        },
        new ConfigurationKey<string>(new FileKind("/etc/process-arsenal/otlp-client-key.pem"),
            c => c.Otlp.Receiver.ClientKeyFile, (c, v) => c.WithReceiver(r => r with { ClientKeyFile = v }))
        {
            Path = "otlp.client_key_file",
            Help = "Its key (PEM); '' if it is in the same file.",
            Example = "/etc/process-arsenal/otlp-client-key.pem",
            StandardVariable = "OTEL_EXPORTER_OTLP_CLIENT_KEY",
        },
        new ConfigurationKey<long>(
            new SizeKind(1L << 20, 1L << 40, "200MiB"), c => c.Otlp.SpoolMaxSize, (c, v) => c with { Otlp = c.Otlp with { SpoolMaxSize = v } })
        {
            Path = "otlp.spool.max_size",
            Help = "Bytes that wait in the state directory while the receiver is away; the oldest of more is dropped.",
            Example = "200MiB",
        },
        new ConfigurationKey<long>(
            new SizeKind(1L << 20, 1L << 44, "2GiB"), c => c.Artifacts.MaxSize, (c, v) => c with { Artifacts = c.Artifacts with { MaxSize = v } })
        {
            Path = "artifacts.max_size",
            Help = "Bytes of all recordings, dumps and evidence in the state directory; the oldest of more go.",
            Example = "2GiB",
        },
        new ConfigurationKey<TimeSpan>(
            new DurationKind(TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650), "7d"), c => c.Artifacts.MaxAge, (c, v) => c with { Artifacts = c.Artifacts with { MaxAge = v } })
        {
            Path = "artifacts.max_age",
            Help = "How long recordings, dumps and evidence are kept.",
            Example = "7d",
        },
        new ConfigurationKey<TimeSpan>(
            new DurationKind(EvidenceOptions.LeastBudget, EvidenceOptions.MostBudget, "20s"), c => c.Evidence.Budget, (c, v) => c with { Evidence = c.Evidence with { Budget = v } })
        {
            Path = "evidence.budget",
            Help = "How long an action waits for its evidence at most; then it is done without.",
            Example = "20s",
        },
        new ConfigurationKey<bool>(new BooleanKind(), c => c.Evidence.BeforePolicies, (c, v) => c with { Evidence = c.Evidence with { BeforePolicies = v } })
        {
            Path = "evidence.before_policies",
            Help = "Whether policies take evidence before each step that may end a process (restart, stop, kill, signal).",
            Example = "true",
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
        ("listen.tls", "How to listen by https."),
        ("sampling", "How processes are sampled."),
        ("sampling.history", "How far back is known what each process was like."),
        ("groups", "How processes are grouped."),
        ("categories", "What kind of program processes are."),
        ("flows", "Who sends how much to whom."),
        ("per_process", "Which processes have series of their own."),
        ("dotnet", "Which .NET processes are listened to, and for what."),
        ("dotnet.spans", "What they tell of requests and calls."),
        ("host", "Who this host is to Prometheus."),
        ("alertmanager", "How alerts come in, and where ours are raised."),
        ("control", "How far actions may go."),
        ("otlp", "Whom spans and metrics are sent to by OTLP."),
        ("otlp.spool", "Where they wait while the receiver is away."),
        ("artifacts", "How much room recordings, dumps and evidence take."),
        ("evidence", "What is kept of a process before something is done to it."),
        ("log", "What is logged, to standard error."),
    ];
}
