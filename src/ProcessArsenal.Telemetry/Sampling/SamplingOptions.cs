using ProcessArsenal.Telemetry.Compatibility;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Expressions;
using ProcessArsenal.Telemetry.Grouping;

namespace ProcessArsenal.Telemetry.Sampling;

/// <summary>What the sampler is told; replaced whole, between two ticks.</summary>
public sealed record SamplingOptions
{
    /// <summary>Time from tick to tick.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time per tick for reading proportional and unique memory, on a thread of its own; 0: they are not read.</summary>
    public TimeSpan SmapsBudget { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How far back each tick of every process is kept.</summary>
    public TimeSpan HistoryFine { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How far back means of some minutes are kept.</summary>
    public TimeSpan HistoryCoarse { get; init; } = TimeSpan.FromHours(6);

    public Grouper Grouper { get; init; } = new([]);

    /// <summary>Rules whose name is the category of those that they take; the first that matches wins.</summary>
    public IReadOnlyList<GroupRule> Categories { get; init; } = [];

    /// <summary>Processes that no series counts. Unknown excludes too: what was meant to be hidden stays hidden.</summary>
    public IReadOnlyList<Expression> Exclude { get; init; } = [];

    /// <summary>Publishes process-exporter's families too; null: it does not.</summary>
    public NamedGroupOptions? Compatibility { get; init; }

    /// <summary>Which .NET processes are listened to; null: none.</summary>
    public DotnetOptions? Dotnet { get; init; }

    /// <summary>Processes that get series of their own.</summary>
    public IReadOnlyList<Expression> Watch { get; init; } = [];

    /// <summary>Most groups; the rest is one group, <c>other</c>.</summary>
    public int MaxGroups { get; init; } = 500;

    /// <summary>How long a group stays after its last process, unless it is declared.</summary>
    public TimeSpan GroupLinger { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many of the busiest, and of the largest, get series of their own.</summary>
    public int Top { get; init; } = 10;

    /// <summary>Most processes with series of their own.</summary>
    public int MaxReported { get; init; } = 200;
}
