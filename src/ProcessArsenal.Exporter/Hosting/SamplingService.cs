using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>The loop of ticks. The first is taken before the program says that it is ready.</summary>
internal sealed partial class SamplingService : BackgroundService
{
    private readonly Sampler _sampler;
    private readonly TimeProvider _time;
    private readonly ILogger<SamplingService> _logger;
    private readonly SelfTelemetry _self;
    private readonly PeriodicTimer _timer;
    private long _intervalTicks;

    public SamplingService(Sampler sampler, ConfigurationResult loaded, SelfTelemetry self, TimeProvider time, ILogger<SamplingService> logger)
    {
        _sampler = sampler;
        _time = time;
        _logger = logger;
        _self = self;
        TimeSpan interval = loaded.Configuration!.Sampling.Interval;
        _intervalTicks = interval.Ticks;
        _timer = new PeriodicTimer(interval, time);
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
        _timer.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _timer.WaitForNextTickAsync(stoppingToken)) Tick();
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

    private TimeSpan Tick()
    {
        long began = _time.GetTimestamp();
        _sampler.Tick();
        TimeSpan duration = _time.GetElapsedTime(began);
        _self.Sampled(duration);
        return duration;
    }

    private static partial class Log
    {
        [LoggerMessage(100, LogLevel.Information, "First sample took {Milliseconds:0.0} ms")]
        public static partial void FirstSample(ILogger logger, double milliseconds);

        [LoggerMessage(101, LogLevel.Warning, "Signal {Signal} can't be read of every process and is absent where it can't: needs {Reason}")]
        public static partial void SignalUnavailable(ILogger logger, string signal, string reason);

        [LoggerMessage(102, LogLevel.Critical, "Sampling failed; the program stops")]
        public static partial void SamplingFailed(ILogger logger, Exception exception);
    }
}
