using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>The loop of ticks. The first is taken before the program says that it is ready.</summary>
internal sealed partial class SamplingService : BackgroundService
{
    /// <summary>Between two ticks, if the second is early.</summary>
    private static readonly TimeSpan LeastGap = TimeSpan.FromSeconds(1);

    /// <summary>Others who begin at the same time may tell their first values as well.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(200);

    private readonly Sampler _sampler;
    private readonly TimeProvider _time;
    private readonly ILogger<SamplingService> _logger;
    private readonly SelfTelemetry _self;
    private readonly PeriodicTimer _timer;
    private readonly SemaphoreSlim _early = new(0, 1);
    private long _intervalTicks;
    private long _lastTick;

    public SamplingService(Sampler sampler, ConfigurationResult loaded, SelfTelemetry self, TimeProvider time, ILogger<SamplingService> logger)
    {
        _sampler = sampler;
        _time = time;
        _logger = logger;
        _self = self;
        TimeSpan interval = loaded.Configuration!.Sampling.Interval;
        _intervalTicks = interval.Ticks;
        _timer = new PeriodicTimer(interval, time);
        sampler.EarlyTickWanted = WantEarlyTick;
        sampler.SignalLost = signal => Log.SignalUnavailable(logger, signal.Name, signal.Reason);
    }

    /// <summary>Why there are no more ticks; null while there are.</summary>
    public string? Failure { get; private set; }

    public TimeSpan Interval => new(Interlocked.Read(ref _intervalTicks));

    /// <summary>Takes effect at the next tick.</summary>
    public void Configure(SamplingOptions options)
    {
        _sampler.Configure(options);
        Interlocked.Exchange(ref _intervalTicks, options.Interval.Ticks);
        if (_timer.Period != options.Interval) _timer.Period = options.Interval; // Setting it begins a new period.
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        Log.FirstSample(_logger, Tick().TotalMilliseconds);
        await base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _sampler.EarlyTickWanted = null;
        _timer.Dispose();
        _early.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            Task<bool> next = _timer.WaitForNextTickAsync(stoppingToken).AsTask();
            Task early = _early.WaitAsync(stoppingToken);
            while (true)
            {
                if (await Task.WhenAny(next, early) == next)
                {
                    if (!await next) return;
                    next = _timer.WaitForNextTickAsync(stoppingToken).AsTask();
                }
                else
                {
                    await early;
                    TimeSpan gap = LeastGap - _time.GetElapsedTime(_lastTick);
                    await Task.WhenAny(next, Task.Delay(gap > Gathering ? gap : Gathering, _time, stoppingToken));
                    early = _early.WaitAsync(stoppingToken);
                    if (next.IsCompleted) continue; // It is time anyway.
                }
                Tick();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop.
        }
        catch (Exception e)
        {
            Failure = e.Message;
            Log.SamplingFailed(_logger, e);
            throw; // The host stops, and whoever supervises us starts us again: better than a page that stands still.
        }
    }

    private void WantEarlyTick()
    {
        try
        {
            if (_early.CurrentCount == 0) _early.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // One is wanted already, or we are stopping.
        }
    }

    private TimeSpan Tick()
    {
        long began = _lastTick = _time.GetTimestamp();
        _sampler.Tick();
        TimeSpan duration = _time.GetElapsedTime(began);
        _self.Sampled(duration);
        return duration;
    }

    private static partial class Log
    {
        [LoggerMessage(100, LogLevel.Information, "First sample took {Milliseconds:0.0} ms")]
        public static partial void FirstSample(ILogger logger, double milliseconds);

        [LoggerMessage(101, LogLevel.Warning, "Signal {Signal} is not available, or not of every process: needs {Reason}")]
        public static partial void SignalUnavailable(ILogger logger, string signal, string reason);

        [LoggerMessage(102, LogLevel.Critical, "Sampling failed; the program stops")]
        public static partial void SamplingFailed(ILogger logger, Exception exception);
    }
}
