using System.Globalization;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Sampling;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Resources;

/// <summary>What a process is to OpenTelemetry: the attributes of its Resource, by the semantic conventions. Never its command line, which may hold
/// secrets.</summary>
internal static class ProcessResource
{
    /// <summary>UTF-16 units of a value that a process chooses.</summary>
    private const int LongestValue = 1024;

    /// <param name="description">Null if it is not known yet.</param>
    /// <param name="runtime">Null if it is no .NET process, or has not told.</param>
    /// <returns>The encoded body of a Resource.</returns>
    public static byte[] Encode(ProcessIdentity process, ProcessDescription? description, RuntimeInfo? runtime, HostFacts host) =>
        OtlpText.Attributes(1, Attributes(process, description, runtime, host).Select(pair => new KeyValuePair<string, string>(pair.Key, Shorten(pair.Value))), Pid(process));

    internal static Dictionary<string, string> Attributes(ProcessIdentity process, ProcessDescription? description, RuntimeInfo? runtime, HostFacts host)
    {
        // What the process says of itself comes first: it is overwritten by all that we know better.
        var all = new Dictionary<string, string>((runtime?.Service ?? ServiceEnvironment.None).Attributes, StringComparer.Ordinal);
        all["service.name"] = ServiceName(description, runtime);
        all["service.instance.id"] = InstanceId.Of(process, host.Key).ToString();
        foreach ((string name, string value) in host.Attributes()) all[name] = value;
        all["arsenal.identity"] = process.ToString();
        Set("process.executable.name", description?.ExecutableName);
        Set("process.executable.path", description?.Executable);
        Set("process.owner", description?.User);
        Set("process.linux.cgroup", description?.Cgroup);
        Set("process.creation.time", description?.StartTime?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        Set("process.runtime.name", runtime is null ? null : ".NET");
        Set("process.runtime.version", runtime?.Version);
        Set("container.id", description?.Container);
        Set("k8s.pod.uid", description?.Cgroup is { } cgroup ? CgroupNames.PodOf(cgroup) : null);
        return all;

        void Set(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) all[name] = value;
        }
    }

    /// <summary>What the program was told that it is, else its own assembly, else its unit, else its executable. Never an id, which would be another name
    /// with each start.</summary>
    private static string ServiceName(ProcessDescription? description, RuntimeInfo? runtime)
    {
        if (runtime?.Service.Name is { Length: > 0 } told) return told;
        if (runtime?.EntryAssembly is { Length: > 0 } assembly) return assembly;
        if (description?.Unit is { } unit && unit.EndsWith(".service", StringComparison.Ordinal)) return unit[..^".service".Length];
        return description is null ? "unknown_service" : description.IsKernelThread ? ProcessDescription.KernelGroup : description.ExecutableName;
    }

    private static KeyValuePair<string, long> Pid(ProcessIdentity process) => new("process.pid", process.Pid);

    private static string Shorten(string value) => value[..Math.Min(value.Length, LongestValue)];
}
