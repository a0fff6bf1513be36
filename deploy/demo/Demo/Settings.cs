namespace ProcessArsenal.Demo;

/// <summary>What may be chosen, by the environment.</summary>
/// <param name="Fast">Nobody watches: what takes time for the eye is left out.</param>
/// <param name="Keep">Goes on after the end of the story.</param>
/// <param name="Program">The exporter, as <c>make publish</c> has made it.</param>
internal sealed record Settings(bool Fast, bool Keep, string Root, string Program)
{
    public const string Prometheus = "/usr/bin/prometheus", Alertmanager = "/usr/bin/prometheus-alertmanager";

    /// <summary>What an order leaves behind, and how many are taken a second.</summary>
    public const int LeakBytes = 1024 * 1024, OrdersPerSecond = 5;

    /// <summary>MiB.</summary>
    public const int Limit = 200;

    /// <summary>Of a step of the story; then something is wrong.</summary>
    public TimeSpan Patience { get; } = TimeSpan.FromSeconds(90);

    /// <summary>The sample service, as it was built.</summary>
    public string Orders => Path.Join(Root, "deploy/demo/Orders/bin/Release/net10.0");

    public string Templates => Path.Join(Root, "deploy/demo");

    public static Settings FromEnvironment()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Join(root, "ProcessArsenal.Exporter.sln"))) root = Path.GetDirectoryName(root);
        if (root is null) throw new InvalidOperationException("The demo runs outside of its repository.");
        string program = Environment.GetEnvironmentVariable("PROCESS_ARSENAL") is { Length: > 0 } given ? given : Path.Join(root, "artifacts/publish/process-arsenal");
        return new Settings(Is("DEMO_FAST"), Is("KEEP"), root, program);
    }

    private static bool Is(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value && value != "0";
}
