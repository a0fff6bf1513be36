using ProcessArsenal.Telemetry.Tracing.Heaps;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Heaps;

/// <summary>A program that forgets to let go: two looks into its heap say what grows, and who keeps it.</summary>
public sealed class HeapLeakTests(ITestOutputHelper output)
{
    private const int First = 1000, More = 5000;

    public static TheoryData<string, string, string> Cases()
    {
        var cases = new TheoryData<string, string, string>();
        foreach (string framework in (string[])["net8.0", "net9.0", "net10.0"])
        {
            cases.Add(framework, "event", "Priced");
            cases.Add(framework, "list", "Orders");
            cases.Add(framework, "dictionary", "ByNumber");
            cases.Add(framework, "timer", "TimerQueue");
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_comparison_names_what_grows_and_who_keeps_it(string framework, string kind, string keeper)
    {
        await using TroublesTarget program = await TroublesTarget.StartOn(framework, "leak", kind);
        await program.Leak(First);
        TakenHeap before = await TakenHeap.Of(program);
        await program.Leak(More);
        TakenHeap after = await TakenHeap.Of(program);
        Assert.Equal((null, null), (before.End.Wrong, after.End.Wrong));
        Assert.Equal((null, null), (before.Graph.Facts.Incomplete, after.Graph.Facts.Incomplete));
        // Exactly as many as the program has made.
        Assert.Equal((First, First + More), (before.CountOf("Troubles.Order"), after.CountOf("Troubles.Order")));
        HeapComparison comparison = HeapComparisons.Of(before.Graph, after.Graph, 10, TestContext.Current.CancellationToken);
        Show(comparison);

        HeapTypeGrowth growth = Assert.Single(comparison.Types, static type => type.Type == "Troubles.Order");
        Assert.Equal((More, More * 32), (growth.GrownCount, growth.GrownBytes));
        Assert.Contains(growth.Way, step => step.Contains(keeper, StringComparison.Ordinal));
        Assert.Equal("Troubles.Order", growth.Way[^1]);
        // The first of the holders is it, and says what gathers there.
        HeapHolderGrowth holder = comparison.Holders[0];
        Assert.Contains(holder.Way, step => step.Contains(keeper, StringComparison.Ordinal));
        Assert.InRange(holder.CountAfter - holder.CountBefore, More, More + 10);
        Assert.Contains("Troubles.Order", (string[])[holder.Type!, .. holder.With.Select(static with => with.Type)]);
    }

    private void Show(HeapComparison comparison)
    {
        output.WriteLine($"{comparison.GrownObjects} objects, {comparison.GrownBytes} bytes; paused {comparison.Before.PauseSeconds} s, {comparison.After.PauseSeconds} s");
        foreach (HeapTypeGrowth type in comparison.Types) output.WriteLine($"{type.GrownCount} {type.GrownBytes} {type.Type}: {string.Join(" -> ", type.Way)}");
        foreach (HeapHolderGrowth holder in comparison.Holders)
            output.WriteLine($"{holder.HeldBytesAfter - holder.HeldBytesBefore} below {string.Join(" -> ", holder.Way)}: {holder.CountAfter - holder.CountBefore} {holder.Type}, with {string.Join(", ", holder.With)}");
    }
}
