using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>The same bytes through TraceEvent, which the runtime's own tools use, and through our reader: the same events.</summary>
public sealed class TraceEventOracleTests
{
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";
    private const int Sales = 3000;

    /// <summary>GCDynamicEvent: TraceEvent gives each kind of it a number of its own, from the top.</summary>
    private const int DynamicEvent = 39, FirstInvented = 65_000;

    /// <summary>With the limits that we ask for ourselves: an exporter of another test may listen to the same program.</summary>
    private static readonly EventPipeProvider[] Providers =
    [
        new("Shop-Oracle", EventLevel.Verbose),
        new(Runtime, EventLevel.Informational, 0x1 | 0x4000 | 0x8000 | 0x10000),
        new("System.Diagnostics.Metrics", EventLevel.Informational, 0x2, new Dictionary<string, string>
        {
            ["SessionId"] = "SHARED", ["ClientId"] = "oracle", ["Metrics"] = "System.Runtime;Shop.Orders", ["RefreshInterval"] = "1", ["MaxTimeSeries"] = "1000", ["MaxHistograms"] = "100",
        }),
    ];

    [Fact]
    public async Task Events_of_a_living_runtime_are_those_that_TraceEvent_reads()
    {
        Seen[] ours = await Compare(await RecordAsync(TestContext.Current.CancellationToken));
        Assert.Equal(Sales, ours.Count(value => value.Provider == "Shop-Oracle" && value.Id == 1));
        Assert.Contains(ours, value => value.Provider == "System.Diagnostics.Metrics");
        Assert.Contains(ours, value => value.Provider == Runtime && value.Id == 1); // a collection
    }

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public async Task And_so_are_those_of_each_runtime(string framework)
    {
        await using ShopTarget shop = await ShopTarget.StartOn(framework);
        Seen[] ours = await Compare(await RecordAsync(shop, TestContext.Current.CancellationToken));
        Assert.Contains(ours, value => value.Provider == "System.Diagnostics.Metrics" && value.Id == 6); // a histogram
        Assert.True(ours.Count(value => value.Provider == Runtime && value.Id == 80) >= 100); // exceptions
        Assert.Contains(ours, value => value.Provider == Runtime && value.Id == 1);
    }

    /// <returns>What our reader reads, in the order of time.</returns>
    private static async Task<Seen[]> Compare(byte[] recording)
    {
        var expected = new List<Seen>();
        using (var source = new EventPipeEventSource(new MemoryStream(recording)))
        {
            source.Dynamic.All += static _ => { }; // Or it does not look up the names of providers.
            source.Clr.All += static _ => { };
            source.AllEvents += value => expected.Add(new Seen(
                value.ProviderName, (int)value.ID >= FirstInvented ? DynamicEvent : (int)value.ID, value.TimeStampRelativeMSec, value.ThreadID, Convert.ToHexString(value.EventData())));
            Assert.True(source.Process());
            Assert.Equal(0, source.EventsLost);
        }

        var reader = new NetTraceReader(new PieceStream(recording, 5000));
        var read = new List<(string Provider, int Id, long Ticks, int Thread, string Payload)>();
        await reader.ReadAsync(
            (in NetTraceEvent value) => read.Add((value.Metadata.Provider, value.Metadata.EventId, value.Ticks, (int)value.Thread, Convert.ToHexString(value.Payload))),
            TestContext.Current.CancellationToken);
        Assert.Equal((0L, 0L, 0L), (reader.Lost, reader.Unknown, reader.UnknownBlocks));

        // TraceEvent hands them out in the order of time, and tells that in milliseconds.
        TraceHeader header = reader.Header!;
        Seen[] ours = [.. read.OrderBy(value => value.Ticks).Select(value => new Seen(
            value.Provider, value.Id, (value.Ticks - header.StartTicks) * 1000.0 / header.TicksPerSecond, value.Thread, value.Payload))];
        Assert.Equal(expected.Select(Key).Order(StringComparer.Ordinal), ours.Select(Key).Order(StringComparer.Ordinal));
        Assert.All(expected.Order().Zip(ours.Order()), pair => Assert.Equal(pair.First.Milliseconds, pair.Second.Milliseconds, 0.001));
        return ours;
    }

    private static async Task<byte[]> RecordAsync(ShopTarget shop, CancellationToken cancellationToken)
    {
        var client = new DiagnosticsClient(shop.Pid);
        using EventPipeSession session = await client.StartEventPipeSessionAsync(Providers, requestRundown: false, circularBufferMB: 64, cancellationToken);
        var recording = new MemoryStream();
        Task copy = session.EventStream.CopyToAsync(recording, cancellationToken);
        await shop.Do("throw 100");
        await shop.Do("collect");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!Contains(recording, "HistogramValuePublished"))
        {
            await shop.Do("order 50 Berlin"); // Again and again: a runtime begins to listen to its meters some time after the session began.
            await Task.Delay(50, patience.Token);
        }
        await session.StopAsync(patience.Token);
        await copy;
        return recording.ToArray();
    }

    private static string Key(Seen value) => $"{value.Provider} {value.Id} {value.Thread} {value.Payload}";

    /// <summary>A session on ourselves: the target is real, and what it does is known.</summary>
    private static async Task<byte[]> RecordAsync(CancellationToken cancellationToken)
    {
        using var shop = new Shop();
        var client = new DiagnosticsClient(Environment.ProcessId);
        using EventPipeSession session = await client.StartEventPipeSessionAsync(Providers, requestRundown: false, circularBufferMB: 64, cancellationToken);
        var recording = new MemoryStream();
        Task copy = session.EventStream.CopyToAsync(recording, cancellationToken);
        Parallel.For(0, Sales, i => shop.Sold(i, "Käse € \U0001F9C0", i * 0.5));
        GC.Collect();
        try
        {
            throw new InvalidOperationException("known to the oracle");
        }
        catch (InvalidOperationException)
        {
            shop.Closed();
        }
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!Contains(recording, "CollectionStop")) await Task.Delay(50, patience.Token); // The metrics have come once.
        await session.StopAsync(patience.Token);
        await copy;
        return recording.ToArray();
    }

    /// <summary>Whether a kind of event was described by now. The stream grows while it is looked at, by another thread: of that nothing is lost.</summary>
    private static bool Contains(MemoryStream recording, string name) =>
        recording.GetBuffer().AsSpan(0, (int)recording.Length).IndexOf(System.Text.Encoding.Unicode.GetBytes(name)) >= 0;

    private sealed record Seen(string Provider, int Id, double Milliseconds, int Thread, string Payload) : IComparable<Seen>
    {
        public int CompareTo(Seen? other) => (Milliseconds, Thread, Id).CompareTo((other!.Milliseconds, other.Thread, other.Id));
    }

    [EventSource(Name = "Shop-Oracle")]
    private sealed class Shop : EventSource
    {
        [Event(1)]
        public void Sold(int number, string what, double price) => WriteEvent(1, number, what, price);

        [Event(2)]
        public void Closed() => WriteEvent(2);
    }
}
