using System.Globalization;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>The machine in a few lines: time, processes, CPU, memory, pressure, and what can't be read.</summary>
internal static class HeaderLines
{
    /// <summary>From these shares of memory and of time on, percent, it stands out.</summary>
    private const double MuchMemory = 90, MuchPressure = 10;

    /// <summary>On a narrower screen the states that are no news are left out.</summary>
    private const int ForAllStates = 100;

    public static void Draw(Frame frame, ReadOnlySpan<ProcessRow> rows, HostSummary host, int mostLines)
    {
        if (mostLines <= 0) return;
        var flow = new SegmentFlow(frame, mostLines);
        flow.Add("", host.Time.ToString("HH:mm:ss", CultureInfo.InvariantCulture));
        flow.Add("up ", Terminal.Age(host.Uptime?.TotalSeconds));
        flow.Add("processes ", Processes(host.States, frame.Width));
        flow.Break();
        flow.Add("cpu ", Cores(rows));
        flow.Add("memory ", Memory(host.Memory, out bool isMuch), isMuch ? Style.Alarming : Style.Strong);
        flow.Add("pressure% cpu ", Share(host.CpuPressure), StyleOf(host.CpuPressure));
        flow.Add("mem ", Share(host.MemoryPressure), StyleOf(host.MemoryPressure), gap: 1);
        flow.Add("io ", Share(host.IoPressure), StyleOf(host.IoPressure), gap: 1);
        flow.Break();
        string label = "not readable  ";
        foreach (string missing in Missing(host.Signals))
        {
            flow.Add(label, missing, Style.Remarkable);
            label = "";
        }
        flow.Break();
    }

    private static string Processes(IReadOnlyList<int> states, int width)
    {
        string[] parts = [.. states.Select((count, state) => (Count: count, Name: ProcessStates.Names[state]))
            .Where(part => part.Count > 0 && (width >= ForAllStates || part.Name is not ("sleeping" or "idle")))
            .Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Count} {part.Name}"))];
        return string.Create(CultureInfo.InvariantCulture, $"{states.Sum()}{(parts.Length > 0 ? ": " : "")}{string.Join(", ", parts)}");
    }

    /// <summary>What all processes use together; with a plus if that of some is not known, so that it is at least so much.</summary>
    private static string Cores(ReadOnlySpan<ProcessRow> rows)
    {
        double sum = 0;
        bool isPartial = false, isKnown = false;
        foreach (ref readonly ProcessRow row in rows)
        {
            if (row.Rates.Cpu is not { } cpu) isPartial = true;
            else (sum, isKnown) = (sum + cpu, true);
        }
        return isKnown ? string.Create(CultureInfo.InvariantCulture, $"{sum:0.00}{(isPartial ? "+" : "")} cores") : "-";
    }

    private static string Memory(ProcMeminfo? memory, out bool isMuch)
    {
        isMuch = false;
        if (memory is not { AvailableBytes: { } available, TotalBytes: > 0 and var total }) return "-";
        double share = (total - available) * 100.0 / total;
        isMuch = share >= MuchMemory;
        return string.Create(CultureInfo.InvariantCulture, $"{Terminal.Bytes(total - available)} of {Terminal.Bytes(total)} ({share:0}%)");
    }

    private static string Share(double? percent) => percent is { } value ? value.ToString("0.0", CultureInfo.InvariantCulture) : "-";

    private static Style StyleOf(double? percent) => percent switch
    {
        >= 4 * MuchPressure => Style.Alarming,
        >= MuchPressure => Style.Remarkable,
        _ => Style.Strong,
    };

    /// <summary>Signals by what they take, so that each remedy is said once.</summary>
    private static IEnumerable<string> Missing(IReadOnlyList<SignalStatus> signals) => signals
        .Where(signal => !signal.Available)
        .GroupBy(signal => Short(signal.Reason), StringComparer.Ordinal)
        .Select(group => $"{string.Join(", ", group.Select(signal => signal.Name))}: {group.Key}");

    /// <summary>The capabilities that a reason names, else the reason.</summary>
    private static string Short(string reason)
    {
        string[] capabilities = [.. reason.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Where(word => word.StartsWith("CAP_", StringComparison.Ordinal))];
        return capabilities.Length > 0 ? string.Join('+', capabilities) : reason;
    }
}
