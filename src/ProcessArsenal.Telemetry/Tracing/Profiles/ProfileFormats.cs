namespace ProcessArsenal.Telemetry.Tracing.Profiles;

/// <summary>A form that other tools read profiles in.</summary>
public sealed class ProfileFormat
{
    internal ProfileFormat(string name, string extension, string mediaType, string help, Action<StackProfile, Stream> write) =>
        (Name, Extension, MediaType, Help, Write) = (name, extension, mediaType, help, write);

    /// <summary>As people name it.</summary>
    public string Name { get; }

    /// <summary>Of files, with its dot.</summary>
    public string Extension { get; }

    public string MediaType { get; }

    /// <summary>Which tools that are.</summary>
    public string Help { get; }

    internal Action<StackProfile, Stream> Write { get; }
}

/// <summary>All of them.</summary>
public static class ProfileFormats
{
    public static readonly ProfileFormat[] All =
    [
        new("speedscope", ".speedscope.json", "application/json", "https://www.speedscope.app", SpeedscopeWriter.Write),
        new("pprof", ".pb.gz", "application/octet-stream", "go tool pprof, Grafana Pyroscope, Parca", PprofWriter.Write),
        new("folded", ".folded", "text/plain", "flamegraph.pl, inferno: one stack a line, with its microseconds", FoldedWriter.Write),
    ];

    /// <returns>Null if there is none of that name.</returns>
    public static ProfileFormat? Find(string name) => Array.Find(All, format => format.Name == name);
}
