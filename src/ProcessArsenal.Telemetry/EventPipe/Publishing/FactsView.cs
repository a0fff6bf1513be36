using ProcessArsenal.Telemetry.EventPipe.Meters;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Telemetry.EventPipe.Publishing;

/// <summary>What a target tells, as the few numbers that conditions ask for. Rates are over the time in which it told them: a target tells at an interval of
/// its own, and a tick in which nothing came knows no better than the one before. Used by the tick.</summary>
internal sealed class FactsView
{
    private const string RuntimeMeter = "System.Runtime", ServerMeter = "Microsoft.AspNetCore.Hosting";

    private readonly List<MeterSeries> _heap = [], _exceptions = [], _requests = [];
    private MeterSeries? _queue, _threads;
    private TargetReadings? _readings;
    private int _series;
    private long _intervals = -1;
    private long _toldAt;
    private long _readAt;
    private Total _exceptionsBefore, _requestsBefore;
    private double? _pausesBefore;
    private double? _exceptionRate, _requestRate;
    private RuntimeFacts _facts = RuntimeFacts.Silent;

    /// <summary>Reads a target that is attached.</summary>
    public RuntimeFacts Read(DotnetTarget target, TimeProvider time) => target.Read(readings => Read(readings, time));

    internal RuntimeFacts Read(TargetReadings readings, TimeProvider time)
    {
        long now = time.GetTimestamp();
        if (_readings != readings) Begin(readings);
        if (_series != readings.SeriesCount) Find(readings);
        // Pauses are told as they end, the rest at the end of an interval.
        double pauses = readings.Events.Pauses.Sum;
        TimeSpan elapsed = time.GetElapsedTime(_readAt, now);
        double? ratio = _pausesBefore is { } before && elapsed > TimeSpan.Zero ? Math.Clamp((pauses - before) / elapsed.TotalSeconds, 0, 1) : null;
        (_pausesBefore, _readAt) = (pauses, now);
        if (_intervals != readings.Intervals) Told(readings, time, now);
        var facts = new RuntimeFacts
        {
            ThreadPoolQueue = Level(_queue),
            ThreadPoolThreads = Level(_threads),
            GcHeap = Sum(_heap),
            GcPauseRatio = ratio,
            Exceptions = _exceptionRate,
            Requests = _requestRate,
        };
        if (facts != _facts) _facts = facts;
        return _facts;
    }

    /// <summary>Another session: what counted in the one before counts from the beginning.</summary>
    private void Begin(TargetReadings readings)
    {
        _readings = readings;
        _series = -1;
        _intervals = -1;
        (_exceptionsBefore, _requestsBefore) = (default, default);
        (_pausesBefore, _exceptionRate, _requestRate) = (null, null, null);
    }

    private void Find(TargetReadings readings)
    {
        _series = readings.SeriesCount;
        _heap.Clear();
        _exceptions.Clear();
        _requests.Clear();
        (_queue, _threads) = (null, null);
        foreach (MeterSeries series in readings.Series)
        {
            if (series.Meter == ServerMeter && series is { Instrument: "http.server.request.duration", Kind: MeterKind.Histogram }) _requests.Add(series);
            if (series.Meter != RuntimeMeter) continue;
            switch (series.Instrument)
            {
                case "dotnet.thread_pool.queue.length":
                    _queue = series;
                    break;
                case "dotnet.thread_pool.thread.count":
                    _threads = series;
                    break;
                case "dotnet.gc.last_collection.heap.size":
                    _heap.Add(series);
                    break;
                case "dotnet.exceptions":
                    _exceptions.Add(series);
                    break;
                default:
                    break;
            }
        }
    }

    private void Told(TargetReadings readings, TimeProvider time, long now)
    {
        Total exceptions = TotalOf(_exceptions), requests = TotalOf(_requests);
        if (_exceptions.Count == 0)
        {
            // Before .NET 9 they are told one by one. Later ones have a series from the first exception on: until then it is not told.
            double sum = 0;
            foreach ((_, long count) in readings.Exceptions) sum += count;
            exceptions = new Total(sum, readings.Exceptions.Count, 0);
        }
        TimeSpan elapsed = time.GetElapsedTime(_toldAt, now);
        bool isFirst = _intervals < 0;
        _exceptionRate = isFirst ? null : exceptions.Since(_exceptionsBefore, elapsed);
        _requestRate = isFirst ? null : requests.Since(_requestsBefore, elapsed);
        (_exceptionsBefore, _requestsBefore) = (exceptions, requests);
        (_intervals, _toldAt) = (readings.Intervals, now);
    }

    private static double? Level(MeterSeries? series) => series is { Value: var value } && double.IsFinite(value) && value >= 0 ? value : null;

    private static double? Sum(List<MeterSeries> all)
    {
        double sum = 0;
        foreach (MeterSeries series in all)
        {
            if (!double.IsFinite(series.Value)) return null;
            sum += series.Value;
        }
        return all.Count == 0 ? null : sum;
    }

    private static Total TotalOf(List<MeterSeries> all)
    {
        double sum = 0;
        int older = 0;
        foreach (MeterSeries series in all)
        {
            double value = series.Kind == MeterKind.Histogram ? series.Count : series.Value;
            if (double.IsFinite(value)) sum += value;
            if (!series.IsOfSession) older++;
        }
        return new Total(sum, all.Count, older);
    }

    /// <summary>What a counter counted so far, over its series.</summary>
    /// <param name="Sum">Of all.</param>
    /// <param name="Series">How many there are.</param>
    /// <param name="Older">How many of them had counted before we listened: one that is new among these did not count all of it since.</param>
    private readonly record struct Total(double Sum, int Series, int Older)
    {
        public double? Since(Total before, TimeSpan elapsed) =>
            Series == 0 || Older != before.Older || elapsed <= TimeSpan.Zero ? null : Math.Max(0, Sum - before.Sum) / elapsed.TotalSeconds;
    }
}
