using ProcessArsenal.Control.Restarting;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Where owners are asked, by what tools of the field go by: <c>DOCKER_HOST</c> and <c>CONTAINER_HOST</c>, as far as they name a socket of this host,
/// and <c>KUBERNETES_SERVICE_HOST</c>, which every container of a pod has.</summary>
internal static class RestartSettings
{
    private const string Scheme = "unix://";

    /// <param name="environment">The value of a variable; null: it is not set.</param>
    public static RestartOptions Of(Func<string, string?> environment)
    {
        var usual = new RestartOptions();
        IEnumerable<string> told = ((string[])["DOCKER_HOST", "CONTAINER_HOST"]).Select(environment).OfType<string>()
            .Where(static host => host.StartsWith(Scheme + "/", StringComparison.Ordinal)).Select(static host => host[Scheme.Length..]);
        return usual with { EngineSockets = [.. told.Concat(usual.EngineSockets).Distinct()], InPod = environment("KUBERNETES_SERVICE_HOST") is { Length: > 0 } };
    }
}
