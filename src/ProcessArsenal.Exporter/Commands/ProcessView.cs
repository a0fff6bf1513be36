using System.Text.Json.Serialization;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Commands;

/// <summary>One process as the command line shows it. What could not be read is null, and left out of JSON.</summary>
internal sealed record ProcessView
{
    public required string Identity { get; init; }
    public required int Pid { get; init; }
    public required int ParentPid { get; init; }
    public required string Name { get; init; }
    public string? Group { get; init; }
    public string? User { get; init; }
    public string? State { get; init; }
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
    public double? FileDescriptors { get; init; }

    /// <summary>Bytes per second.</summary>
    public double? DiskRead { get; init; }

    /// <summary>Bytes per second.</summary>
    public double? DiskWrite { get; init; }

    /// <summary>Seconds.</summary>
    public double? Uptime { get; init; }

    public DateTimeOffset? StartTime { get; init; }
    public string? CommandLine { get; init; }
    public IReadOnlyList<ProcessView>? Children { get; init; }

    public static ProcessView Of(in ProcessRow row) => new()
    {
        Identity = row.Sample.Identity.ToString(),
        Pid = row.Sample.Identity.Pid,
        ParentPid = row.Sample.Stat.ParentPid,
        Name = row.Description.Name,
        Group = row.Group,
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
        Uptime = row.Uptime?.TotalSeconds,
        StartTime = row.Description.StartTime,
        CommandLine = row.Description.CommandLine,
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(List<ProcessView>))]
internal sealed partial class ProcessViewJson : JsonSerializerContext;
