using CsCheck;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

public sealed class NetTraceReaderTests
{
    private static readonly (int Id, string Provider, int EventId, string Name)[] Kinds =
        [(1, "Shop", 7, "Sold"), (2, "Microsoft-Windows-DotNETRuntime", 1, ""), (300, "Shop", 9, "Returned")];

    private static readonly Gen<WrittenEvent> AnyEvent = Gen.Select(
        Gen.Int[0, 2], Gen.ULong[0, 5], Gen.UInt, Gen.Long, Gen.Byte.Array[0, 300], Gen.Byte.Array[0, 40],
        (kind, thread, number, ticks, payload, stack) => new WrittenEvent(Kinds[kind].Id, thread, number, ticks, payload) { Addresses = stack });

    [Fact]
    public void What_is_written_is_read_in_whatever_pieces_it_comes() =>
        Gen.Select(AnyEvent.List[0, 40].List[0, 4], Gen.Bool, Gen.Int[1, 5000]).Sample((blocks, compressed, piece) =>
        {
            NetTraceWriter writer = new NetTraceWriter().Kinds(Kinds);
            foreach (List<WrittenEvent> events in blocks) writer.Events(events, compressed);
            (List<WrittenEvent> read, NetTraceReader reader) = Read(writer.End(), piece);
            Assert.Equal(blocks.SelectMany(events => events).Select(Key), read.Select(Key));
            Assert.Equal(0, reader.Unknown);
            Assert.Equal((8, 4711, 1_000_000_000L), (reader.Header!.PointerSize, reader.Header.ProcessId, reader.Header.TicksPerSecond));
        });

