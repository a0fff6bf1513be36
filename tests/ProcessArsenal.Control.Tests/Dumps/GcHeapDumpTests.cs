using ProcessArsenal.Control.Dumps;
using ProcessArsenal.Control.Ledger;
using ProcessArsenal.Control.Tests.Pipeline;
using ProcessArsenal.Telemetry.Tracing.Heaps;

namespace ProcessArsenal.Control.Tests.Dumps;

/// <summary>Dumps of heaps, by the pipeline.</summary>
[Collection("Control")]
public sealed class GcHeapDumpTests : IAsyncDisposable
{
    private readonly DumpBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public async Task It_is_kept_with_what_it_tells_and_two_are_compared(string framework)
    {
        Victim victim = _bench.Dotnet(framework);
        DumpRecord[] both = [Check(await _bench.Dump(victim, "gcdump")), Check(await _bench.Dump(victim, "gcdump"))];
        HeapReport heap = _bench.Dumps.HeapOf(both[0])!;
        Assert.InRange(heap.Heap.Objects, 1000, 1_000_000);
        Assert.Contains(heap.Types, static type => type.Type == "System.String");
        Assert.Equal(heap.Heap.Objects, HeapWork.Report(_bench.Store.FileOf(both[0]), 10, TestContext.Current.CancellationToken).Heap.Objects);
        HeapComparison comparison = await _bench.Dumps.CompareAsync(both[0], both[1], 10, TestContext.Current.CancellationToken);
        Assert.Equal((heap.Heap.Objects, _bench.Dumps.HeapOf(both[1])!.Heap.Objects), (comparison.Before.Objects, comparison.After.Objects));
        await DumpBench.GoesOn(victim);
    }

    [Fact]
    public async Task Others_are_not_compared_nor_are_those_that_were_changed()
    {
        Victim victim = _bench.Dotnet();
        DumpRecord heap = Check(await _bench.Dump(victim, "gcdump")), mini = Find(await _bench.Dump(victim, "mini"));
        Assert.Null(_bench.Dumps.HeapOf(mini));
        Assert.Contains("is of type mini", (await Refused(heap, mini)).Message, StringComparison.Ordinal);
        await File.AppendAllTextAsync(_bench.Store.FileOf(heap), "x", TestContext.Current.CancellationToken);
        Assert.Contains("was changed", (await Refused(heap, heap)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_native_process_has_none()
    {
        TargetResult result = await _bench.Dump(_bench.Place.Start("/bin/sh", "-c", "while :; do :; done"), "gcdump");
        Assert.Equal((OutcomeKind.Refused, "dump"), (result.Outcome, result.Guard));
        Assert.Contains("it is no .NET process", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_stopped_leaves_nothing()
    {
        Victim victim = _bench.Dotnet();
        DumpBench.Run("kill", "-STOP", $"{victim.Identity.Pid}");
        TargetResult result = await _bench.Dump(victim, "gcdump");
        Assert.NotEqual(OutcomeKind.Succeeded, result.Outcome);
        Assert.Contains("stopped", result.Reason, StringComparison.Ordinal);
        Assert.Empty(_bench.Store.List());
    }

    private Task<HeapException> Refused(DumpRecord before, DumpRecord after) => Assert.ThrowsAsync<HeapException>(() => _bench.Dumps.CompareAsync(before, after, 10, TestContext.Current.CancellationToken));

    private DumpRecord Find(TargetResult result)
    {
        Assert.True(result.Outcome == OutcomeKind.Succeeded, result.Reason);
        return _bench.Dumps.Find($"{result.Action}")!;
    }

    private DumpRecord Check(TargetResult result)
    {
        DumpRecord record = Find(result);
        Assert.Equal(("gcdump", DumpState.Done, null), (record.Type, record.State, record.Wrong));
        Assert.InRange(record.Freeze!.Value, 0.0001, 30);
        Assert.InRange(record.Bytes, 10_000, record.Expected);
        return record;
    }
}
