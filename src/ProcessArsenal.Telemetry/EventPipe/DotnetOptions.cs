using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>Which .NET processes are listened to, and what is asked of each.</summary>
public sealed record DotnetOptions
{
    /// <summary>Meters of the runtime (.NET 9 and later), of ASP.NET Core and of HttpClient: always listened to. That of routing is not: it counts each
    /// request once more, which costs the target a third of a microsecond and says nothing new.</summary>
    public static readonly IReadOnlyList<string> OwnMeters =
    [
        "System.Runtime", "System.Net.Http", "System.Net.NameResolution", "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Diagnostics", "Microsoft.AspNetCore.RateLimiting", "Microsoft.AspNetCore.HeaderParsing", "Microsoft.AspNetCore.Server.Kestrel",
        "Microsoft.AspNetCore.Http.Connections",
    ];

    /// <summary>Processes that are listened to; null: all that we may. Unknown is no.</summary>
    public Expression? Attach { get; init; }

    /// <summary>No process is listened to, whatever <see cref="Attach"/> says. Those that call <see cref="Port"/> go on all the same.</summary>
    public bool AttachesToNone { get; init; }

    /// <summary>Processes that no series counts are not listened to either.</summary>
    public bool HasExclusions { get; init; }

    /// <summary>The path of a socket that runtimes may call when they begin; null: none. It is there whoever is listened to: one that calls with
    /// <c>suspend</c> would wait for ever for a port that is closed.</summary>
    public string? Port { get; init; }

    /// <summary>Meters of programs that are listened to as well, by name.</summary>
    public IReadOnlyList<string> Meters { get; init; } = [];

    /// <summary>Spans that are asked for; null: none, which costs nothing.</summary>
    public SpanSampler? Spans { get; init; }

    /// <summary>What targets tell is kept as OTLP has it, too: exponential buckets, attributes, start times. Costs nothing if not.</summary>
    public bool Points { get; init; }

    /// <summary>All meters that are listened to.</summary>
    internal IEnumerable<string> AllMeters => OwnMeters.Concat(Meters).Distinct();

    /// <summary>Nothing needs to be known of a process but that it is a .NET one.</summary>
    internal bool AttachesToAll => Attach is null && !AttachesToNone && !HasExclusions;

    /// <summary>Whether a session that was begun with the other may stay.</summary>
    internal bool IsSame(DotnetOptions? other) =>
        other is not null && Attach?.Text == other.Attach?.Text && AttachesToNone == other.AttachesToNone && HasExclusions == other.HasExclusions
        && Meters.SequenceEqual(other.Meters) && Spans == other.Spans && Points == other.Points
        && (Interval, MostSeries, MostHistograms, BufferMegabytes) == (other.Interval, other.MostSeries, other.MostHistograms, other.BufferMegabytes);

    internal bool Wants(in ProcessRow row) => !AttachesToNone && (Attach is null || Attach.Evaluate(row) == Truth.True);

    /// <summary>How often a target tells its meters: it costs next to nothing, and what it tells is no older than that.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Series of one target; its runtime tells no more, and we keep no more.</summary>
    public int MostSeries { get; init; } = 1000;

    /// <summary>Histograms of one target, which take memory there.</summary>
    public int MostHistograms { get; init; } = 100;

    /// <summary>Memory of the target for events that wait to be read; less where it has little left.</summary>
    public int BufferMegabytes { get; init; } = 16;
}
