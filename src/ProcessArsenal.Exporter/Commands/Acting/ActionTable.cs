using System.Globalization;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Exporter.Views;

namespace ProcessArsenal.Exporter.Commands.Acting;

/// <summary>What came of actions, as a table.</summary>
internal static class ActionTable
{
    public static void Print(IEnumerable<ActionResultView> results, TextWriter output)
    {
        ActionResultView[] all = [.. results];
        // Of one alone the reason is told in full, below.
        int columns = all.Length == 1 ? 4 : 5;
        List<string[]> rows = [["PID", "NAME", "IDENTITY", "OUTCOME", "WHAT HAPPENED"]];
        rows.AddRange(all.Select(static one => (string[])
        [
            one.Pid > 0 || one.Child is null ? one.Pid.ToString(CultureInfo.InvariantCulture) : "-", one.Child is { } child ? Terminal.Printable(child, 60) : Terminal.Printable(one.Name, 16), one.Identity.Length > 0 || one.Child is null ? one.Identity : "-",
            one.Outcome switch { OutcomeKind.NotDone => one.Id is null ? "would be done" : "done along", OutcomeKind.Refused => $"refused ({one.Guard})", { } outcome => outcome.ToString().ToLowerInvariant(), null => "under way" },
            Terminal.Printable(one.Reason ?? "", 300),
        ]));
        Terminal.Write(output, Terminal.Table([.. rows.Select(row => row[..columns])], rightAligned: 1), colours: Terminal.HasColours);
        if (all is [{ Reason: { } reason }]) output.WriteLine(Terminal.Printable(reason, 2000));
    }
}
