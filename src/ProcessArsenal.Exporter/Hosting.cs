using ProcessArsenal.Exporter.Configuration;

namespace ProcessArsenal.Exporter;

/// <summary>Runs the daemon.</summary>
internal static class Hosting
{
    /// <summary>Serves until cancelled.</summary>
    /// <param name="sources">To load again on reload.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> ServeAsync(ExporterConfiguration configuration, ConfigurationSources sources,
        CancellationToken cancellation)
    {
        _ = (configuration, sources, cancellation);
        await Console.Error.WriteLineAsync("process-arsenal: serving is not built into this version.").ConfigureAwait(false);
        return 1;
    }
}
