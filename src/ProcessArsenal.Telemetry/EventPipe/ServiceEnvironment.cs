using ProcessArsenal.Procfs;

namespace ProcessArsenal.Telemetry.EventPipe;

/// <summary>What the environment of a process says that it is: the standard variables of OpenTelemetry, and those that are usual in Kubernetes. Chosen by
/// whoever starts it.</summary>
/// <param name="Name">OTEL_SERVICE_NAME, else <c>service.name</c> of OTEL_RESOURCE_ATTRIBUTES; null if there is neither.</param>
/// <param name="Attributes">Others of OTEL_RESOURCE_ATTRIBUTES, and <c>k8s.*</c>.</param>
internal sealed record ServiceEnvironment(string? Name, IReadOnlyDictionary<string, string> Attributes)
{
    public static readonly ServiceEnvironment None = new(null, new Dictionary<string, string>());

    private const int MostAttributes = 64, LongestName = 256;

    /// <summary>What nobody tells us of a process but the kernel.</summary>
    private static readonly string[] Ours = ["process.", "host.", "os.", "container.", "arsenal.", "telemetry.", "service.instance.id"];

    private static readonly (string Attribute, string[] Variables)[] Kubernetes =
    [
        ("k8s.pod.name", ["K8S_POD_NAME", "POD_NAME", "MY_POD_NAME"]),
        ("k8s.namespace.name", ["K8S_NAMESPACE_NAME", "POD_NAMESPACE", "K8S_NAMESPACE", "MY_POD_NAMESPACE"]),
        ("k8s.node.name", ["K8S_NODE_NAME", "NODE_NAME", "MY_NODE_NAME"]),
    ];

    /// <summary>Reads /proc/PID/environ, as it was when the process began.</summary>
    public static ServiceEnvironment Read(ProcessDirectory directory) =>
        directory.ReadEnvironment(static environment => Parse(environment), out ServiceEnvironment? read) == ReadOutcome.Ok ? read! : None;

    internal static ServiceEnvironment Parse(ReadOnlySpan<byte> environment)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        if (ProcEnviron.Find(environment, "KUBERNETES_SERVICE_HOST"u8) is not null)
        {
            // A pod's host name is its own name, unless it was given another.
            if (ProcEnviron.Find(environment, "HOSTNAME"u8) is { Length: > 0 } pod) attributes["k8s.pod.name"] = pod;
        }
        foreach ((string attribute, string[] variables) in Kubernetes)
        {
            foreach (string variable in variables)
            {
                if (ProcEnviron.Find(environment, System.Text.Encoding.UTF8.GetBytes(variable)) is not { Length: > 0 } value) continue;
                attributes[attribute] = value;
                break;
            }
        }
        AddTold(attributes, ProcEnviron.Find(environment, "OTEL_RESOURCE_ATTRIBUTES"u8) ?? "");
        string? name = ProcEnviron.Find(environment, "OTEL_SERVICE_NAME"u8) is { Length: > 0 } own ? own : attributes.GetValueOrDefault("service.name");
        attributes.Remove("service.name");
        return new ServiceEnvironment(name, attributes);
    }

    /// <summary><c>key=value,key2=value2</c>, percent-encoded (the specification of Resource; as W3C Baggage).</summary>
    private static void AddTold(Dictionary<string, string> attributes, string text)
    {
        foreach (string pair in text.Split(','))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || attributes.Count >= MostAttributes) continue;
            string name = pair[..equals].Trim();
            if (name.Length is 0 or > LongestName || Array.Exists(Ours, ours => name.StartsWith(ours, StringComparison.Ordinal))) continue;
            attributes[name] = Uri.UnescapeDataString(pair[(equals + 1)..].Trim());
        }
    }
}
