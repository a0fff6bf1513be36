namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>What is asked of each .NET process.</summary>
internal sealed record DotnetOptions
{
    /// <summary>Meters that are listened to: the runtime's own (.NET 9 and later), those of ASP.NET Core and of HttpClient, and what is added to them.
    /// </summary>
    public IReadOnlyList<string> Meters { get; init; } =
    [
        "System.Runtime", "System.Net.Http", "System.Net.NameResolution", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Routing",
        "Microsoft.AspNetCore.Diagnostics", "Microsoft.AspNetCore.RateLimiting", "Microsoft.AspNetCore.HeaderParsing", "Microsoft.AspNetCore.Server.Kestrel",
        "Microsoft.AspNetCore.Http.Connections",
    ];

    /// <summary>How often a target tells its meters.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Series of one target; its runtime tells no more, and we keep no more.</summary>
    public int MostSeries { get; init; } = 1000;

    /// <summary>Histograms of one target, which take memory there.</summary>
    public int MostHistograms { get; init; } = 100;

    /// <summary>Memory of the target for events that wait to be read.</summary>
    public int BufferMegabytes { get; init; } = 16;
}
