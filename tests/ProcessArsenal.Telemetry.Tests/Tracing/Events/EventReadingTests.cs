using ProcessArsenal.Telemetry.Tracing.Events;
using ProcessArsenal.Telemetry.Tracing.Reports;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Tracing.Events;

/// <summary>The events of a recording, one by one: in pages, and as they come.</summary>
public sealed class EventReadingTests
{
    private const string Thrown = "Exception/Start", Thrower = "Troubles.Failures.ParseNothing()";

    private static readonly EventFilter OfThrown = new() { Event = NamePattern.Parse(Thrown) };

    [Fact]
    public async Task Events_are_told_in_pages_and_as_they_come()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "exceptions");
        using Recording recording = await Recording.Of(program, Recording.Options(60, "exceptions", "cpu") with { MostEvents = 2000 });
        RecordedEvent[] all = [.. Pages(recording.Path, OfThrown, 1000)];
        Assert.Equal(TraceDigest.Read(recording.Path).Report.Exceptions!.Thrown, all.Length);
        Assert.Equal(all.Select(static value => value.Number), all.Select(static value => value.Number).Order().Distinct());
        Assert.True(all.Zip(all.Skip(1)).All(static two => two.First.At <= two.Second.At));
        RecordedEvent one = all.First(static value => value.Payload["ExceptionType"] == "System.FormatException");
        Assert.Equal(("Microsoft-Windows-DotNETRuntime", Thrown, "no number"), (one.Provider, one.Name, one.Payload["ExceptionMessage"]));
        Assert.Contains(Thrower, one.Stack!);
        Assert.Equal(all.Take(300).Select(static value => value.Number), Pages(recording.Path, OfThrown, 50).Take(300).Select(static value => value.Number));

        EventPage byMethod = EventReading.Page(recording.Path, OfThrown with { Method = NamePattern.Parse("*ParseNothing*") }, 0, 1000, TestContext.Current.CancellationToken);
        Assert.NotEmpty(byMethod.Events);
        Assert.All(byMethod.Events, static value => Assert.Contains(Thrower, value.Stack!));
        Assert.Empty(EventReading.Page(recording.Path, OfThrown with { Method = NamePattern.Parse("NoSuchMethod") }, 0, 10, TestContext.Current.CancellationToken).Events);
        Assert.DoesNotContain(EventReading.Page(recording.Path, new EventFilter(), 0, 1000, TestContext.Current.CancellationToken).Events, static value => value.Provider.EndsWith("SampleProfiler", StringComparison.Ordinal));
        EventPage samples = EventReading.Page(recording.Path, new EventFilter { Provider = NamePattern.Parse("SampleProfiler") }, 0, 10, TestContext.Current.CancellationToken);
        Assert.Equal((10, true), (samples.Events.Count, samples.Next > 0));

        // As they come: the same, however much of the file is there at a time.
        RecordedEvent[] tail = await Tail(recording.Path, all.Length);
        Assert.Equal(all.Select(static value => (value.At, value.Thread, value.Payload["ExceptionType"])).Order(), tail.Select(static value => (value.At, value.Thread, value.Payload["ExceptionType"])).Order());
        Assert.All(tail, static value => Assert.Null(value.Stack));
    }

    [Fact]
    public async Task Who_follows_one_that_goes_on_has_events_before_it_ends()
    {
        await using TroublesTarget program = await TroublesTarget.StartOn("net10.0", "exceptions");
        int live = 0;
        using Recording recording = await Recording.Of(program, Recording.Options(600, "exceptions"), async (capture, file) =>
        {
            await foreach (RecordedEvent value in EventTail.ReadAsync(file, () => capture.WholeBytes, () => capture.Completion.IsCompleted, OfThrown, 0, TestContext.Current.CancellationToken))
            {
                Assert.Equal(Thrown, value.Name);
                if (!capture.Completion.IsCompleted) live++;
                if (live == 50) capture.Stop(); // And what is left comes to an end by itself.
            }
        });
        Assert.InRange(live, 50, int.MaxValue);
    }

    private static IEnumerable<RecordedEvent> Pages(string file, EventFilter filter, int limit)
    {
        for (long? after = 0; after is { } known;)
        {
            EventPage page = EventReading.Page(file, filter, known, limit, TestContext.Current.CancellationToken);
            Assert.True(page.Events.Count == limit || page.Next is null);
            foreach (RecordedEvent value in page.Events) yield return value;
            after = page.Next;
        }
    }

    /// <summary>Reads it while it grows, some thousand bytes at a look.</summary>
    private static async Task<RecordedEvent[]> Tail(string file, int most)
    {
        long length = new FileInfo(file).Length - 1, whole = 0; // Without its end.
        var events = new List<RecordedEvent>();
        await foreach (RecordedEvent value in EventTail.ReadAsync(file, () => whole = Math.Min(length, whole + 10_000), () => whole == length, OfThrown, 0, TestContext.Current.CancellationToken)) events.Add(value);
        Assert.InRange(events.Count, 0, most);
        return [.. events];
    }
}
