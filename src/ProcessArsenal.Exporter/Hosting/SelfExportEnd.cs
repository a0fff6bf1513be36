using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Ends the SDK's providers in time: left alone each takes five seconds, one after the other, where the receiver does not answer.</summary>
internal sealed class SelfExportEnd(IServiceProvider services) : IHostedService
{
    private const int Milliseconds = 1000;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Task metrics = Task.Run(() => services.GetService<MeterProvider>()?.Shutdown(Milliseconds), CancellationToken.None);
        Task traces = Task.Run(() => services.GetService<TracerProvider>()?.Shutdown(Milliseconds), CancellationToken.None);
        return Task.WhenAll(metrics, traces);
    }
}
