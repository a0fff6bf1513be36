using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.EventPipe.NetTrace;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.EventPipe;

/// <summary>A shop whose meters and event counters are listened to, each second.</summary>
internal sealed class ListenedShop : IAsyncDisposable
{
    private static readonly DotnetOptions Options = new() { Interval = TimeSpan.FromSeconds(1), Meters = ["System.Runtime", "Shop.Orders"] };

    private readonly MeterTable _meters = new(1000);
    private readonly RuntimeCounters _counters = new();
    private DiagnosticSocket? _socket;
    private TargetSession? _session;

    private ListenedShop(ShopTarget shop) => Shop = shop;

    public ShopTarget Shop { get; }

    /// <summary>Starts one, and waits until both have told something.</summary>
    /// <param name="major">Version of the runtime, as far as the session is told.</param>
    public static async Task<ListenedShop> StartOn(string framework, int major)
    {
        var listened = new ListenedShop(await ShopTarget.StartOn(framework));
        (ProcessDirectory directory, ProcStat stat, ProcStatus status) = listened.Shop.Look();
        using (directory)
        {
            (_, listened._socket) = await DiagnosticSocket.FindAsync(directory, stat, status, TestContext.Current.CancellationToken);
            EventPipeProvider[] providers =
            [
                new(MeterTable.Provider, EventLevel.Informational, MeterTable.Keywords, listened._meters.Arguments(Options, major)),
                new(RuntimeCounters.Provider, EventLevel.Informational, RuntimeCounters.Keywords, RuntimeCounters.Arguments(Options.Interval)),
            ];
            listened._session = await TargetSession.StartAsync(listened._socket!, major, providers, 16, listened.Take, TimeProvider.System, TestContext.Current.CancellationToken);
        }
        await listened.Until("meters", (meters, _) => meters.Intervals > 0);
        await listened.Until("counters", (_, counters) => counters.Intervals > 0);
        return listened;
    }

    public T Read<T>(Func<MeterTable, RuntimeCounters, T> read)
    {
        lock (_meters) return read(_meters, _counters);
    }

    public Task Until(string what, Func<MeterTable, RuntimeCounters, bool> condition) => Eventually.True(what, () => Read(condition), Tell);

    /// <summary>What there is, for a test that waits in vain.</summary>
    public string Tell() => Read((meters, counters) => FormattableString.Invariant(
        $"{meters.Intervals} intervals of meters, {counters.Intervals} of counters, {_session?.Events} events, {_session?.Lost} lost, {meters.Malformed} malformed, complaint: {meters.Complaint}, ended: {(_session?.Completion is { IsCompleted: true } end ? end.Exception?.InnerException?.Message ?? end.Result ?? "yes" : "no")}; {string.Join(", ", meters.Series.Select(series => FormattableString.Invariant($"{series.Instrument} {series.Value} [{string.Join(' ', series.Quantiles ?? [])}]")))}"));

    /// <summary>Waits until both have told all that has happened by now.</summary>
    public async Task Told()
    {
        (long meters, long counters) = Read((m, c) => (m.Intervals, c.Intervals));
        await Until("two intervals", (m, c) => m.Intervals >= meters + 2 && c.Intervals >= counters + 2);
    }

    /// <summary>What a session that went well ends with.</summary>
    public void AssertSound() => Assert.Equal((0L, 0L, 0L, 0L, null), Read((m, c) => (m.Malformed, m.Dropped, c.Malformed, _session!.Lost, m.Complaint)));

    public async ValueTask DisposeAsync()
    {
        if (_session is not null) await _session.DisposeAsync();
        _socket?.Dispose();
        await Shop.DisposeAsync();
    }

    private void Take(in NetTraceEvent value, TraceHeader? header)
    {
        lock (_meters)
        {
            if (value.Metadata.Provider == MeterTable.Provider) _meters.Take(value);
            else if (value.Metadata.Provider == RuntimeCounters.Provider) _counters.Take(value);
        }
    }
}
