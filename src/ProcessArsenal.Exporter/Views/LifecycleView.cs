using System.Text.Json.Serialization;
using ProcessArsenal.Telemetry.Collectors;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Views;

/// <summary>A process began or ended.</summary>
internal sealed record LifecycleEventView
{
    /// <summary>Ascending by one; begins again with the program.</summary>
    public required long Id { get; init; }

    /// <summary><c>start</c> or <c>exit</c>.</summary>
    public required string Type { get; init; }

    /// <summary>When it happened, where the kernel tells; else when we learned of it.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Null if it was gone before it could be looked at.</summary>
    public string? Identity { get; init; }

    public required int Pid { get; init; }

    [JsonPropertyName("ppid")]
    public int? ParentPid { get; init; }

    public required string Name { get; init; }
    public required string Group { get; init; }

    /// <summary>How it ended: <c>success</c>, <c>failure</c>, <c>signal</c>, <c>oom_kill</c> or <c>unknown</c>; null of a start.</summary>
    public string? Outcome { get; init; }

    public int? ExitCode { get; init; }

    /// <summary>The number of the signal that ended it.</summary>
    public int? Signal { get; init; }

    /// <summary>Seconds.</summary>
    public double? Lifetime { get; init; }

    /// <summary>Seconds in all.</summary>
    public double? CpuTime { get; init; }

    public static LifecycleEventView Of(in LifecycleEvent happened)
    {
        bool isSignal = happened.Outcome is ExitOutcome.Signal or ExitOutcome.OomKill;
        return new LifecycleEventView
        {
            Id = happened.Id,
            Type = happened.IsEnd ? "exit" : "start",
            Time = happened.Time,
            Identity = happened.Identity?.ToString(),
            Pid = happened.Pid,
            ParentPid = happened.ParentPid > 0 ? happened.ParentPid : null,
            Name = happened.Name,
            Group = happened.Group,
            Outcome = happened.IsEnd ? OutcomeCounts.Name(happened.Outcome) : null,
            ExitCode = happened.IsEnd && !isSignal ? happened.Code : null,
            Signal = happened.IsEnd && isSignal ? happened.Code : null,
            Lifetime = happened.Lifetime?.TotalSeconds,
            CpuTime = happened.CpuSeconds,
        };
    }
}

/// <summary>How many ended how.</summary>
internal sealed record OutcomeCounts
{
    public int Success { get; set; }
    public int Failure { get; set; }
    public int Signal { get; set; }
    public int OomKill { get; set; }
    public int Unknown { get; set; }

    public static string Name(ExitOutcome outcome) => outcome switch
    {
        ExitOutcome.Success => "success",
        ExitOutcome.Failure => "failure",
        ExitOutcome.Signal => "signal",
        ExitOutcome.OomKill => "oom_kill",
        _ => "unknown",
    };

    public void Count(ExitOutcome outcome) => _ = outcome switch
    {
        ExitOutcome.Success => ++Success,
        ExitOutcome.Failure => ++Failure,
        ExitOutcome.Signal => ++Signal,
        ExitOutcome.OomKill => ++OomKill,
        _ => ++Unknown,
    };
}

/// <summary>Starts and exits of a while.</summary>
internal sealed record LifecycleView
{
    private const int MostRecent = 100, MostGroups = 200;

    /// <summary>From when on all are known: where the window begins, or later.</summary>
    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }
    public int Starts { get; set; }
    public int Exits { get; set; }
    public OutcomeCounts Outcomes { get; init; } = new();

    /// <summary>Half of those that ended lived no longer, seconds; null if none ended, or of none it is known.</summary>
    public double? MedianLifetime { get; set; }

    /// <summary>Those that lived less than a second.</summary>
    public int ShortLived { get; set; }

    /// <summary>The most active first.</summary>
    public IReadOnlyList<GroupLifecycleView> Groups { get; set; } = [];

    /// <summary>Exits, the latest first.</summary>
    public IReadOnlyList<LifecycleEventView> Recent { get; set; } = [];

    public static LifecycleView Of(IReadOnlyList<LifecycleEvent> events, DateTimeOffset from, DateTimeOffset to)
    {
        var view = new LifecycleView { From = from, To = to };
        var groups = new Dictionary<string, GroupLifecycleView>(StringComparer.Ordinal);
        var lifetimes = new List<double>();
        foreach (LifecycleEvent happened in events)
        {
            if (!groups.TryGetValue(happened.Group, out GroupLifecycleView? group)) groups.Add(happened.Group, group = new GroupLifecycleView { Group = happened.Group });
            if (!happened.IsEnd)
            {
                view.Starts++;
                group.Starts++;
                continue;
            }
            view.Exits++;
            group.Exits++;
            view.Outcomes.Count(happened.Outcome);
            group.Outcomes.Count(happened.Outcome);
            if (happened.Lifetime is { } lifetime) lifetimes.Add(lifetime.TotalSeconds);
        }
        lifetimes.Sort();
        view.MedianLifetime = lifetimes.Count > 0 ? lifetimes[(lifetimes.Count - 1) / 2] : null;
        view.ShortLived = lifetimes.Count(static seconds => seconds < 1);
        view.Groups = [.. groups.Values.OrderByDescending(static group => group.Starts + group.Exits).ThenBy(static group => group.Group, StringComparer.Ordinal).Take(MostGroups)];
        view.Recent = [.. events.Reverse().Where(static happened => happened.IsEnd).Take(MostRecent).Select(static happened => LifecycleEventView.Of(happened))];
        return view;
    }
}

/// <summary>Starts and exits in one group.</summary>
internal sealed record GroupLifecycleView
{
    public required string Group { get; init; }
    public int Starts { get; set; }
    public int Exits { get; set; }
    public OutcomeCounts Outcomes { get; init; } = new();
}
