using System.Text.Json.Serialization;
using ProcessArsenal.Telemetry.Grouping;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Views;

/// <summary>All groups.</summary>
/// <param name="Time">When their processes were sampled.</param>
/// <param name="Groups">By name.</param>
internal sealed record GroupListView(DateTimeOffset Time, IReadOnlyList<GroupView> Groups);

/// <summary>A group, and what its members come to. A value that can't be read of one of them is null: a sum of the others would pass for the whole.</summary>
internal sealed record GroupView
{
    public required string Name { get; init; }

    /// <summary>Of the rule that names it.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public required int Processes { get; init; }

    /// <summary>Cores.</summary>
    public double? Cpu { get; init; }

    /// <summary>Bytes resident; pages that several share count in each.</summary>
    public double? Memory { get; init; }

    public int Threads { get; init; }

    [JsonPropertyName("fds")]
    public double? Descriptors { get; init; }

    /// <summary>Bytes per second.</summary>
    [JsonPropertyName("io_read")]
    public double? DiskRead { get; init; }

    /// <summary>Bytes per second.</summary>
    [JsonPropertyName("io_write")]
    public double? DiskWrite { get; init; }

    /// <summary>Seconds since the oldest of them started.</summary>
    public double? Uptime { get; init; }

    /// <summary>The groups of a snapshot, those without a process too.</summary>
    public static List<GroupView> Of(Snapshot snapshot)
    {
        var sums = new Dictionary<GroupKey, GroupView>();
        foreach (ref readonly ProcessRow row in snapshot.Processes)
        {
            if (row.GroupKey is null) continue;
            sums[row.GroupKey] = sums.TryGetValue(row.GroupKey, out GroupView? sum) ? sum.Plus(row) : new GroupView
            {
                Name = row.GroupKey.Name,
                Processes = 1,
                Cpu = row.Rates.Cpu,
                Memory = ProcessFacts.ResidentBytes(row.Sample),
                Threads = row.Sample.Stat.Threads,
                Descriptors = ProcessFacts.Descriptors(row.Sample),
                DiskRead = row.Rates.DiskRead,
                DiskWrite = row.Rates.DiskWrite,
                Uptime = row.Uptime?.TotalSeconds,
            };
        }
        var groups = new List<GroupView>();
        foreach (ref readonly GroupRow group in snapshot.Groups)
        {
            GroupView view = sums.GetValueOrDefault(group.Key) ?? new GroupView { Name = group.Key.Name, Processes = 0, Cpu = 0, Memory = 0, Descriptors = 0, DiskRead = 0, DiskWrite = 0 };
            groups.Add(view.Rounded() with { Labels = group.Key.Labels.IsEmpty ? null : group.Key.Labels.ToDictionary() });
        }
        groups.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return groups;
    }

    private GroupView Plus(in ProcessRow row) => this with
    {
        Processes = Processes + 1,
        Cpu = Cpu + row.Rates.Cpu,
        Memory = Memory + ProcessFacts.ResidentBytes(row.Sample),
        Threads = Threads + row.Sample.Stat.Threads,
        Descriptors = Descriptors + ProcessFacts.Descriptors(row.Sample),
        DiskRead = DiskRead + row.Rates.DiskRead,
        DiskWrite = DiskWrite + row.Rates.DiskWrite,
        Uptime = row.Uptime is { } age ? Math.Max(Uptime ?? 0, age.TotalSeconds) : Uptime,
    };

    private GroupView Rounded() => this with
    {
        Cpu = Cpu is { } cpu ? Math.Round(cpu, 3) : null,
        DiskRead = DiskRead is { } read ? Math.Round(read) : null,
        DiskWrite = DiskWrite is { } write ? Math.Round(write) : null,
    };
}
