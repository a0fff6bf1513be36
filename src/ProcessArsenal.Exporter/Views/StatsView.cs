using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Views;

/// <summary>What the exporter has seen and done since it began, and what it costs. What is not known is null.</summary>
internal sealed record StatsView
{
    public required string Version { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Since { get; init; }

    public required double UptimeSeconds { get; init; }

    /// <summary>Of the latest sample.</summary>
    public required DateTimeOffset Time { get; init; }

    public required long Samples { get; init; }

    /// <summary>How long the latest took.</summary>
    public required double SampleSeconds { get; init; }

    /// <summary>CPU time that it has used itself, in user and in kernel mode.</summary>
    public required double OwnCpuSeconds { get; init; }

    /// <summary>Bytes that it has resident.</summary>
    public required long OwnMemory { get; init; }

    public required int Processes { get; init; }
    public required int Groups { get; init; }

    /// <summary>.NET processes, and how many of them have told of themselves.</summary>
    public required int Dotnet { get; init; }
    public required int DotnetTelling { get; init; }

    /// <summary>Processes that were created since; null where the kernel's events can't be listened to.</summary>
    public long? ProcessesCreated { get; init; }

    /// <summary>Starts and exits that were told of.</summary>
    public required long LifecycleEvents { get; init; }

    /// <summary>Messages of the kernel that were lost for lack of room.</summary>
    public required long KernelMessagesLost { get; init; }

    /// <summary>Processes that could not be read in the latest sample.</summary>
    public required int Unreadable { get; init; }

    /// <summary>Signals that can't be read, or not of every process, and what that takes.</summary>
    public required IReadOnlyDictionary<string, string> SignalsUnavailable { get; init; }

    public static StatsView Of(Snapshot snapshot, LifecycleLog lifecycle, TimeProvider time)
    {
        SamplingHealth health = snapshot.Health;
        int dotnet = 0, telling = 0;
        foreach (ref readonly ProcessRow row in snapshot.Processes)
        {
            if (row.Runtime is null) continue;
            dotnet++;
            if (!ReferenceEquals(row.Runtime, RuntimeFacts.Silent)) telling++;
        }
        return new StatsView
        {
            Version = OwnMetrics.Version,
            Since = health.Began,
            UptimeSeconds = Math.Round((time.GetUtcNow() - health.Began).TotalSeconds, 1),
            Time = snapshot.Time,
            Samples = snapshot.Tick,
            SampleSeconds = Math.Round(snapshot.Duration.TotalSeconds, 6),
            OwnCpuSeconds = Math.Round(Environment.CpuUsage.TotalTime.TotalSeconds, 3),
            OwnMemory = Environment.WorkingSet,
            Processes = snapshot.ProcessCount,
            Groups = snapshot.GroupCount,
            Dotnet = dotnet,
            DotnetTelling = telling,
            ProcessesCreated = health.ProcessesCreated,
            LifecycleEvents = lifecycle.Last,
            KernelMessagesLost = health.EventsLost + health.RecordsLost,
            Unreadable = health.Unreadable,
            SignalsUnavailable = health.Signals.Where(static signal => !signal.Available).ToDictionary(static signal => signal.Name, static signal => signal.Reason, StringComparer.Ordinal),
        };
    }
}
