using System.Collections.Immutable;
using ProcessArsenal.Control.Artifacts;
using ProcessArsenal.Control.Evidence;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Grouping;

namespace ProcessArsenal.Exporter.Configuration;

/// <summary>Everything that can be set, checked and immutable. The initial values here are the defaults; what each key means, and
/// its range, is in <see cref="ConfigurationCatalogue"/>.</summary>
public sealed record ExporterConfiguration
{
    public ListenSettings Listen { get; init; } = new();

    /// <summary>Absolute path. The default depends on who runs the program:
    /// see <see cref="ConfigurationSources.DefaultStateDirectory"/>.</summary>
    public string StateDirectory { get; init; } = ConfigurationSources.RootStateDirectory;

    public SamplingSettings Sampling { get; init; } = new();

    public GroupSettings Groups { get; init; } = new();

    /// <summary>Whose families are published beside our own.</summary>
    public Compatibility Compatibility { get; init; }

    /// <summary>A process that any of these selects has series of its own.</summary>
    public ImmutableArray<Expression> Watch { get; init; } = [];

    public PerProcessSettings PerProcess { get; init; } = new();

    public DotnetSettings Dotnet { get; init; } = new();

    public FlowSettings Flows { get; init; } = new();

    public CategorySettings Categories { get; init; } = new();

    public OtlpSettings Otlp { get; init; } = new();

    public HostSettings Host { get; init; } = new();

    public AlertmanagerSettings Alertmanager { get; init; } = new();

    public ControlSettings Control { get; init; } = new();

    public ArtifactLimits Artifacts { get; init; } = new();

    public EvidenceOptions Evidence { get; init; } = new();

    /// <summary>Our own: what they run is started and kept running by us.</summary>
    public ImmutableArray<SupervisorSpec> Supervisors { get; init; } = [];

    /// <summary>What is done by itself.</summary>
    public ImmutableArray<Policy> Policies { get; init; } = [];

    /// <summary>Absolute path of the proc file system to read.</summary>
    public string Procfs { get; init; } = ProcFs.DefaultRoot;

    public LogSettings Log { get; init; } = new();
}

public sealed record ListenSettings
{
    /// <summary>Scheme http, an IP address or localhost, and a port (0: any free one).</summary>
    public Uri Metrics { get; init; } = new("http://0.0.0.0:9464");

    /// <summary>The same, or https; null: nowhere.</summary>
    public Uri? Control { get; init; } = new("http://127.0.0.1:9465");

    public TlsSettings Tls { get; init; } = new();

    /// <summary>As it is written: with the port, without a path.</summary>
    internal static string Text(Uri url) => FormattableString.Invariant($"{url.Scheme}://{url.Host}:{url.Port}");
}

public sealed record TlsSettings
{
    /// <summary>Absolute path of our certificate (PEM), with those that it takes to get to its root; empty: none.</summary>
    public string Certificate { get; init; } = "";

    /// <summary>Absolute path of its key (PEM); empty: in the same file.</summary>
    public string Key { get; init; } = "";

    /// <summary>Absolute path of the certificates (PEM) of those who sign our clients'; empty: clients need none.</summary>
    public string ClientCa { get; init; } = "";
}

public sealed record SamplingSettings
{
    /// <summary>Time between two samples, 100 ms to 10 min.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How far back each sample of every process is kept, 1 min to 1 h.</summary>
    public TimeSpan HistoryFine { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How far back means of some minutes are kept, 10 min to 24 h.</summary>
    public TimeSpan HistoryCoarse { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Time per sample for reading proportional and unique memory, 0 (not read) to 1 s.</summary>
    public TimeSpan SmapsBudget { get; init; } = TimeSpan.FromMilliseconds(10);
}

public sealed record GroupSettings
{
    /// <summary>In the order in which they are tried.</summary>
    public ImmutableArray<GroupRule> Rules { get; init; } = [];

    /// <summary>Rules of a file of process-exporter, tried after <see cref="Rules"/>.</summary>
    public ProcessExporterFile ProcessExporter { get; init; } = ProcessExporterFile.None;

    /// <summary>A process that any of these selects is in no group.</summary>
    public ImmutableArray<Expression> Exclude { get; init; } = [];

    /// <summary>Groups at once, 1 to 10,000; the rest is <c>other</c>.</summary>
    public int Max { get; init; } = 500;

    /// <summary>How long a group that no rule declares stays after its last process, 0 to 24 h.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMinutes(10);
}

public sealed record PerProcessSettings
{
    /// <summary>How many of the busiest, and of the largest, have series of their own: 0 to 1,000.</summary>
    public int Top { get; init; } = 10;

    /// <summary>How many processes have series of their own at most: 0 to 10,000.</summary>
    public int Max { get; init; } = 200;
}

public sealed record DotnetSettings
{
    /// <summary>Which .NET processes are listened to.</summary>
    public AttachRule Attach { get; init; } = AttachRule.All;

    /// <summary>The path of a socket that runtimes may call when they begin; empty: none.</summary>
    public string Port { get; init; } = "";

    /// <summary>Meters of programs that are listened to beside the runtime's and ASP.NET Core's.</summary>
    public ImmutableArray<string> Meters { get; init; } = [];

    /// <summary>Whether they are asked for spans, if there is somebody whom those are sent to.</summary>
    public bool HasSpans { get; init; } = true;

    /// <summary>How many.</summary>
    public SpanSampler Sampler { get; init; } = SpanSampler.Auto;
}

/// <summary>Which processes are attached to: all, none, or those that an expression selects.</summary>
/// <param name="Text">As it is written.</param>
/// <param name="Condition">Null for all and none.</param>
public sealed record AttachRule(string Text, Expression? Condition)
{
    public static readonly AttachRule All = new("all", null), None = new("none", null);
}

public sealed record FlowSettings
{
    /// <summary>Whether it is watched all the time who sends how much to whom.</summary>
    public bool IsEnabled { get; init; }
}

public sealed record ControlSettings
{
    /// <summary>Nothing is done to a process for which any of these is true, or not known.</summary>
    public ImmutableArray<Expression> Protected { get; init; } = [];

    /// <summary>Actions of this host within an hour: 0 to 100,000.</summary>
    public int MaxActionsPerHour { get; init; } = 60;
}

public sealed record CategorySettings
{
    /// <summary>Their names are categories; in the order in which they are tried.</summary>
    public ImmutableArray<GroupRule> Rules { get; init; } = [];
}

public sealed record LogSettings
{
    /// <summary>Debug, Information, Warning or Error.</summary>
    public LogLevel Level { get; init; } = LogLevel.Information;
}

/// <summary>Another exporter whose families can be published beside our own.</summary>
public enum Compatibility
{
    None,

    /// <summary>https://github.com/ncabatoff/process-exporter, 0.7.10.</summary>
    ProcessExporter,
}

internal static class TlsSettingsChanges
{
    public static ExporterConfiguration WithTls(this ExporterConfiguration configuration, Func<TlsSettings, TlsSettings> change) =>
        configuration with { Listen = configuration.Listen with { Tls = change(configuration.Listen.Tls) } };
}
