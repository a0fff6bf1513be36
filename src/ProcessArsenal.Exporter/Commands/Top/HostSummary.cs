using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>The machine as a whole, at one tick. Null could not be read.</summary>
internal sealed record HostSummary
{
    /// <summary>When the tick began, in the time zone to show it in.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Time since boot.</summary>
    public TimeSpan? Uptime { get; init; }

    /// <summary>Processes by state, in the order of <see cref="Telemetry.Analysis.ProcessStates.Names"/>.</summary>
    public IReadOnlyList<int> States { get; init; } = [];

    public ProcMeminfo? Memory { get; init; }

    /// <summary>Share of the last 10 seconds in which some task waited, percent.</summary>
    public double? CpuPressure { get; init; }

    public double? MemoryPressure { get; init; }

    public double? IoPressure { get; init; }

    /// <summary>What can and can't be read here.</summary>
    public IReadOnlyList<SignalStatus> Signals { get; init; } = [];

    /// <summary>Asks the kernel for what no snapshot has.</summary>
    public static HostSummary Read(ProcFs proc, Snapshot snapshot, TimeProvider time) => new()
    {
        Time = TimeZoneInfo.ConvertTime(snapshot.Time, time.LocalTimeZone),
        Uptime = proc.ReadUptime(out TimeSpan uptime) == ReadOutcome.Ok ? uptime : null,
        States = snapshot.States.ToArray(),
        Memory = proc.ReadMeminfo(out ProcMeminfo memory) == ReadOutcome.Ok ? memory : null,
        CpuPressure = Pressure(proc, PressureResource.Cpu),
        MemoryPressure = Pressure(proc, PressureResource.Memory),
        IoPressure = Pressure(proc, PressureResource.Io),
        Signals = snapshot.Health.Signals,
    };

    private static double? Pressure(ProcFs proc, PressureResource resource) =>
        proc.ReadPressure(resource, out ProcPressure pressure) == ReadOutcome.Ok ? pressure.Some.Average10 : null;
}
