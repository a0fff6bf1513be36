using Prometheus;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Keeps the children of our own supervisors running for as long as the program does. They live on when it ends, and the next run takes them up.
/// Where they can't be supervised yet, as while an exporter before us still ends, it is tried again. Without supervisors it is nothing.</summary>
internal sealed partial class SupervisionService(ConfigurationResult loaded, OwnMetrics own, TimeProvider time, ILogger<SupervisionService> logger) : IHostedService, IDisposable
{
    /// <summary>Less than the host gives to all of its services to stop.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(3);

    private readonly SupervisionChanges _changes = new(logger);
    private readonly Retry _retry = new(time);
    private Gauge? _up;
    private volatile SupervisorSet? _set;
    private volatile string? _trouble;

    /// <summary>Null: none are configured, or <see cref="Trouble"/> says why there are none.</summary>
    public SupervisorSet? Set => _set;

    /// <summary>Why nothing is supervised though it should be; null: it is, or nothing is to be.</summary>
    public string? Trouble => _trouble;

    /// <summary>Whose child a process is; null: nobody's of ours.</summary>
    public SupervisedChild? OwnerOf(ProcessIdentity process) => Set is { } set && set.OwnerOf(process) is { } owner ? set.Find(new ChildName(owner.Supervisor.Name, owner.Child)) : null;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (loaded.Configuration!.Supervisors.IsEmpty) return Task.CompletedTask;
        _up = Metrics.WithCustomRegistry(own.Registry).CreateGauge("process_supervisor_up", "1 while our supervisors work; 0 while they can't: the log says why.");
        if (!TryStart()) _retry.Begin(RetryAsync);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _retry.StopAsync();
        if (Set is null) return;
        try
        {
            await Set.DisposeAsync().AsTask().WaitAsync(StopPatience, time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            Log.StoppedLate(logger); // What is being started or stopped hangs; it is found by the next run.
        }
    }

    public void Dispose() => _retry.Dispose();

    private Task<bool> RetryAsync()
    {
        bool isOver = TryStart();
        if (isOver && Set is not null) Log.Supervised(logger);
        return Task.FromResult(isOver);
    }

    /// <returns>Whether there is nothing more to try.</returns>
    private bool TryStart()
    {
        ExporterConfiguration configuration = loaded.Configuration!;
        try
        {
            var set = SupervisorSet.Start(configuration.StateDirectory, configuration.Supervisors, time, _changes.Tell);
            _ = new SupervisionMetrics(own.Registry, set);
            (_set, _trouble) = (set, null);
            _up!.Set(1);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            if (_trouble != e.Message) Log.NotSupervised(logger, e.Message);
            _trouble = e.Message;
            return e is ArgumentException;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(560, LogLevel.Error, "Nothing is supervised; seeing goes on, and it is tried again: {Reason}")]
        public static partial void NotSupervised(ILogger logger, string reason);

        [LoggerMessage(561, LogLevel.Warning, "A child was still being started or stopped when we ended; the next run takes it up")]
        public static partial void StoppedLate(ILogger logger);

        [LoggerMessage(562, LogLevel.Information, "Our supervisors work now")]
        public static partial void Supervised(ILogger logger);
    }
}
