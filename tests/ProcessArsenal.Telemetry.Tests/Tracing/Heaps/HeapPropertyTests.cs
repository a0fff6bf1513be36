using CsCheck;
using ProcessArsenal.Telemetry.Tracing.Heaps;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Heaps;

/// <summary>Whatever a program says of its heap, and whatever a file holds: it is told as it is, or refused.</summary>
public sealed class HeapPropertyTests
{
    [Fact]
    public void A_heap_is_read_as_it_was_told() => Gen.Select(WrittenHeap.Any, Gen.Int[1, 20]).Sample((heap, perEvent) =>
    {
        HeapGraph graph = Read(heap.Write(perEvent));
        Assert.Null(graph.Facts.Incomplete);
        IsAsTold(heap, graph);
    }, iter: 2000);

    [Fact]
    public void And_again_from_its_file() => WrittenHeap.Any.Sample(heap =>
    {
        HeapGraph graph = GcDumpReader.Read(File(Read(heap.Write())), new HeapLimits());
        Assert.Null(graph.Facts.Incomplete);
        Assert.Equal(4711, graph.Facts.Pid);
        IsAsTold(heap, graph);
    }, iter: 1000);

    [Fact]
    public void What_was_lost_is_said() => Gen.Select(WrittenHeap.Any, Gen.Int[0, 3]).Sample((heap, lose) =>
    {
        byte[] stream = heap.Write(perEvent: 3, lose);
        if (stream.Length == heap.Write(perEvent: 3).Length) return; // There are not so many events.
        if (heap.IsUntold(perEvent: 3, lose)) return;
        if (TryRead(stream) is { } graph) Assert.NotNull(graph.Facts.Incomplete);
    }, iter: 1000);

    /// <summary>As the sessions end the program may tell of another collection, which nobody reads in time.</summary>
    [Fact]
    public void Only_what_was_lost_of_this_collection_counts() => WrittenHeap.Any.Sample(heap =>
    {
        Assert.Null(Read(heap.Write(gapBefore: WrittenHeap.Types)).Facts.Incomplete);
        Assert.Equal("1 events were lost: the program's buffer was full", Read(heap.Write(gapBefore: WrittenHeap.GcEnd)).Facts.Incomplete);
    }, iter: 200);

    [Fact]
    public void And_names_that_were_lost() => WrittenHeap.Any.Sample(heap =>
    {
        Assert.EndsWith("names were not told: another tool has asked for them before, and still listens", Read(heap.Write(types: false)).Facts.Incomplete, StringComparison.Ordinal);
        Assert.EndsWith("names were not told: the program's buffer was full", Read(heap.Write(gapBefore: WrittenHeap.Types, types: false)).Facts.Incomplete, StringComparison.Ordinal);
    }, iter: 20);

    [Fact]
    public void A_stream_that_breaks_off_is_a_part_or_refused() => Gen.Select(WrittenHeap.Any, Gen.Double[0, 1]).Sample((heap, part) =>
    {
        byte[] whole = heap.Write();
        byte[] cut = whole[..(int)(whole.Length * part)];
        if (TryRead(cut) is { } graph && cut.Length < whole.Length - 1) Assert.NotNull(TakenHeap.Report(graph));
    }, iter: 1000);

    [Fact]
    public void So_is_one_that_was_changed() => Gen.Select(WrittenHeap.Any, Gen.Select(Gen.Double[0, 1], Gen.Byte).List[1, 8]).Sample((heap, changes) =>
    {
        byte[] stream = Change(heap.Write(), changes);
        if (TryRead(stream) is { } graph) Assert.NotNull(TakenHeap.Report(graph));
    }, iter: 3000);

