using System.Globalization;
using ProcessArsenal.Telemetry.Analysis.Findings;
using ProcessArsenal.Telemetry.Tracing.Profiles;
using ProcessArsenal.Telemetry.Tracing.Reports;
using Spectre.Console;

namespace ProcessArsenal.Exporter.Commands;

/// <summary>What a recording tells, for people: what stands out first.</summary>
internal static class ReportText
{
    private const int MostShown = 10, DeepestShown = 24;
    private const double LeastShown = 0.02;

    internal static readonly Style Heading = new(decoration: Decoration.Bold);

    private static readonly Style Warning = new(Color.Yellow), Critical = new(Color.Red, decoration: Decoration.Bold);

    public static void Write(TraceReport report, TextWriter output)
    {
        TraceFacts trace = report.Trace;
        Say(output, Text($"{Shown(trace.File)}: {(trace.Pid is { } pid ? Text($"process {pid}, ") : "")}{trace.Duration:0.0} s from {trace.Began.ToLocalTime():yyyy-MM-dd HH:mm:ss}, {trace.Events:N0} {(report.Native is null ? "events" : report.OffCpu is null ? "samples" : "waits")}{(trace.LostEvents > 0 ? Text($", {trace.LostEvents:N0} lost") : "")}"), Heading);
        if (trace.Incomplete is { } incomplete) Say(output, $"! The file is not whole: {Shown(incomplete)}", Warning);
        output.WriteLine();
        if (report.Findings.Count == 0) output.WriteLine("Nothing stands out.");
        foreach (Finding found in report.Findings)
        {
            Say(output, $"{(found.Severity == FindingSeverity.Info ? "-" : "!")} {found.Kind}", found.Severity switch { FindingSeverity.Critical => Critical, FindingSeverity.Warning => Warning, _ => Style.Plain });
            output.WriteLine($"  {Shown(found.What)}");
            output.WriteLine($"  {Shown(found.Advice)}");
        }
        output.WriteLine();
        if (report.Calls is { } calls) CallsText.Write(calls, report.Cpu is not null, output);
        if (report.Cpu is { } cpu) WriteCpu(cpu, report.Native is not null, output);
        if (report.OffCpu is { } waits) WriteWaits(waits, output);
        foreach (string note in report.Native?.Notes ?? []) output.WriteLine($"Note: {Shown(note)}.");
        Table(output, "Threads of the pool that wait", ["THREADS", "IN"], (report.Blocked ?? []).Select(static place => (string[])[Text($"{place.Threads:0.0}"), Shown(place.Method)]), 1);
        if (report.Gc is { } gc) WriteGc(gc, output);
        if (report.Allocations is { } memory) WriteAllocations(memory, output);
        if (report.Exceptions is { } exceptions)
            Table(output, Text($"Exceptions: {exceptions.Thrown:N0}, {exceptions.PerSecond:0.#} a second"), ["COUNT", "TYPE", "THROWN BY", "MESSAGE"],
                exceptions.Types.Select(static type => (string[])[Text($"{type.Count:N0}"), Shown(type.Type), Shown(type.Thrower), Shown(type.Message)]), 1);
        if (report.Contention is { } locks)
            Table(output, Text($"Locks: {locks.Waits:N0} waits, {locks.WaitSeconds:0.000} s in all, the longest {locks.LongestWait * 1000:0.#} ms"), ["WAITED s", "WAITS", "IN"], Places(locks.Places, static amount => Text($"{amount:0.000}")), 2);
        if (report.ThreadPool is { } pool)
            Say(output, Text($"Thread pool: {pool.MostThreads} threads at most, {pool.Adjustments:N0} adjustments, {pool.Starvations:N0} of them as it starved"), Heading);
        foreach ((string title, IReadOnlyList<RequestGroup> groups) in ((string, IReadOnlyList<RequestGroup>)[])[("Requests served", report.Requests?.Served ?? []), ("Requests made", report.Requests?.Made ?? [])])
            Table(output, title, ["COUNT", "FAILED", "MEAN ms", "LONGEST ms", "REQUEST"],
                groups.Select(static group => (string[])[Text($"{group.Count:N0}"), Text($"{group.Failed:N0}"), Milliseconds(group.MeanSeconds), Milliseconds(group.LongestSeconds), Shown(group.Name)]), 4);
    }

