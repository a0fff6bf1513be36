using System.Text;
using CsCheck;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;
using ProcessArsenal.Telemetry.EventPipe.Runtime;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>Payloads as the runtime writes them, and others. Ticks are microseconds.</summary>
public sealed class RuntimeEventsTests
{
    private const int RestartEnd = 3, SuspendBegin = 9, ThreadPoolAdjustment = 55, ExceptionThrown = 80, ContentionStop = 91;

    private static readonly TraceHeader Header = new(new DateTimeOffset(2026, 11, 25, 3, 12, 0, TimeSpan.Zero), 0, 1_000_000, 8, 1);

    private readonly RuntimeEvents _events = new();

    [Fact]
    public void A_pause_is_from_suspension_to_restart()
    {
        Take(SuspendBegin, 1000, [1, 0, 0, 0, 7, 0, 0, 0, 0, 0]);
        Take(RestartEnd, 3500, [0, 0]);
        Take(SuspendBegin, 5000, [6, 0, 0, 0, 8, 0, 0, 0, 0, 0]);
        Take(RestartEnd, 5001, [0, 0]);
        Assert.Equal((2, 0.002501), (_events.Pauses.Count, Math.Round(_events.Pauses.Sum, 9)));
        Assert.Equal(1, _events.Pauses.Buckets[Array.IndexOf(DurationHistogram.Bounds, 0.0025)]);
        Assert.Equal(1, _events.Pauses.Buckets[Array.IndexOf(DurationHistogram.Bounds, 1e-6)]);
    }

    [Fact]
    public void Suspension_for_a_debugger_is_no_pause_of_a_collection()
    {
        Take(SuspendBegin, 1000, [5, 0, 0, 0, 7, 0, 0, 0, 0, 0]);
        Take(RestartEnd, 3500, [0, 0]);
        Take(RestartEnd, 4000, [0, 0]); // Its beginning was before we listened.
        Take(SuspendBegin, 5000, [1, 0, 0, 0, 7, 0, 0, 0, 0, 0]);
        Take(SuspendBegin, 6000, [5, 0, 0, 0, 7, 0, 0, 0, 0, 0]); // The end before it was lost.
        Take(RestartEnd, 7000, [0, 0]);
        Take(SuspendBegin, 8000, [1, 0, 0, 0, 7, 0, 0, 0, 0, 0]);
        _events.BeginStream();
        Take(RestartEnd, 900_000, [0, 0]);
        Assert.Equal(0, _events.Pauses.Count);
    }

    [Fact]
    public void What_is_longer_than_any_bound_has_the_last_bucket()
    {
        _events.Pauses.Add(10);
        _events.Pauses.Add(10.1);
        Assert.Equal((1, 1), (_events.Pauses.Buckets[^2], _events.Pauses.Buckets[^1]));
    }

    [Fact]
    public void Exceptions_are_counted_by_type_up_to_a_limit()
    {
        for (int i = 0; i < RuntimeEvents.MostTypes + 20; i++) Take(ExceptionThrown, 1, Text($"Type{i}"));
        Take(ExceptionThrown, 1, Text("Type0"));
        Assert.Equal((2, 20), (_events.Exceptions["Type0"], _events.Exceptions[RuntimeEvents.OtherType]));
        Assert.Equal(RuntimeEvents.MostTypes + 1, _events.Exceptions.Count);
    }

    [Theory]
    [InlineData("InvalidOperationException", "System.InvalidOperationException")]
    [InlineData("Refused`1", "Shop.Orders+Refused`1[System.Collections.Generic.List`1[System.Int32]]")]
    [InlineData("Inner", "A.B+C+Inner")]
    [InlineData("Bare", "Bare")]
    [InlineData("Odd.", "Odd.")]
    [InlineData("[]", "[]")]
    [InlineData("", "")]
    public void The_type_of_an_exception_is_named_as_newer_runtimes_name_it(string name, string full)
    {
        Take(ExceptionThrown, 1, Text(full));
        Assert.Equal((name, 1), (_events.Exceptions.Single().Key, _events.Exceptions.Single().Value));
        Assert.Equal(full, _events.RecentExceptions.All.Single().Type);
    }

    [Fact]
    public void The_latest_of_each_kind_are_kept_with_their_times()
    {
        Take(SuspendBegin, 1000, [1, 0, 0, 0, 7, 0, 0, 0, 0, 0]);
        Take(RestartEnd, 3500, [0, 0]);
        Take(ContentionStop, 2_000_000, [0, 0, 0, .. BitConverter.GetBytes(2_000_000.0)], version: 1);
        Take(ThreadPoolAdjustment, 3_000_000, [.. BitConverter.GetBytes(1.5), 4, 0, 0, 0, 6, 0, 0, 0, 0, 0]);
        for (int i = 0; i < RecentEvents.Most + 3; i++) Take(ExceptionThrown, i, Text("A.B" + i));
        Assert.Equal([new RecentEvent(Header.Start.AddMilliseconds(1), 0.0025, "", "")], _events.RecentPauses.All);
        Assert.Equal([new RecentEvent(Header.Start.AddSeconds(2), 0.002, "", "")], _events.RecentContentions.All);
        Assert.Equal([new RecentEvent(Header.Start.AddSeconds(3), 4, "", "")], _events.RecentStarvations.All);
        Assert.Equal(
            Enumerable.Range(3, RecentEvents.Most).Select(i => new RecentEvent(Header.Start.AddMicroseconds(i), 0, "A.B" + i, "message")),
            _events.RecentExceptions.All);
    }

    [Fact]
    public void Contention_is_told_by_the_runtime_since_version_1_of_its_event()
    {
        Take(ContentionStop, 1, [0, 0, 0, .. BitConverter.GetBytes(2_000_000.0)], version: 1);
        Take(ContentionStop, 1, [0, 0, 0], version: 0);
        Take(ContentionStop, 1, [0, 0, 0, .. BitConverter.GetBytes(double.NaN)], version: 1);
        Assert.Equal((1, 0.002, 0), (_events.Contention.Count, _events.Contention.Sum, _events.Malformed));
    }

    [Fact]
    public void Starvation_is_one_reason_of_seven()
    {
        for (byte reason = 0; reason < 8; reason++) Take(ThreadPoolAdjustment, 1, [.. BitConverter.GetBytes(1.5), 4, 0, 0, 0, reason, 0, 0, 0, 0, 0]);
        Assert.Equal(1, _events.Starvation);
    }

    [Fact]
    public void Garbage_does_no_harm() => Gen.Select(Gen.OneOf(Gen.Const(SuspendBegin), Gen.Const(ExceptionThrown), Gen.Const(ContentionStop), Gen.Int[0, 100]), Gen.Byte.Array[0, 60], Gen.Long)
        .Sample((id, payload, ticks) => Take(id, ticks, payload, version: 1));

    private void Take(int id, long ticks, byte[] payload, int version = 0) =>
        _events.Take(new NetTraceEvent(new EventMetadata(RuntimeEvents.Provider, id, "", 0, version, 4, []), ticks, 0, payload), Header);

    private static byte[] Text(string text) => Encoding.Unicode.GetBytes(text + '\0' + "message\0");
}
