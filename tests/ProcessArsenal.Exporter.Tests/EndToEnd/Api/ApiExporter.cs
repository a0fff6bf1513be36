using ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Api;

/// <summary>One exporter for all tests of a class: they only ask.</summary>
public sealed class ApiExporter : IAsyncLifetime
{
    private readonly Scratch _scratch = new();

    internal Scratch Scratch => _scratch;

    internal ExporterProcess Exporter { get; private set; } = null!;

    internal ControlClient Client { get; private set; } = null!;

    internal Workload Workload { get; private set; } = null!;

    /// <summary>Of the workload, and of no other process: other classes have one of their own at the same time.</summary>
    internal string Name { get; } = "api-" + Guid.NewGuid().ToString("N")[..8];

    public async ValueTask InitializeAsync()
    {
        Workload = await Workload.Start(_scratch, Name);
        Exporter = await ExporterProcess.Start(_scratch, "sampling: { interval: 500ms }\ndotnet: { attach: none }\n");
        Client = new ControlClient(Exporter);
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (Exporter is not null) await Exporter.DisposeAsync();
        if (Workload is not null) await Workload.DisposeAsync();
        _scratch.Dispose();
    }
}