    [Fact]
    public void Time_is_told_by_the_clock_of_the_target()
    {
        (_, NetTraceReader reader) = Read(new NetTraceWriter().End());
        var start = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 6, TimeSpan.Zero);
        Assert.Equal(start, reader.Header!.TimeOf(1_000));
        Assert.Equal(start + TimeSpan.FromSeconds(1.5), reader.Header.TimeOf(1_500_001_000));
        Assert.Equal(start - TimeSpan.FromTicks(10), reader.Header.TimeOf(0));
        var seconds = new TraceHeader(start, 0, 1, 8, 1); // A clock that ticks once a second can tell times that no calendar has.
        Assert.Equal((DateTimeOffset.MaxValue, DateTimeOffset.MinValue), (seconds.TimeOf(long.MaxValue), seconds.TimeOf(long.MinValue)));
    }

    [Fact]
    public void Lost_events_are_counted_by_gaps_and_by_sequence_points()
    {
        byte[] bytes = new NetTraceWriter().Kinds(Kinds)
            .Events([Event(10, 1), Event(10, 2), Event(11, 1), Event(10, 5)]) // 3 and 4 of thread 10 are missing
            .SequencePoint((10, 5), (11, 4), (12, 2)) // 2 to 4 of thread 11, and all of thread 12
            .Events([Event(10, 6), Event(11, 5), Event(12, 1)]) // a thread with the number of one that ended begins at 1
            .SequencePoint((12, 1))
            .End();
        (List<WrittenEvent> read, NetTraceReader reader) = Read(bytes);
        Assert.Equal((7, 7L, 2L + 3 + 2), (read.Count, reader.Events, reader.Lost));
    }

    [Fact]
    public void Numbers_may_begin_anew_after_the_greatest()
    {
        var lost = new LostEvents();
        lost.Saw(1, uint.MaxValue);
        long before = lost.Count;
        lost.Saw(1, 0);
        lost.Saw(1, 1);
        Assert.Equal(before, lost.Count);
    }

    [Fact]
    public void Stacks_are_those_since_the_last_sequence_point()
    {
        byte[] bytes = new NetTraceWriter().Kinds(Kinds)
            .Events([Event(1, 1) with { Addresses = [1, 2] }, Event(1, 2), Event(1, 3) with { Addresses = [3] }])
            .Block("StackBlock", [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9]) // Another has the number of the first now.
            .Events([Event(1, 4) with { Kind = 2 }]).SequencePoint((1, 4)).End();
        (List<WrittenEvent> read, _) = Read(bytes);
        Assert.Equal(["0102", "", "03", ""], read.Select(static value => Convert.ToHexString(value.Addresses)));
        var stacks = new EventStacks();
        stacks.Take([5, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 7, 2, 0, 0, 0, 8, 9]);
        Assert.Equal(("07", "0809", ""), (Convert.ToHexString(stacks.Of(5)), Convert.ToHexString(stacks.Of(6)), Convert.ToHexString(stacks.Of(7))));
        stacks.Clear();
        Assert.True(stacks.Of(5).IsEmpty);
        Assert.Throws<NetTraceException>(() => stacks.Take([5, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 7]));
        Assert.Throws<NetTraceException>(() => stacks.Take([5, 0, 0, 0, 255, 255, 255, 255]));
    }

    [Fact]
    public void Stacks_have_a_bound()
    {
        var stacks = new EventStacks();
        byte[] block = [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 64, 0, .. new byte[4 << 20]];
        for (byte number = 1; number < 10; number++)
        {
            block[0] = number;
            stacks.Take(block);
        }
        Assert.Equal(4, Enumerable.Range(1, 9).Count(number => !stacks.Of((uint)number).IsEmpty));
    }

    [Fact]
    public void What_a_later_version_adds_is_skipped()
    {
        byte[] bytes = new NetTraceWriter().Block("NewBlock", [1, 2, 3]).Kinds(Kinds).Block("EventBlock", [9], leastReader: 6).Events([Event(1, 1)]).End();
        (List<WrittenEvent> read, NetTraceReader reader) = Read(bytes);
        Assert.Equal((1, 2L), (read.Count, reader.UnknownBlocks));
    }

    [Fact]
    public void Events_of_a_kind_that_was_not_described_are_counted()
    {
        (List<WrittenEvent> read, NetTraceReader reader) = Read(new NetTraceWriter().Kinds(Kinds[0]).Events([Event(1, 1), Event(1, 2) with { Kind = 2 }]).End());
        Assert.Equal((1, 1L), (read.Count, reader.Unknown));
    }

    [Fact]
    public void A_stream_that_breaks_off_says_so_and_what_came_before_holds()
    {
        byte[] whole = new NetTraceWriter().Kinds(Kinds).Events([Event(1, 1), Event(1, 2)]).SoFar();
        for (int length = 0; length <= whole.Length; length++)
        {
            var read = new List<WrittenEvent>();
            Assert.IsType<EndOfStreamException>(Record.Exception(() => Read(whole[..length], read)));
            Assert.True(read.Count is 0 or 2);
        }
    }

    [Theory]
    [InlineData("Nettrace")]
    [InlineData("HTTP/1.1 400 Bad Request: this is some other thing that answers")]
    public void Another_stream_is_refused(string text) =>
        Assert.IsAssignableFrom<Exception>(Record.Exception(() => Read(System.Text.Encoding.ASCII.GetBytes(text))));

    [Fact]
    public void A_block_of_a_size_that_can_not_be_is_refused_before_there_is_memory_for_it()
    {
        byte[] bytes = new NetTraceWriter().Block("EventBlock", new byte[8]).SoFar();
        foreach (int size in (int[])[-1, int.MinValue, int.MaxValue, NetTraceSource.LargestBlock + 1])
        {
            byte[] broken = [.. bytes];
            int at = broken.AsSpan().IndexOf("EventBlock"u8) + "EventBlock".Length + 1;
            BitConverter.TryWriteBytes(broken.AsSpan(at), size);
            Assert.IsType<NetTraceException>(Record.Exception(() => Read(broken)));
        }
    }

    [Fact]
    public void An_event_allocates_nothing()
    {
        byte[] few = Stream(100), many = Stream(100_000);
        _ = Allocated(few);
        // The one buffer is larger; apart from it nothing grows with the number of events.
        Assert.InRange(Allocated(many) - Allocated(few), 0, 16_384);

        static byte[] Stream(int events)
        {
            NetTraceWriter writer = new NetTraceWriter().Kinds(Kinds);
            for (int i = 0; i < events; i += 100) writer.Events(Enumerable.Range(1, 100).Select(number => Event(1, (uint)(i + number))));
            return writer.End();
        }

        static long Allocated(byte[] bytes)
        {
            var reader = new NetTraceReader(new MemoryStream(bytes));
            int count = 0;
            NetTraceHandler handler = (in NetTraceEvent value) => count += value.Payload.Length;
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(reader.ReadAsync(handler, TestContext.Current.CancellationToken).IsCompletedSuccessfully);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    /// <summary>Bytes of a stream changed at will: it is read, or refused, or breaks off; and never is anything else thrown.</summary>
    [Fact]
    public void Garbage_is_refused_and_nothing_worse()
    {
        byte[] whole = new NetTraceWriter().Kinds(Kinds).Events([Event(1, 1) with { Addresses = [1, 2, 3, 4, 5, 6, 7, 8] }, Event(2, 9)]).SequencePoint((1, 1), (2, 12))
            .Events([Event(3, 1)], compressed: false).Block("NewBlock", [1, 2]).Events([Event(3, 7)]).End();
        Gen.Select(Gen.Int[0, whole.Length - 1].Array[1, 6], Gen.Byte.Array[6], Gen.Int[0, whole.Length]).Sample((places, values, cut) =>
        {
            byte[] broken = [.. whole];
            for (int i = 0; i < places.Length; i++) broken[places[i]] = values[i];
            if (values[0] % 8 == 0) broken = broken[..cut];
            Exception? thrown = Record.Exception(() => Read(broken));
            Assert.True(thrown is null or NetTraceException or EndOfStreamException, thrown?.ToString());
        });
    }

    private static WrittenEvent Event(ulong thread, uint sequence) => new(1, thread, sequence, 5, [1, 2, 3]);

    private static (int, ulong, long, string) Key(WrittenEvent value) => (value.Kind, value.Thread, value.Ticks, Convert.ToHexString(value.Payload) + '/' + Convert.ToHexString(value.Addresses));

    private static (List<WrittenEvent> Events, NetTraceReader Reader) Read(byte[] bytes, int piece = 100_000)
    {
        var events = new List<WrittenEvent>();
        return (events, Read(bytes, events, piece));
    }

    private static NetTraceReader Read(byte[] bytes, List<WrittenEvent> events, int piece = 100_000)
    {
        var reader = new NetTraceReader(new PieceStream(bytes, piece), keepsStacks: true);
        reader.ReadAsync(
            (in NetTraceEvent value) => events.Add(new WrittenEvent(KindOf(value.Metadata), value.Thread, 0, value.Ticks, value.Payload.ToArray()) { Addresses = value.Stack.ToArray() }),
            CancellationToken.None).GetAwaiter().GetResult();
        return reader;
    }

    private static int KindOf(EventMetadata metadata) =>
        Kinds.FirstOrDefault(kind => (kind.Provider, kind.EventId, kind.Name) == (metadata.Provider, metadata.EventId, metadata.Name)).Id;
}