    [Fact]
    public void And_so_is_a_file() => Gen.Select(WrittenHeap.Any, Gen.Select(Gen.Double[0, 1], Gen.Byte).List[0, 8], Gen.Double[0.5, 1.2]).Sample((heap, changes, part) =>
    {
        byte[] file = Change(File(Read(heap.Write())).ToArray(), changes);
        file = file[..(int)(file.Length * Math.Min(1, part))];
        try
        {
            HeapGraph graph = GcDumpReader.Read(new MemoryStream(file), new HeapLimits());
            Assert.NotNull(TakenHeap.Report(graph));
            Assert.NotNull(HeapComparisons.Of(graph, graph, 10, TestContext.Current.CancellationToken));
        }
        catch (HeapException)
        {
            // What one can expect of it.
        }
    }, iter: 3000);

    [Fact]
    public void Bounds_are_kept() => WrittenHeap.Any.Sample(heap =>
    {
        byte[] stream = heap.Write();
        if (heap.Objects.Count > 5) Assert.Throws<HeapException>(() => Read(stream, new HeapLimits { Objects = 5 }));
        Assert.Throws<HeapException>(() => Read(stream, new HeapLimits { Bytes = 1000 }));
        Assert.Throws<HeapException>(() => Read(stream, new HeapLimits { NameBytes = 10 }));
        if (heap.Roots.Count > 1) Assert.NotNull(Read(stream, new HeapLimits { Roots = 1 }).Facts.Incomplete);
    }, iter: 200);

    [Theory]
    [InlineData("System.Collections.Generic.Dictionary`2[System.String,Shop.Order[]]", "System.Collections.Generic.Dictionary<System.String,Shop.Order[]>")]
    [InlineData("System.Int32[,]", "System.Int32[,]")]
    [InlineData("System.Collections.Generic.List`1[System.Int32][]", "System.Collections.Generic.List<System.Int32>[]")]
    [InlineData("Shop.Odd`Name\u001b[31m", "Shop.Odd`Name?<31m")]
    public void Types_are_called_as_other_tools_do(string told, string name) => Assert.Equal(name, HeapType.NameOf(told));

    private static void IsAsTold(WrittenHeap heap, HeapGraph graph)
    {
        HeapReport report = TakenHeap.Report(graph);
        Assert.Equal((heap.Objects.Count, heap.Objects.Sum(static o => (long)o.Size)), (report.Heap.Objects, report.Heap.Bytes));
        Assert.Equal(
            heap.Objects.GroupBy(static o => o.Type).Select(static type => (WrittenHeap.TypeName(type.Key), (long)type.Count(), type.Sum(static o => (long)o.Size))).Order(),
            report.Types.Select(static line => (line.Type, line.Count, line.Bytes)).Order());
        // What roots lead to, found in the plainest way.
        var held = new HashSet<int>(heap.Roots.Select(static root => root.Target).Concat(heap.Statics.Select(static field => field.Target)));
        var waiting = new Stack<int>(held);
        while (waiting.TryPop(out int next))
            foreach (int target in heap.Objects[next].Targets)
                if (held.Add(target)) waiting.Push(target);
        Assert.Equal((heap.Objects.Count - held.Count, heap.Objects.Where((_, i) => !held.Contains(i)).Sum(static o => (long)o.Size)), (report.UnheldObjects, report.UnheldBytes));
        // Everything that is held is held by one root.
        Assert.Equal(held.Sum(i => (long)heap.Objects[i].Size), report.Holders.Sum(static holder => holder.HeldBytes));
    }

    private static byte[] Change(byte[] bytes, List<(double Place, byte Value)> changes)
    {
        foreach ((double place, byte value) in changes) bytes[(int)(place * (bytes.Length - 1))] = value;
        return bytes;
    }

    private static MemoryStream File(HeapGraph graph)
    {
        var file = new MemoryStream();
        GcDumpWriter.Write(graph, file);
        file.Position = 0;
        return file;
    }

    private static HeapGraph? TryRead(byte[] stream)
    {
        try
        {
            return Read(stream);
        }
        catch (HeapException)
        {
            return null;
        }
    }

    private static HeapGraph Read(byte[] stream, HeapLimits? limits = null) =>
        HeapDigest.ReadAsync(new MemoryStream(stream), limits ?? new HeapLimits(), TestContext.Current.CancellationToken).GetAwaiter().GetResult();
}
