using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;
using ProcessArsenal.Telemetry.EventPipe.Runtime;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>Sessions on a real program, whose meters are compared with what it knows of itself.</summary>
public sealed class TargetSessionTests : IDisposable
{
    private readonly MeterTable _meters = new(1000);
    private readonly RuntimeEvents _runtime = new();
    private readonly List<DiagnosticSocket> _sockets = [];

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public async Task Meters_tell_what_the_program_knows_of_itself(string framework)
    {
        await using ShopTarget shop = await ShopTarget.StartOn(framework);
        await using TargetSession session = await Begin(shop, Major(framework));
        await Eventually.True("gauges", () => Series("shop.shelf").Length == 2);
        await shop.Do("order 120 Käse & Brot");
        await shop.Do("order 30 Rome");
        await shop.Do("collect");
        ShopReport report = await shop.Report();
        await Eventually.True("all orders", () => Series("shop.orders").Sum(s => s.Value) == report.Orders && Series("shop.order.duration").Sum(s => s.Count) == report.Orders);

        Assert.Equal(150, report.Orders);
        Assert.Equal([("city=Käse & Brot,express=False", 60), ("city=Käse & Brot,express=True", 60), ("city=Rome,express=False", 15), ("city=Rome,express=True", 15)],
            Series("shop.orders").Select(s => (s.Tags, s.Value)).Order());
        Assert.All(Series("shop.orders"), s => Assert.Equal(("Shop.Orders", "1.2", "{order}", MeterKind.Counter), (s.Meter, s.Version, s.Unit, s.Kind)));
        Assert.Equal(["shelf=\"quoted\"", "shelf=a,b=c"], Series("shop.shelf").Select(s => s.Tags).Order(StringComparer.Ordinal));
        Assert.Equal(1.0, Series("shop.shelf").Sum(s => s.Value));
        MeterSeries rome = Assert.Single(Series("shop.order.duration"), s => s.Tags == "city=Rome");
        Assert.Equal((30, 0.435), (rome.Count, Math.Round(rome.Value, 9)));
        Assert.All(rome.Quantiles, value => Assert.True(double.IsNaN(value) || value is >= 0 and <= 0.03));
        Assert.Equal(150, Assert.Single(Series("shop.orders.open")).Value);
        // Observed ones are told as they are at the end of an interval.
        await Eventually.True("what is observed", () => Series("shop.taken").Sum(s => s.Value) == 150);
        if (framework != "net8.0") await Eventually.True("collections", () => Series("dotnet.gc.collections").Sum(s => s.Value) >= report.Collections);
        Assert.Equal((0, 0, 0L, false, null), (_meters.Malformed, _meters.Dropped, session.Lost, _meters.IsLimited, _meters.Complaint));
    }

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net9.0")]
    [InlineData("net10.0")]
    public async Task So_do_the_events_of_its_runtime(string framework)
    {
        await using ShopTarget shop = await ShopTarget.StartOn(framework);
        await using TargetSession session = await Begin(shop, Major(framework));
        int before = (await shop.Report()).Collections;
        await shop.Do("throw 70");
        for (int i = 0; i < 5; i++) await shop.Do("collect");
        await Eventually.True("exceptions", () => Runtime(r => r.Exceptions.GetValueOrDefault("InvalidOperationException")) == 70);
        int collections = (await shop.Report()).Collections - before;
        Assert.Equal(5, collections);
        await Eventually.True("pauses", () => Runtime(r => r.Pauses.Count) >= collections);
        Assert.InRange(Runtime(r => r.Pauses.Sum), 1e-6, 5);
        Assert.Equal((0L, 0L), (Runtime(r => r.Malformed), session.Lost));
    }

