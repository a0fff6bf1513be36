using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;

namespace ProcessArsenal.Telemetry.Tracing;

/// <summary>What a session asks a target for, under a name that says what one wants to know.</summary>
/// <param name="Help">For people.</param>
internal sealed record TracePreset(string Name, string Help, params EventPipeProvider[] Providers)
{
    /// <summary>Chosen when it begins: <see cref="Native"/> or <see cref="Managed"/>.</summary>
    public const string Profile = "profile";

    public const string Native = "native", OffCpu = "offcpu", Managed = "cpu";

    private const string Runtime = "Microsoft-Windows-DotNETRuntime";

    /// <summary>Keywords of the runtime (<see href="https://learn.microsoft.com/dotnet/fundamentals/diagnostics/runtime-events"/>).</summary>
    private const long Gc = 0x1, Loader = 0x8, Jit = 0x10, Contention = 0x4000, Exceptions = 0x8000, Threading = 0x10000;

    /// <summary>Every preset. None asks for activities: there is one filter for them in a process, which the session that is always there has.</summary>
    public static readonly TracePreset[] All =
    [
        new(Managed, "where CPU time goes: a thousand samples a second of the stacks of all threads",
            Of("Microsoft-DotNETCore-SampleProfiler", EventLevel.Informational, 0), Of(Runtime, EventLevel.Informational, Jit | Loader)),
        new("gc", "collections, their pauses, and what is allocated where",
            Of(Runtime, EventLevel.Verbose, Gc)),
        new("threads", "waits for locks, and the thread pool",
            Of(Runtime, EventLevel.Informational, Contention | Threading)),
        new("exceptions", "what is thrown, and from where",
            Of(Runtime, EventLevel.Error, Exceptions)),
        new("http", "requests that are served and made",
            Of("Microsoft.AspNetCore.Hosting", EventLevel.Informational, -1), Of("Microsoft-AspNetCore-Server-Kestrel", EventLevel.Informational, -1),
            Of("System.Net.Http", EventLevel.Informational, -1), Of("System.Net.NameResolution", EventLevel.Informational, -1)),
        new("database", "commands to databases, as far as their clients tell",
            Of("Microsoft.Data.SqlClient.EventSource", EventLevel.Informational, 0x1), Of("Npgsql", EventLevel.Informational, -1), Of("MySqlConnector", EventLevel.Informational, -1)),
        new(Profile, "where CPU time goes, of any process: native where the kernel lets us sample processors, or it is no .NET process; else cpu"),
        new(Native, "where CPU time goes, of any process: the kernel samples its stacks a thousand times a second, in native code, .NET and the kernel itself"),
        new(OffCpu, "where threads wait, and for how long, of any process: the kernel tells each time that one leaves its processor"),
    ];

    /// <summary>The kernel tells it, not a runtime: alone in a recording.</summary>
    public bool IsNative => Name is Native or OffCpu;

    /// <summary>Nothing else can be asked for beside it.</summary>
    public bool StandsAlone => IsNative || Name == Profile;

    /// <returns>Null if there is none of that name.</returns>
    public static TracePreset? Find(string name) => Array.Find(All, preset => preset.Name == name);

    /// <summary>What several ask for together. A session has one level for each provider: the most of them, so that one may tell more than it was asked for.</summary>
    public static IReadOnlyList<EventPipeProvider> Combine(IEnumerable<TracePreset> presets) =>
        [.. presets.SelectMany(static preset => preset.Providers).GroupBy(static provider => provider.Name).Select(static same =>
            Of(same.Key, same.Max(static provider => provider.EventLevel), same.Aggregate(0L, static (keywords, provider) => keywords | provider.Keywords)))];

    private static EventPipeProvider Of(string name, EventLevel level, long keywords) => new(name, level, keywords);
}
