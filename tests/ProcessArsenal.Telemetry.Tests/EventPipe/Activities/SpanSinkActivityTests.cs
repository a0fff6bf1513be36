using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe.Activities;

namespace ProcessArsenal.Telemetry.Tests.EventPipe.Activities;

public sealed class SpanSinkActivityTests
{
    [Fact]
    public void Spans_come_out_in_the_order_in_which_they_went_in()
    {
        var sink = new SpanSink();
        for (ulong i = 1; i <= 5; i++) Assert.True(sink.TryAdd(new SpanOrigin(new ProcessIdentity((int)i, i, 1), null), Make(i)));
        Assert.True(sink.TryTake(out QueuedSpan first));
        Assert.Equal((1UL, 1), (first.Span.SpanId.Value, first.Origin.Process.Pid));
        var rest = new List<QueuedSpan>();
        Assert.Equal(2, sink.DrainTo(rest, 2));
        Assert.Equal(2, sink.DrainTo(rest, 100));
        Assert.Equal([2UL, 3, 4, 5], rest.Select(queued => queued.Span.SpanId.Value));
        Assert.False(sink.TryTake(out _));
        Assert.Equal((0, 0), (sink.Count, sink.DrainTo(rest, 100)));
    }

    [Fact]
    public void What_comes_while_it_is_full_is_dropped_and_counted()
    {
        var sink = new SpanSink(3, 1000);
        for (ulong i = 1; i <= 5; i++) Assert.Equal(i <= 3, sink.TryAdd(new SpanOrigin(default, null), Make(i)));
        Assert.True(sink.TryTake(out _));
        Assert.True(sink.TryTake(out _));
        Assert.False(sink.TryAdd(new SpanOrigin(default, null), Make(6, 901)));
        Assert.True(sink.TryAdd(new SpanOrigin(default, null), Make(7, 900)));
        Assert.Equal((2L, 1L, 2), (sink.Dropped(SpanDropReason.Full), sink.Dropped(SpanDropReason.TooManyBytes), sink.Count));
        sink.DrainTo([], 10);
        Assert.True(sink.TryAdd(new SpanOrigin(default, null), Make(8, 1000))); // All that was taken has given its room back.
    }

    [Fact]
    public void Of_many_that_come_at_once_none_is_lost()
    {
        var sink = new SpanSink(1000);
        var taken = new List<QueuedSpan>();
        Parallel.For(0, 8, thread =>
        {
            for (int i = 0; i < 1000; i++)
            {
                sink.TryAdd(new SpanOrigin(default, null), Make((ulong)(thread * 1000 + i + 1)));
                if (i % 100 != 0) continue;
                lock (taken) sink.DrainTo(taken, 50);
            }
        });
        sink.DrainTo(taken, int.MaxValue);
        Assert.Equal(8000, taken.Count + sink.Dropped(SpanDropReason.Full));
        Assert.Equal(taken.Count, taken.Select(queued => queued.Span.SpanId).Distinct().Count());
    }

    private static Span Make(ulong id, int size = 100) => new()
    {
        TraceId = new TraceId(1, 2),
        SpanId = new SpanId(id),
        ParentSpanId = default,
        Name = "sell",
        Start = DateTime.UnixEpoch,
        Duration = TimeSpan.Zero,
        Size = size,
    };
}
