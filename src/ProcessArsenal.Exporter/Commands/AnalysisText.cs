using System.Globalization;
using ProcessArsenal.Telemetry.Analysis.Findings;
using ProcessArsenal.Telemetry.Analysis.Reports;
using ProcessArsenal.Telemetry.Flows;
using ProcessArsenal.Telemetry.Inspection;
using Spectre.Console;

namespace ProcessArsenal.Exporter.Commands;

/// <summary>A report for people: what is wrong first.</summary>
internal static class AnalysisText
{
    private const int MostShown = 5, MostPeers = 30;

    private static readonly Style Heading = new(decoration: Decoration.Bold), Warning = new(Color.Yellow), Critical = new(Color.Red, decoration: Decoration.Bold), Plain = Style.Plain;

    public static void Write(AnalysisReport report, TextWriter output)
    {
        ReportSummary summary = report.Summary;
        Say(output, Text($"{summary.Processes} processes in {summary.Groups} groups, {summary.Threads} threads, {summary.Dotnet} .NET; CPU {Number(summary.Cpu)} cores, memory {Terminal.Bytes(summary.Memory)} resident; {string.Join(", ", summary.States.Select(static state => Text($"{state.Value} {state.Key}")))}"), Heading);
        output.WriteLine();
        if (report.Findings.Count == 0) output.WriteLine(report.Lifecycle is null ? "Nothing is wrong that two samples could tell; a daemon sees more (--server http://127.0.0.1:9465)." : "Nothing is found to be wrong.");
        foreach (Finding found in report.Findings)
        {
            Say(output, $"{(found.Severity == FindingSeverity.Info ? "-" : "!")} {found.Kind}: {Whom(found)}", found.Severity switch { FindingSeverity.Critical => Critical, FindingSeverity.Warning => Warning, _ => Plain });
            output.WriteLine($"  {Shown(found.What)}");
            output.WriteLine($"  {Shown(found.Advice)}");
        }
        output.WriteLine();
        WriteCategories(report.Categories, output);
        WriteMemory(report.Memory, output);
        WriteRates(report.Performance.Busiest, "Busiest", "CPU%", static value => Terminal.Percent(value), output);
        WriteRates(report.Performance.Waiting, "Waiting for a processor", "s/s", static value => Text($"{value:0.000}"), output);
        WriteRates(report.Performance.Storage, "Storage", "BYTES/s", static value => Terminal.Bytes(value), output);
        RelationshipReport relations = report.Relationships;
        Say(output, Text($"Relations: {relations.Sessions} sessions, {relations.ProcessGroups} process groups; {relations.Supervised} processes would be started again, by {relations.Supervisors} supervisors; {relations.Orphans} were left to the first process"), Heading);
        if (relations.Families.Count > 0) output.WriteLine("  most children: " + string.Join(", ", relations.Families.Take(MostShown).Select(static family => Text($"{Name(family.Parent)} {family.Children}"))));
        foreach (FlowPair pair in (relations.Peers ?? []).Where(static pair => pair.From.Process is not null).OrderByDescending(static pair => pair.Connections).Take(MostPeers))
            output.WriteLine(Text($"  {FlowsText.Name(pair.From)} -> {FlowsText.Name(pair.To)}: {pair.Connections} by {Shown(pair.Transport)}{(pair.ReceiveQueue > 0 ? $", {Terminal.Bytes(pair.ReceiveQueue)} not read" : "")}"));
        if (report.Lifecycle is not { } lifecycle) return;
        output.WriteLine();
        Say(output, Text($"Since {lifecycle.Since.ToLocalTime():HH:mm:ss}: {lifecycle.StartsPerMinute:0.#} started and {lifecycle.ExitsPerMinute:0.#} ended a minute; {lifecycle.Failed} failed, {lifecycle.BySignal} by signals, {lifecycle.ByOom} as memory ran out; {lifecycle.ShortLived} lived less than a second"), Heading);
        if (lifecycle.MostStarted.Count > 0) output.WriteLine("  most started: " + string.Join(", ", lifecycle.MostStarted.Take(MostShown).Select(static group => Text($"{Shown(group.Group)} {group.Starts}{(group.Failed > 0 ? Text($" ({group.Failed} failed)") : "")}"))));
    }

    private static void WriteCategories(IReadOnlyList<CategoryUse> categories, TextWriter output)
    {
        List<string[]> rows = [["PROCESSES", "CPU%", "MEM", "CATEGORY", "LARGEST"]];
        rows.AddRange(categories.Select(static use => (string[])[Text($"{use.Processes}"), Terminal.Percent(use.Cpu), Terminal.Bytes(use.Memory), use.Category, string.Join(", ", use.Examples.Select(static example => Name(example.Process)).Distinct().Take(MostShown))]));
        Terminal.Write(output, Terminal.Table(rows, rightAligned: 3), Terminal.HasColours);
        output.WriteLine();
    }

    private static void WriteMemory(MemoryReport memory, TextWriter output)
    {
        if (memory.Largest.Count == 0) return;
        Say(output, Text($"Largest; half of all have no more than {Terminal.Bytes(memory.Percentiles.GetValueOrDefault("p50"))}, nine in ten no more than {Terminal.Bytes(memory.Percentiles.GetValueOrDefault("p90"))}"), Heading);
        List<string[]> rows = [["MEM", "PSS", "SHARE%", "GROUP", "PROCESS"]];
        rows.AddRange(memory.Largest.Take(MostShown).Select(static holder => (string[])[Terminal.Bytes(holder.Resident), Terminal.Bytes(holder.Proportional), Terminal.Percent(holder.Share), Shown(holder.Group ?? "-"), Name(holder.Process)]));
        Terminal.Write(output, Terminal.Table(rows, rightAligned: 3), Terminal.HasColours);
        output.WriteLine();
    }

    private static void WriteRates(IReadOnlyList<RateHolder> holders, string title, string unit, Func<double, string> show, TextWriter output)
    {
        if (holders.Count == 0) return;
        Say(output, title, Heading);
        List<string[]> rows = [[unit, "GROUP", "PROCESS"]];
        rows.AddRange(holders.Take(MostShown).Select(holder => (string[])[show(holder.Value), Shown(holder.Group ?? "-"), Name(holder.Process)]));
        Terminal.Write(output, Terminal.Table(rows, rightAligned: 1), Terminal.HasColours);
        output.WriteLine();
    }

    private static string Whom(Finding found) => found.Process is { } process ? Name(process) : Shown(found.Group ?? "-");

    private static string Name(Relative process) => Text($"{Shown(process.Name)} {process.Pid}");

    private static void Say(TextWriter output, string text, Style style) => Terminal.Write(output, new Text(text, style), Terminal.HasColours);

    private static string Number(double? value) => value is { } number ? Text($"{number:0.##}") : "-";

    private static string Shown(string text) => Terminal.Printable(text, 1024);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
