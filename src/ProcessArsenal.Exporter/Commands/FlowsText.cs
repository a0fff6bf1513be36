using System.Globalization;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Flows;
using Spectre.Console;

namespace ProcessArsenal.Exporter.Commands;

/// <summary>Flows for people.</summary>
internal static class FlowsText
{
    private const int MostShown = 50;

    public static void Write(FlowsView view, TextWriter output)
    {
        if (view.Flows.Count == 0) output.WriteLine(Text($"Nobody sent anything to anybody in {view.WindowSeconds:0.#} s, nor is connected."));
        else
        {
            List<string[]> rows = [["BYTES", "BYTES/s", "CONN", "UNSENT", "UNREAD", "BY", "FROM", "TO"]];
            rows.AddRange(view.Flows.Take(MostShown).Select(flow => (string[])
            [
                Terminal.Bytes(flow.Bytes) + (flow.InferredBytes > 0 ? "~" : ""), Terminal.Bytes(flow.Bytes / view.WindowSeconds), Text($"{flow.Connections}"),
                Terminal.Bytes(flow.SendQueue), Terminal.Bytes(flow.ReceiveQueue), Terminal.Printable(flow.Transport, 8), Name(flow.From), Name(flow.To),
            ]));
            Terminal.Write(output, Terminal.Table(rows, rightAligned: 5), Terminal.HasColours);
            if (view.Flows.Count > MostShown) output.WriteLine(Text($"... and {view.Flows.Count - MostShown} more: --output json has all."));
            if (view.Flows.Any(static flow => flow.InferredBytes > 0)) output.WriteLine("~ some of it is of connections that nobody saw while they were open: of the one process that was seen to make such.");
        }
        if (view.Other is { } other) output.WriteLine(Text($"Not told apart, as there are too many: {Terminal.Bytes(other.Bytes)} of {other.Connections} connections."));
        if (view.LostMessages > 0) output.WriteLine(Text($"The end of {view.LostMessages} connections was not told: what they sent last is missing."));
        foreach (Telemetry.Inspection.Unavailable missing in view.Unavailable) Terminal.Write(output, new Text($"Not seen: {Terminal.Printable(missing.What, 256)}; it takes {Terminal.Printable(missing.Needs, 256)}"), colours: false);
    }

    public static string Name(FlowParty party) => party switch
    {
        { Process: { } process } => Text($"{Terminal.Printable(process.Name, 64)} {process.Pid}"),
        { Address: { } address } => Terminal.Printable(address, 64) + (party.IsLocal ? " (here, of nobody known)" : ""),
        _ => "-",
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
