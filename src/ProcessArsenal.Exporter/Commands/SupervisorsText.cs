using System.Globalization;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Commands;

/// <summary>Supervisors as tables: our own with how each child is, and the others.</summary>
internal static class SupervisorsText
{
    private const int MostNames = 4;

    public static void Print(IReadOnlyList<SupervisorItemView> supervisors, TextWriter output)
    {
        SupervisorItemView[] own = [.. supervisors.Where(static one => one.Kind == SupervisorItemView.OwnKind)], others = [.. supervisors.Where(static one => one.Kind != SupervisorItemView.OwnKind)];
        foreach (SupervisorItemView one in own) PrintOwn(one, output);
        if (others.Length == 0) return;
        List<string[]> rows = [["PROCESSES", "KIND", "NAME", "RESTART", "WHICH"]];
        rows.AddRange(others.Select(static one => (string[])
        [
            one.ChildCount.ToString(CultureInfo.InvariantCulture),
            Terminal.Printable(one.Kind, 16),
            Terminal.Printable(one.Kind == "container" && one.Name.Length > 12 ? one.Name[..12] : one.Name, 48),
            Terminal.Printable(one.Restart is { } restart && !restart.Contains('(', StringComparison.Ordinal) ? restart : "-", 64),
            string.Join(", ", one.Children.Take(MostNames).Select(static child => string.Create(CultureInfo.InvariantCulture, $"{Terminal.Printable(child.Name)} {child.Pid}"))) + (one.ChildCount > MostNames ? ", ..." : ""),
        ]));
        Terminal.Write(output, Terminal.Table(rows, rightAligned: 1), Terminal.HasColours);
    }

    private static void PrintOwn(SupervisorItemView one, TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{one.Name}: {one.Strategy}, {one.RecentFailures} of {one.MaxRestarts} failures within {one.MaxSeconds} s"));
        if (one.Latched == true) output.WriteLine($"  LATCHED since {Time(one.LatchedSince)}: {Terminal.Printable(one.LatchedWhy ?? "", 200)}. To begin anew: process-arsenal start --reset {one.Name}/CHILD");
        if (one.Trouble is { } trouble) output.WriteLine($"  {Terminal.Printable(trouble, 300)}");
        List<string[]> rows = [["PID", "RESTARTS", "CHILD", "STATE", "SINCE", "HEALTH", "RESTART", "LAST END"]];
        rows.AddRange(one.Children.Select(child => (string[])
        [
            child.Pid?.ToString(CultureInfo.InvariantCulture) ?? "-", child.Restarts?.ToString(CultureInfo.InvariantCulture) ?? "-", $"{one.Name}/{child.Name}", child.State ?? "-", Time(child.Since),
            child.Healthy switch { true => "good", false => "bad", null => "-" }, child.RestartType ?? "-", End(child),
        ]));
        foreach (SupervisedView child in one.Unconfigured ?? []) rows.Add([child.Pid?.ToString(CultureInfo.InvariantCulture) ?? "-", "-", $"{one.Name}/{child.Name}", "unconfigured", "-", "-", "-", "in no configuration any more, and left alone"]);
        Terminal.Write(output, Terminal.Table(rows, rightAligned: 2), Terminal.HasColours);
        output.WriteLine();
    }

    private static string End(SupervisedView child)
    {
        string end = child.LastEnd is { } last ? $"{Time(last.Time)} {Terminal.Printable(last.Reason, 120)}" : "-";
        return child.Trouble is { } trouble ? $"{end}; {Terminal.Printable(trouble, 120)}" : end;
    }

    private static string Time(DateTimeOffset? time) => time?.ToLocalTime().ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "-";
}
