using Microsoft.Extensions.Time.Testing;
using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;
using ProcessArsenal.Telemetry.EventPipe.Publishing;
using ProcessArsenal.Telemetry.Snapshots;
using ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Metrics;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

public sealed class FactsViewTests
{
    private const string Runtime = "System.Runtime";

    private readonly FakeTimeProvider _time = new();
    private readonly FactsView _view = new();

    [Fact]
    public void What_was_not_told_is_not_known()
    {
        MeterStream target = new MeterStream(9).Begin(_time.GetUtcNow());
        Assert.Equal(RuntimeFacts.Silent, Read(target));
        EndInterval(target);
        Assert.Equal(RuntimeFacts.Silent with { GcPauseRatio = 0 }, Read(target));
    }

    [Fact]
    public void Levels_are_told_and_rates_are_over_the_time_between_two_tellings()
    {
        MeterStream target = new MeterStream(9).Begin(_time.GetUtcNow());
        Read(target);
        target.Counter(Runtime, "dotnet.thread_pool.queue.length", "{work_item}", "", "", "7");
        target.Counter(Runtime, "dotnet.thread_pool.thread.count", "{thread}", "", "", "8");
        target.UpDownCounter(Runtime, "dotnet.gc.last_collection.heap.size", "By", "gc.heap.generation=gen0", "", "1000");
        target.UpDownCounter(Runtime, "dotnet.gc.last_collection.heap.size", "By", "gc.heap.generation=gen2", "", "5000");
        target.Counter(Runtime, "dotnet.exceptions", "{exception}", "error.type=A", "10", "10");
        target.Histogram("Microsoft.AspNetCore.Hosting", "http.server.request.duration", "s", "http.route=/", "", 50, 1);
        EndInterval(target);
        RuntimeFacts facts = Read(target);
        Assert.Equal((7, 8, 6000), (facts.ThreadPoolQueue, facts.ThreadPoolThreads, facts.GcHeap));
        Assert.Equal(0, facts.GcPauseRatio);

        target.Counter(Runtime, "dotnet.exceptions", "{exception}", "error.type=A", "5", "15");
        target.Counter(Runtime, "dotnet.exceptions", "{exception}", "error.type=B", "5", "5");
        target.Histogram("Microsoft.AspNetCore.Hosting", "http.server.request.duration", "s", "http.route=/", "", 100, 1);
        target.Events.Pauses.Add(0.5);
        EndInterval(target);
        facts = Read(target);
        Assert.Equal((2, 20, 0.1), (facts.Exceptions, facts.Requests, facts.GcPauseRatio));

        facts = Read(target); // Nothing came: no better known than before, but that there was no pause.
        Assert.Equal((2, 20, 0), (facts.Exceptions, facts.Requests, facts.GcPauseRatio));
        target.Begin(_time.GetUtcNow());
        Assert.Equal(RuntimeFacts.Silent, Read(target));
    }

    [Fact]
    public void What_was_counted_before_we_listened_is_no_rate()
    {
        MeterStream target = new MeterStream(9).Begin(_time.GetUtcNow());
        Read(target);
        EndInterval(target);
        Read(target);
        target.Counter(Runtime, "dotnet.exceptions", "{exception}", "error.type=A", "1", "1000000"); // Another tool has listened for long.
        EndInterval(target);
        Assert.Null(Read(target).Exceptions);
        target.Counter(Runtime, "dotnet.exceptions", "{exception}", "error.type=A", "10", "1000010");
        EndInterval(target);
        Assert.Equal(2, Read(target).Exceptions);
    }

    private RuntimeFacts Read(MeterStream target)
    {
        RuntimeFacts facts = _view.Read(target.Readings, _time);
        _time.Advance(TimeSpan.FromSeconds(5));
        return facts;
    }

    private static void EndInterval(MeterStream target) =>
        target.Readings.Take(new NetTraceEvent(new EventMetadata(MeterTable.Provider, 3, "", 0, 0, 4, []), 0, 0, []), null);
}
