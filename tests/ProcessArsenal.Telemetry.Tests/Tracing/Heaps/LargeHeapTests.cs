using System.Globalization;
using ProcessArsenal.Telemetry.Tracing.Heaps;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Heaps;

/// <summary>A heap of many small objects, which is the worst kind: nothing of it is lost, and it is told how long all that took. HEAP_MIB says how large
/// (<c>make bench-heap</c>: 2048).</summary>
public sealed class LargeHeapTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Nothing_of_it_is_lost()
    {
        string? asked = Environment.GetEnvironmentVariable("HEAP_MIB");
        int mebibytes = asked is null ? 64 : int.Parse(asked, CultureInfo.InvariantCulture);
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "fill", mebibytes.ToString(CultureInfo.InvariantCulture));
        FillReport told = await program.Ask<FillReport>("count");
        TakenHeap taken = await TakenHeap.Of(program, bufferMegabytes: HeapCapture.BufferMegabytes((long)mebibytes << 20, null));
        output.WriteLine($"{taken.Graph.Facts}, {taken.End}");
        Assert.Equal((null, null), (taken.End.Wrong, taken.Graph.Facts.Incomplete));
        HeapReport report = TakenHeap.Report(taken.Graph);
        HeapTypeLine cells = report.Types.Single(static line => line.Type.Contains("Cell", StringComparison.Ordinal) && !line.Type.EndsWith(']'));
        Assert.Equal(told.Count, cells.Count);
        Assert.Equal("static s_rows", report.Holders[0].Way[0]);
        Assert.InRange(report.Holders[0].Part, 0.9, 1);
    }

    private sealed record FillReport(long Count);
}
