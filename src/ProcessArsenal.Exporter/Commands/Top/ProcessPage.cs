using System.Globalization;
using ProcessArsenal.Telemetry.Analysis;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Commands.Top;

/// <summary>All that a snapshot has of one process.</summary>
internal static class ProcessPage
{
    private const int LabelWidth = 12;

    /// <param name="lines">Lines to fill.</param>
    public static void Draw(Frame frame, in ProcessRow row, int lines)
    {
        int end = frame.LineCount + lines;
        ProcessDescription who = row.Description;
        Line(frame, end, "process", string.Create(CultureInfo.InvariantCulture, $"{row.Sample.Identity}  child of {row.Sample.Stat.ParentPid}"));
        Line(frame, end, "name", who.Name);
        Line(frame, end, "group", row.Group);
        Line(frame, end, "user", who.User);
        Line(frame, end, "executable", who.Executable + (who.ExecutableDeleted ? "  (deleted or replaced)" : ""));
        Line(frame, end, "unit", who.Unit);
        Line(frame, end, "container", who.Container);
        Line(frame, end, "cgroup", who.Cgroup);
        Line(frame, end, "started", who.StartTime?.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture));
        Line(frame, end, "state", ProcessStates.NameOf(row.Sample.Stat.State));
        Line(frame, end, "cpu time", string.Create(CultureInfo.InvariantCulture, $"{ProcessFacts.CpuSeconds(row.Sample):0.00}s"));
        Line(frame, end, "memory", string.Create(CultureInfo.InvariantCulture,
            $"{Terminal.Bytes(ProcessFacts.ResidentBytes(row.Sample))} resident, {Terminal.Bytes(ProcessFacts.AnonymousBytes(row.Sample))} anonymous, ")
            + $"{Terminal.Bytes(ProcessFacts.SwapBytes(row.Sample))} swapped, {Terminal.Bytes(ProcessFacts.VirtualBytes(row.Sample))} virtual");
        Line(frame, end, "fds", Column.Format(ProcessFacts.Descriptors(row.Sample), Unit.Exact, int.MaxValue)
            + (who.DescriptorLimit is { } limit and not Procfs.ProcLimits.Unlimited ? string.Create(CultureInfo.InvariantCulture, $" of {limit}") : ""));
        Command(frame, end, who.CommandLine);
        while (frame.LineCount < end) frame.EndLine();
    }

    private static void Line(Frame frame, int end, string label, string? value)
    {
        if (frame.LineCount >= end) return;
        frame.Field(label, LabelWidth, right: false, Style.Faint);
        frame.Write(string.IsNullOrEmpty(value) ? "-" : value);
        frame.EndLine();
    }

    /// <summary>The command in full, over as many lines as there are.</summary>
    private static void Command(Frame frame, int end, string? command)
    {
        string rest = string.IsNullOrEmpty(command) ? "-" : command;
        string label = "command";
        int room = Math.Max(1, frame.Width - LabelWidth);
        while (rest.Length > 0 && frame.LineCount < end)
        {
            string line = Terminal.Cut(Terminal.Printable(rest, room * 2), room);
            if (line.Length == 0) return;
            Line(frame, end, label, line);
            rest = rest[Math.Min(line.Length, rest.Length)..];
            label = "";
        }
    }
}