    private static void WriteCpu(CpuSection cpu, bool isNative, TextWriter output)
    {
        double waited = (double)cpu.WaitingSamples / Math.Max(1, cpu.Samples + cpu.WaitingSamples);
        string title = Text($"CPU: {cpu.Seconds:0.00} s {(cpu.IsMeasured ? "by the kernel's account, in" : "by")} {cpu.Samples:N0} samples of {cpu.Threads} threads");
        WriteStacks(isNative ? $"{title}, taken by the kernel" : title + Text($"; {waited:P0} of all samples were of threads that waited, and are left out"), cpu.Hot, cpu.Tree, output);
    }

    private static void WriteWaits(OffCpuSection waits, TextWriter output) => WriteStacks(
        Text($"Off CPU: {waits.Seconds:0.00} s in {waits.Waits:N0} waits of {waits.Threads} threads, for something to come or for a processor"), waits.Hot, waits.Tree, output);

    private static void WriteStacks(string title, IReadOnlyList<HotMethod> hot, IReadOnlyList<CallNode> tree, TextWriter output)
    {
        Table(output, title, ["SELF%", "ALL%", "METHOD"], hot.Select(static hot => (string[])[Terminal.Percent(hot.ExclusivePart), Terminal.Percent(hot.InclusivePart), Shown(hot.Method)]), 2);
        Say(output, "Who called whom", Heading);
        foreach (CallNode node in tree) WriteNode(node, 0, output);
        output.WriteLine();
    }

    private static void WriteNode(CallNode node, int level, TextWriter output)
    {
        if (node.Part < LeastShown || level > DeepestShown) return;
        output.WriteLine($"{Terminal.Percent(node.Part),6} {new string(' ', level)}{Shown(node.Method)}");
        foreach (CallNode call in node.Calls) WriteNode(call, level + 1, output);
    }

    private static void WriteGc(GcSection gc, TextWriter output)
    {
        Say(output, Text($"Collections: {gc.Collections:N0} (generation 0: {gc.Generations[0]:N0}, 1: {gc.Generations[1]:N0}, 2: {gc.Generations[2]:N0}); paused {gc.PauseSeconds:0.000} s, {gc.PausePart:P1} of the time, the longest {gc.LongestPause * 1000:0.#} ms{(gc.HeapBytes is { } heap ? Text($"; heap at the end {Terminal.Bytes(heap)}") : "")}"), Heading);
        output.WriteLine("  " + string.Join(", ", gc.Reasons.Select(static reason => Text($"{Shown(reason.Name)} {reason.Count:N0}"))));
        output.WriteLine();
    }

    private static void WriteAllocations(AllocationSection memory, TextWriter output)
    {
        Table(output, Text($"Allocated: about {Terminal.Bytes(memory.Bytes)}, by {memory.Samples:N0} samples"), ["BYTES", "PART%", "TYPE"], memory.Types.Select(static type => (string[])[Terminal.Bytes(type.Bytes), Terminal.Percent(type.Part), Shown(type.Type)]), 2);
        Table(output, "Allocated by", ["BYTES", "SAMPLES", "METHOD"], Places(memory.Places, static amount => Terminal.Bytes((long)amount)), 2);
    }

    private static IEnumerable<string[]> Places(IEnumerable<Place> places, Func<double, string> show) => places.Select(place => (string[])[show(place.Amount), Text($"{place.Count:N0}"), Shown(place.Method)]);

    internal static void Table(TextWriter output, string title, string[] head, IEnumerable<string[]> rows, int rightAligned)
    {
        List<string[]> shown = [head, .. rows.Take(MostShown)];
        if (shown.Count == 1) return;
        Say(output, title, Heading);
        Terminal.Write(output, Terminal.Table(shown, rightAligned), Terminal.HasColours);
        output.WriteLine();
    }

    private static string Milliseconds(double? seconds) => seconds is { } value ? Text($"{value * 1000:0.0}") : "-";

    internal static void Say(TextWriter output, string text, Style style) => Terminal.Write(output, new Text(text, style), Terminal.HasColours);

    internal static string Shown(string text) => Terminal.Printable(text, 1024);

    internal static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