    [Fact]
    public async Task A_program_that_ends_ends_the_session_in_order()
    {
        await using ShopTarget shop = await ShopTarget.Start();
        await using TargetSession session = await Begin(shop);
        await Eventually.True("meters", () => _meters.Series.Count > 0);
        await shop.End();
        Assert.Null(await session.Completion.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_program_that_is_killed_says_so()
    {
        await using ShopTarget shop = await ShopTarget.Start();
        await using TargetSession session = await Begin(shop);
        shop.Signal("KILL");
        Assert.NotNull(await session.Completion.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_session_that_we_end_is_ended_in_the_target_too()
    {
        await using ShopTarget shop = await ShopTarget.Start();
        TargetSession session = await Begin(shop);
        await Eventually.True("meters", () => _meters.Series.Count > 0);
        await session.DisposeAsync();
        Assert.Null(await session.Completion);
        // And another one can begin.
        await using TargetSession next = await Begin(shop);
        long intervals = _meters.Intervals;
        await Eventually.True("meters again", () => _meters.Intervals > intervals);
    }

    [Fact]
    public async Task A_program_that_is_stopped_is_not_waited_for()
    {
        await using ShopTarget shop = await ShopTarget.Start();
        await shop.Stop();
        long began = TimeProvider.System.GetTimestamp();
        await Assert.ThrowsAsync<TimeoutException>(() => Begin(shop));
        // A timer may be early by a tick of its clock.
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TargetSession.Patience * 0.99, TargetSession.Patience * 2);
        shop.Signal("CONT");
        await using TargetSession session = await Begin(shop);
        await Eventually.True("meters", () => _meters.Series.Count > 0);
    }

    [Fact]
    public async Task Nor_is_one_that_is_stopped_in_a_session()
    {
        await using ShopTarget shop = await ShopTarget.Start();
        TargetSession session = await Begin(shop);
        await Eventually.True("meters", () => _meters.Series.Count > 0);
        await shop.Stop();
        long began = TimeProvider.System.GetTimestamp();
        await session.DisposeAsync();
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TargetSession.Patience * 2);
        Assert.NotNull(await session.Completion);
    }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    private T Runtime<T>(Func<RuntimeEvents, T> read)
    {
        lock (_meters) return read(_runtime);
    }

    private MeterSeries[] Series(string instrument)
    {
        lock (_meters) return [.. _meters.Series.Where(s => s.Instrument == instrument)];
    }

    private static int Major(string framework) => int.Parse(framework[3..^2], null);

    private async Task<TargetSession> Begin(ShopTarget shop, int runtime = 0)
    {
        (ProcessDirectory directory, ProcStat stat, ProcStatus status) = shop.Look();
        using (directory)
        {
            (DiagnosticSocketOutcome outcome, DiagnosticSocket? socket) = await DiagnosticSocket.FindAsync(directory, stat, status, TestContext.Current.CancellationToken);
            Assert.Equal(DiagnosticSocketOutcome.Found, outcome);
            _sockets.Add(socket!);
            EventPipeProvider[] providers =
            [
                new(MeterTable.Provider, EventLevel.Informational, MeterTable.Keywords, new Dictionary<string, string>
                {
                    ["SessionId"] = "SHARED", ["ClientId"] = Guid.NewGuid().ToString(), ["SharedIdentifier"] = Guid.NewGuid().ToString(),
                    ["Metrics"] = "System.Runtime;Shop.Orders", ["RefreshInterval"] = "1", ["MaxTimeSeries"] = "1000", ["MaxHistograms"] = "20",
                }),
                new(RuntimeEvents.Provider, EventLevel.Informational, RuntimeEvents.Keywords | RuntimeEvents.ExceptionKeyword),
            ];
            return await TargetSession.StartAsync(socket!, runtime, providers, 16, Take, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private void Take(in NetTraceEvent value, TraceHeader? header)
    {
        lock (_meters)
        {
            if (value.Metadata.Provider == MeterTable.Provider) _meters.Take(value);
            else if (value.Metadata.Provider == RuntimeEvents.Provider) _runtime.Take(value, header!);
        }
    }
}
