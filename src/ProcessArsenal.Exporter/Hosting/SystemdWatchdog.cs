using System.Globalization;
using Microsoft.Extensions.Hosting.Systemd;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Tells systemd that we are alive (WatchdogSec=, sd_watchdog_enabled(3)), as long as samples are taken. Does nothing elsewhere.</summary>
internal sealed class SystemdWatchdog(ISystemdNotifier systemd, Freshness freshness, TimeProvider time) : BackgroundService
{
    private static readonly ServiceState Alive = new("WATCHDOG=1");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string? patience = Environment.GetEnvironmentVariable("WATCHDOG_USEC");
        if (!long.TryParse(patience, NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds) || microseconds < 2000) return;
        using var timer = new PeriodicTimer(TimeSpan.FromMicroseconds(microseconds / 2.0), time); // half of it, as sd_notify(3) advises
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                if (freshness.WhyNotAlive() is null) systemd.Notify(Alive);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop.
        }
    }
}
