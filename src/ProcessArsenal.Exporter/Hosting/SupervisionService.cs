using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Procfs;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Keeps the children of our own supervisors running for as long as the program does. They live on when it ends, and the next run takes them up.
/// Without supervisors it is nothing.</summary>
internal sealed partial class SupervisionService(ConfigurationResult loaded, OwnMetrics own, TimeProvider time, ILogger<SupervisionService> logger) : IHostedService
{
    /// <summary>Less than the host gives to all of its services to stop.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(3);

    private readonly SupervisionChanges _changes = new(logger);

    /// <summary>Null: none are configured, or <see cref="Trouble"/> says why there are none.</summary>
    public SupervisorSet? Set { get; private set; }

    /// <summary>Why nothing is supervised though it should be; null: it is, or nothing is to be.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Whose child a process is; null: nobody's of ours.</summary>
    public SupervisedChild? OwnerOf(ProcessIdentity process) => Set?.OwnerOf(process) is { } owner ? Set.Find(new ChildName(owner.Supervisor.Name, owner.Child)) : null;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        ExporterConfiguration configuration = loaded.Configuration!;
        if (configuration.Supervisors.IsEmpty) return Task.CompletedTask;
        try
        {
            Set = SupervisorSet.Start(configuration.StateDirectory, configuration.Supervisors, time, _changes.Tell);
            _ = new SupervisionMetrics(own.Registry, Set);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            Trouble = e.Message;
            Log.NotSupervised(logger, e.Message);
        }
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Set is null) return;
        try
        {
            await Set.DisposeAsync().AsTask().WaitAsync(StopPatience, time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            Log.StoppedLate(logger); // What is being started hangs; it is found by the next run.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(560, LogLevel.Error, "Nothing is supervised; seeing goes on: {Reason}")]
        public static partial void NotSupervised(ILogger logger, string reason);

        [LoggerMessage(561, LogLevel.Warning, "A child was still being started when we ended; the next run takes it up")]
        public static partial void StoppedLate(ILogger logger);
    }
}
