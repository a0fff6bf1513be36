using Opentelemetry.Proto.Metrics.V1;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Metrics;

/// <summary>What is sent of .NET processes: kinds, start times, values.</summary>
public sealed class DotnetPointTests : IDisposable
{
    private const int ExceptionThrown = 80;

    private readonly KnownSnapshot _known = new();
    private readonly DateTimeOffset _began;

    public DotnetPointTests() => _began = _known.Bench.Time.GetUtcNow() - TimeSpan.FromSeconds(3);

    public void Dispose() => _known.Dispose();

    /// <summary>A counter whose first telling is all of one interval began with the session. One that tells more is older: it is observed, or another tool
    /// listened to it already.</summary>
    [Theory]
    [InlineData("5", "5", true)]
    [InlineData("0", "0", true)]
    [InlineData("", "5", false)]
    [InlineData("5", "7", false)]
    public void A_counter_began_with_the_session_or_before(string rate, string total, bool isOfSession)
    {
        MeterStream stream = new MeterStream(9).Begin(_began);
        stream.Counter("Shop", "orders", "", "", rate, total);
        stream.Counter("Shop", "orders", "", "", "3", "99");
        stream.AddTo(_known.Snapshot, 0);
        NumberDataPoint point = Assert.Single(_known.Metric(200, "orders").Sum.DataPoints);
        DateTimeOffset start = isOfSession ? _began : _known.Snapshot.Processes[0].Description.StartTime!.Value;
        Assert.Equal((99, Nanoseconds(start), Nanoseconds(_known.Snapshot.Time)), (point.AsInt, point.StartTimeUnixNano, point.TimeUnixNano));
    }

    [Fact]
    public void One_that_tells_nothing_at_first_is_judged_by_what_it_tells_then()
    {
        MeterStream stream = new MeterStream(9).Begin(_began);
        stream.Counter("Shop", "orders", "", "", "", "");
        stream.AddTo(_known.Snapshot, 0);
        Assert.DoesNotContain(_known.Decoded().ResourceMetrics[0].ScopeMetrics, scope => scope.Scope.Name == "Shop");
        _known.Tick();
        stream.Counter("Shop", "orders", "", "", "2", "2");
        stream.AddTo(_known.Snapshot, 0);
        Assert.Equal(Nanoseconds(_began), _known.Metric(200, "orders").Sum.DataPoints[0].StartTimeUnixNano);
    }

    [Fact]
    public void A_session_that_begins_anew_has_its_own_start_and_events_go_on()
    {
        MeterStream stream = new MeterStream(8).Begin(_began);
        for (int i = 0; i < 2; i++)
        {
            if (i == 1) _known.Tick();
            DateTimeOffset began = _began + TimeSpan.FromSeconds(i);
            stream.Begin(began);
            stream.Counter("Shop", "orders", "", "", "5", "5");
            stream.Histogram("Shop", "time", "s", "", "", 3, 0.5);
            stream.Runtime(ExceptionThrown, 1000, [.. MeterStream.Texts("Oops", "no"), .. new byte[16]]);
            stream.AddTo(_known.Snapshot, 0);
            Assert.Equal(Nanoseconds(began), _known.Metric(200, "orders").Sum.DataPoints[0].StartTimeUnixNano);
            Assert.Equal((Nanoseconds(began), 3UL), (_known.Metric(200, "time").Histogram.DataPoints[0].StartTimeUnixNano, _known.Metric(200, "time").Histogram.DataPoints[0].Count));
            NumberDataPoint exceptions = Assert.Single(_known.Metric(200, "dotnet.exceptions").Sum.DataPoints);
            Assert.Equal((Nanoseconds(_began), i + 1, "error.type", "Oops"), (exceptions.StartTimeUnixNano, exceptions.AsInt, exceptions.Attributes[0].Key, exceptions.Attributes[0].Value.StringValue));
        }
    }

    [Fact]
    public void Tags_that_become_the_same_are_one_series()
    {
        MeterStream stream = new MeterStream(9).Begin(_began);
        stream.Gauge("Shop", "level", "", "gc.heap.generation=gen0", "1");
        stream.Gauge("Shop", "level", "", "dotnet.gc.heap.generation=gen0", "2");
        stream.Gauge("Shop", "level", "", "=3,a=1,a=2", "3");
        stream.AddTo(_known.Snapshot, 0);
        NumberDataPoint[] points = [.. _known.Metric(200, "level").Gauge.DataPoints];
        Assert.Equal(["a=2", "dotnet.gc.heap.generation=gen0"], points.Select(point => string.Join(',', point.Attributes.Select(a => $"{a.Key}={a.Value.StringValue}"))));
        Assert.Equal([3.0, 2.0], points.Select(point => point.AsDouble));
    }

    [Fact]
    public void A_meter_in_two_versions_is_two_scopes()
    {
        MeterStream stream = new MeterStream(9).Begin(_began);
        stream.Counter("Shop", "orders", "", "", "1", "1", "2");
        stream.Counter("Shop", "orders", "", "", "1", "1", "1");
        stream.AddTo(_known.Snapshot, 0);
        Assert.Equal(["1.2.3", "1", "2"], _known.Decoded().ResourceMetrics[0].ScopeMetrics.Select(scope => scope.Scope.Version));
    }

    [Fact]
    public void Tags_without_end_leave_room_for_others()
    {
        MeterStream stream = new MeterStream(9).Begin(_began);
        for (int i = 0; i < 1000; i++) stream.Gauge("Shop", "level", "", $"a={i}{new string('\u20ac', 1900)}", "1");
        stream.AddTo(_known.Snapshot, 0);
        Assert.InRange(_known.Bytes(KnownSnapshot.Requests(), out int points).Length, 900_000, 1_200_000);
        Assert.InRange(points, 150, 300);
    }

    [Fact]
    public void Where_it_is_off_nothing_is_kept()
    {
        MeterStream stream = new MeterStream(10, points: false).Begin(_began);
        stream.Exponential("Shop", "time", "s", "", [0.1], 10);
        stream.AddTo(_known.Snapshot, 0);
        Assert.Null(stream.Readings.Series.Single().Exponential);
        Assert.Equal((0, 0), (_known.Snapshot.Dotnet.Rows[0].Points.Length, _known.Snapshot.Dotnet.Rows[0].PointLength));
        Assert.Single(_known.Decoded().ResourceMetrics[0].ScopeMetrics);
    }

    [Fact]
    public void A_tick_allocates_nothing_for_series_that_are_known()
    {
        MeterStream stream = new MeterStream(10).Begin(_began);
        stream.Exponential("Shop", "time", "s", "", [.. Enumerable.Range(1, 150).Select(i => i / 100.0)], 10);
        stream.Gauge("Shop", "level", "", "a=1", "1");
        long least = long.MaxValue;
        for (int i = 0; i < 10; i++)
        {
            _known.Snapshot.Dotnet.Clear();
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            stream.AddTo(_known.Snapshot, 0);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - allocated);
        }
        Assert.Equal(0, least);
    }

    private static ulong Nanoseconds(DateTimeOffset time) => (ulong)(time - DateTimeOffset.UnixEpoch).Ticks * 100;
}
