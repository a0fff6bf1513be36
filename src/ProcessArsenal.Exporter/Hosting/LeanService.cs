using ProcessArsenal.Procfs;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Gives back, once we have started and every now and then, what of the program is mapped and not in use: two thirds of what is resident of files after a start.</summary>
internal sealed class LeanService(TimeProvider time) : BackgroundService
{
    /// <summary>After the start, when samples and pages have been made a few times; and from then on, for what a report or an odd request has left.</summary>
    private static readonly TimeSpan First = TimeSpan.FromSeconds(20), Then = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(First, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                ProgramPages.GiveBack();
                timer.Period = Then;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }
}
