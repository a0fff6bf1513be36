using System.Globalization;
using ProcessArsenal.Telemetry.Tracing.Heaps;

namespace ProcessArsenal.Exporter.Commands.Dumps;

/// <summary>What fills a heap, and what grew, for people.</summary>
internal static class HeapText
{
    /// <summary>Types and holders.</summary>
    public const int Most = 20;

    private const int Shown = 10;
    private const int LongestName = 200;

    public static void Write(HeapReport report, TextWriter output)
    {
        HeapFacts heap = report.Heap;
        output.WriteLine(Text($"{heap.Objects:N0} objects of {report.TypeCount:N0} types, {Terminal.Bytes(heap.Bytes)}{(heap.PauseSeconds is { } pause ? Text($"; the process stood still for {pause:0.000} s") : "")}"));
        Incomplete("The dump", heap, output);
        output.WriteLine();
        Table(output, ["BYTES", "COUNT", "HOLDS", "TYPE"], report.Types.Take(Most).Select(static type => (string[])[Terminal.Bytes(type.Bytes), Text($"{type.Count:N0}"), Terminal.Bytes(type.HeldBytes), Name(type.Type)]), 3);
        Table(output, ["HOLDS", "PART", "HOLDER"], report.Holders.Take(Shown).Select(static holder => (string[])[Terminal.Bytes(holder.HeldBytes), Text($"{holder.Part:P0}"), Way(holder.Way)]), 2);
        Table(output, ["COUNT", "TYPE", "HELD BY"], report.Types.Where(static type => type.Way.Count > 1).Take(Shown).Select(static type => (string[])[Text($"{type.OnWay:N0}"), Name(type.Type), Way([.. type.Way.SkipLast(1)])]), 1);
        if (report.UnheldObjects > 0) output.WriteLine(Text($"{report.UnheldObjects:N0} objects ({Terminal.Bytes(report.UnheldBytes)}) are held by nothing that was told."));
        output.WriteLine("What is held by several counts for the one that is nearest to a root: an estimate.");
    }

    public static void Write(HeapComparison comparison, TextWriter output)
    {
        output.WriteLine(Text($"{comparison.GrownObjects:+#,0;-#,0;0} objects, {Signed(comparison.GrownBytes)}: {Terminal.Bytes(comparison.Before.Bytes)} before, {Terminal.Bytes(comparison.After.Bytes)} after{Between(comparison)}"));
        Incomplete("The earlier dump", comparison.Before, output);
        Incomplete("The later dump", comparison.After, output);
        if (comparison.Before.Pid is { } before && comparison.After.Pid is { } after && before != after) output.WriteLine(Text($"! They are of two processes, {before} and {after}."));
        output.WriteLine();
        foreach (HeapHolderGrowth holder in comparison.Holders.Take(Shown))
        {
            output.WriteLine($"{Signed(holder.HeldBytesAfter - holder.HeldBytesBefore)} below {Way(holder.Way)}");
            if (holder.Type is { } type) output.WriteLine(Text($"  gathers {Name(type)}: {holder.CountBefore:N0} before, {holder.CountAfter:N0} after"));
            foreach (HeapCompanion with in holder.With) output.WriteLine(Text($"  with {Name(with.Type)}: {with.GrownCount:+#,0;-#,0;0}, {Signed(with.GrownBytes)}"));
        }
        output.WriteLine();
        Table(output, ["BYTES", "COUNT", "NOW", "TYPE", "HELD BY"], comparison.Types.Take(Most).Select(static type => (string[])
            [Signed(type.GrownBytes), Text($"{type.GrownCount:+#,0;-#,0;0}"), Text($"{type.CountAfter:N0}"), Name(type.Type), Way([.. type.Way.SkipLast(1)])]), 3);
    }

    private static string Between(HeapComparison comparison) =>
        comparison is { Before.Taken: { } before, After.Taken: { } after } ? Text($", {(after - before).TotalSeconds:0} s later") : "";

    private static void Incomplete(string which, HeapFacts heap, TextWriter output)
    {
        if (heap.Incomplete is { } why) output.WriteLine($"! {which} is not whole: {Terminal.Printable(why, 1024)}");
    }

    private static void Table(TextWriter output, string[] heading, IEnumerable<string[]> rows, int rightAligned)
    {
        List<string[]> all = [heading, .. rows];
        if (all.Count == 1) return;
        Terminal.Write(output, Terminal.Table(all, rightAligned), Terminal.HasColours);
        output.WriteLine();
    }

    private static string Way(IReadOnlyList<string> way) => way.Count == 0 ? "-" : string.Join(" -> ", way.Select(Name));

    private static string Name(string name) => Terminal.Printable(name, LongestName);

    private static string Signed(long bytes) => bytes < 0 ? "-" + Terminal.Bytes(-bytes) : "+" + Terminal.Bytes(bytes);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
