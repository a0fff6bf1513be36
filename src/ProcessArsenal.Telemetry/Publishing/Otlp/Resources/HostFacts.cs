using System.Runtime.InteropServices;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Resources;

/// <summary>What is said of the host with everything.</summary>
/// <param name="Name">As gethostname(2) has it.</param>
/// <param name="Id">machine-id(5); null if there is none.</param>
/// <param name="Version">Of the exporter.</param>
public sealed record HostFacts(string Name, string? Id, string Version)
{
    private const int IdLength = 32;

    /// <summary>What tells this host from any other, as far as we know.</summary>
    internal string Key => Id ?? Name;

    /// <summary>Of the host that we run on.</summary>
    /// <param name="version">Of the exporter.</param>
    public static HostFacts Read(string version) => new(Environment.MachineName, ReadId("/etc/machine-id"), version);

    /// <summary>Attributes of the semantic conventions.</summary>
    internal IEnumerable<KeyValuePair<string, string>> Attributes()
    {
        yield return new("host.name", Name);
        if (Id is not null) yield return new("host.id", Id);
        yield return new("host.arch", RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "amd64",
            Architecture.Arm64 => "arm64",
            var other => other.ToString().ToLowerInvariant(),
        });
        yield return new("os.type", "linux");
        yield return new("telemetry.distro.name", "process-arsenal");
        yield return new("telemetry.distro.version", Version);
    }

    private static string? ReadId(string path)
    {
        try
        {
            string text = File.ReadAllText(path).Trim();
            return text.Length == IdLength && text.All(char.IsAsciiHexDigitLower) ? text : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
