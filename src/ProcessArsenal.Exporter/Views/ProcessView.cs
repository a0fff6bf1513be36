using System.Text.Json.Serialization;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Analysis.Categories;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Views;

/// <summary>One process as the API and the command line show it, by the names that expressions have for the same. What could not be read is null, and left
/// out of JSON.</summary>
internal sealed record ProcessView
{
    public required string Identity { get; init; }
    public required int Pid { get; init; }
    [JsonPropertyName("ppid")]
    public required int ParentPid { get; init; }
    public required string Name { get; init; }

    /// <summary>True of a kernel thread; null of all others.</summary>
    public bool? Kernel { get; init; }

    public string? Group { get; init; }

    /// <summary>What kind of program it is.</summary>
    public required string Category { get; init; }

    public string? User { get; init; }
    public string? State { get; init; }
    [JsonPropertyName("exe")]
    public string? Executable { get; init; }
    public string? Unit { get; init; }
    public string? Container { get; init; }

    /// <summary>Cores.</summary>
    public double? Cpu { get; init; }

    /// <summary>Seconds.</summary>
    public double CpuTime { get; init; }

    /// <summary>Bytes resident.</summary>
    public double? Memory { get; init; }

    public int Threads { get; init; }
    [JsonPropertyName("fds")]
    public double? FileDescriptors { get; init; }

    /// <summary>Bytes per second.</summary>
    [JsonPropertyName("io_read")]
    public double? DiskRead { get; init; }

    /// <summary>Bytes per second.</summary>
    [JsonPropertyName("io_write")]
    public double? DiskWrite { get; init; }

    /// <summary>Seconds.</summary>
    public double? Uptime { get; init; }

    public DateTimeOffset? StartTime { get; init; }
    [JsonPropertyName("cmdline")]
    public string? CommandLine { get; init; }
    public IReadOnlyList<ProcessView>? Children { get; init; }

    public static ProcessView Of(in ProcessRow row) => new()
    {
        Identity = row.Sample.Identity.ToString(),
        Pid = row.Sample.Identity.Pid,
        ParentPid = row.Sample.Stat.ParentPid,
        Name = row.Description.Name,
        Kernel = row.Description.IsKernelThread ? true : null,
        Group = row.Group,
        Category = Categorizer.NameOf(row),
        User = row.Description.User,
        State = ProcessStates.NameOf(row.Sample.Stat.State),
        Executable = row.Description.Executable,
        Unit = row.Description.Unit,
        Container = row.Description.Container,
        Cpu = row.Rates.Cpu is { } cpu ? Math.Round(cpu, 3) : null,
        CpuTime = ProcessFacts.CpuSeconds(row.Sample),
        Memory = ProcessFacts.ResidentBytes(row.Sample),
        Threads = row.Sample.Stat.Threads,
        FileDescriptors = ProcessFacts.Descriptors(row.Sample),
        DiskRead = row.Rates.DiskRead is { } read ? Math.Round(read) : null,
        DiskWrite = row.Rates.DiskWrite is { } write ? Math.Round(write) : null,
        Uptime = row.Uptime is { } age ? Math.Round(age.TotalSeconds, 2) : null,
        StartTime = row.Description.StartTime,
        CommandLine = row.Description.ShownCommandLine,
    };
}
